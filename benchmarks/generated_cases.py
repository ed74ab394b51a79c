"""Tables with a known cause, drawn at random: what localisation is tuned on, so that the labelled sets only measure.

Each kind is a way in which tables of leaves look: dense tables with proportional forecast errors, counts of a shop as
channel x device x campaign x region, small tables of a few devices and regions, and tables without any cause.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np
from numpy.typing import NDArray

Element = frozenset[tuple[str, str]]
Floats = NDArray[np.float64]


class Kind(StrEnum):
    """What is drawn."""

    MIXED = "dense, 1-3 causes of 1-3 elements"
    SINGLE = "dense, one cause of 1-2 elements"
    COUNTS = "counts, 1-2 causes of 1-2 elements"
    SMALL = "2-40 leaves of counts, one element"
    NULL = "no cause"
    WHOLE = "everything moved alike"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A table of leaves and its true elements, each a conjunction."""

    dimensions: dict[str, NDArray[np.str_]]
    actual: Floats
    expected: Floats
    truth: frozenset[Element]


def draw(kind: Kind, number: int, seed: int) -> Iterator[Case]:
    """Draw cases of a kind; the same seed draws the same cases."""
    for k in range(number):
        rng = np.random.default_rng([seed, k])
        match kind:
            case Kind.MIXED:
                yield _dense(rng, causes=int(rng.integers(1, 4)), elements=3, severity=(0.2, 1.0))
            case Kind.SINGLE:
                yield _dense(rng, causes=1, elements=2, severity=(0.3, 0.9))
            case Kind.COUNTS:
                yield _counts(rng, causes=int(rng.integers(1, 3)), elements=2)
            case Kind.SMALL:
                yield _small(rng, cause=True)
            case Kind.NULL:
                if k % 3 == 0:
                    yield _dense(rng, causes=0, elements=1, severity=(1.0, 1.0))
                else:
                    yield _counts(rng, causes=0, elements=1) if k % 3 == 1 else _small(rng, cause=False)
            case Kind.WHOLE:
                yield _whole(rng, small=bool(k % 2))


def _leaves(rng: np.random.Generator, sizes: dict[str, int], present: float = 1.0) -> dict[str, NDArray[np.str_]]:
    cells = np.array([c for c in product(*(range(n) for n in sizes.values())) if rng.random() < present or not any(c)])
    return {name: np.array([f"{name}{v}" for v in cells[:, d]]) for d, name in enumerate(sizes)}


def _causes(
    rng: np.random.Generator, dimensions: dict[str, NDArray[np.str_]], causes: int, elements: int
) -> list[list[Element]]:
    """Elements of each cause; those of one cause have the same dimensions, none holds another."""
    names, n = list(dimensions), len(next(iter(dimensions.values())))
    found: list[list[Element]] = []
    for _ in range(causes):
        chosen = [names[d] for d in sorted(rng.choice(len(names), rng.integers(1, len(names) + 1), replace=False))]
        mine: list[Element] = []
        for _ in range(int(rng.integers(1, elements + 1))):
            leaf = int(rng.integers(n))
            element = frozenset((name, str(dimensions[name][leaf])) for name in chosen)
            if not any(element <= e or e <= element for e in [*mine, *(e for f in found for e in f)]):
                mine.append(element)
        if mine:
            found.append(mine)
    return found


def _inside(dimensions: dict[str, NDArray[np.str_]], element: Element) -> NDArray[np.bool_]:
    inside = np.ones(len(next(iter(dimensions.values()))), dtype=bool)
    for name, value in element:
        inside &= dimensions[name] == value
    return inside


def _dense(rng: np.random.Generator, *, causes: int, elements: int, severity: tuple[float, float]) -> Case:
    """Amounts of every size with a proportional error of the forecast or of the value."""
    dimensions = _leaves(
        rng,
        {
            "channel": int(rng.integers(5, 10)),
            "country": int(rng.integers(6, 13)),
            "device": int(rng.integers(2, 5)),
            "campaign": int(rng.integers(4, 9)),
        },
    )
    n = len(dimensions["channel"])
    first = rng.lognormal(3.0, rng.uniform(0.8, 2.0), n) * (rng.random(n) > rng.uniform(0, 0.25))
    noise = rng.uniform(0.0, 0.25)
    error = rng.standard_normal(n) if rng.random() < 0.7 else rng.standard_t(5, n) * np.sqrt(0.6)
    second = first * np.clip(1 - noise * error, 0.0, None)
    truth, scatter, keeps_noise = [], rng.uniform(0.0, 0.1), rng.random() < 0.3
    for group in _causes(rng, dimensions, causes, elements):
        size = rng.uniform(*severity)
        for element in group:
            inside = _inside(dimensions, element)
            if not first[inside].any():
                continue
            base = second if keeps_noise else first
            second = np.where(inside, base * np.clip(1 - size - scatter * rng.standard_normal(n), 0.0, None), second)
            truth.append(element)
    actual, expected = (second, first) if rng.random() < 0.5 else (first, second)
    return Case(dimensions=dimensions, actual=actual, expected=expected, truth=frozenset(truth))


def _table(
    rng: np.random.Generator, dimensions: dict[str, NDArray[np.str_]], total: float
) -> tuple[Floats, Floats, Floats]:
    """Rates of leaves, the mean of four earlier windows as their expectation, and how each varies beyond chance."""
    n = len(next(iter(dimensions.values())))
    rate = np.ones(n)
    for column in dimensions.values():
        unique, code = np.unique(column, return_inverse=True)
        rate = rate * rng.lognormal(0.0, 0.8, len(unique))[code]
    rate = rate * rng.lognormal(0.0, 0.4, n)
    rate = rate * total / rate.sum()
    wobble = rng.uniform(0.0, 0.12)
    expected = np.mean([rng.poisson(rate * rng.lognormal(-(wobble**2) / 2, wobble, n)) for _ in range(4)], axis=0)
    return rate * rng.lognormal(-(wobble**2) / 2, wobble, n), expected, rate


def _counts(rng: np.random.Generator, *, causes: int, elements: int) -> Case:
    dimensions = _leaves(
        rng,
        {"channel": 6, "device": 3, "campaign": int(rng.integers(4, 9)), "region": int(rng.integers(4, 9))},
        present=rng.uniform(0.3, 1.0),
    )
    rate, expected, _ = _table(rng, dimensions, float(10 ** rng.uniform(3.5, 5.5)))
    truth = []
    for group in _causes(rng, dimensions, causes, elements):
        ratio = 1 - rng.uniform(0.3, 1.0) if rng.random() < 0.75 else 1 + rng.uniform(0.4, 1.5)
        for element in group:
            inside = _inside(dimensions, element)
            lost = abs(ratio - 1) * rate[inside].sum()
            if lost > 6 * np.sqrt(rate[inside].sum()) and lost > 20:  # what chance could do is no cause to be found
                rate = np.where(inside, rate * ratio, rate)
                truth.append(element)
    return Case(
        dimensions=dimensions, actual=rng.poisson(rate).astype(float), expected=expected, truth=frozenset(truth)
    )


def _small(rng: np.random.Generator, *, cause: bool) -> Case:
    shapes = (
        {"device": 2},
        {"device": 3},
        {"region": 5},
        {"device": 2, "region": 3},
        {"device": 3, "region": 5},
        {"channel": 8, "device": 2},
        {"channel": 5, "device": 2, "region": 4},
    )
    dimensions = _leaves(rng, shapes[int(rng.integers(len(shapes)))])
    rate, expected, _ = _table(rng, dimensions, float(10 ** rng.uniform(3.0, 5.0)))
    truth: list[Element] = []
    if cause:
        name = str(rng.choice(list(dimensions)))
        element = frozenset({(name, str(rng.choice(dimensions[name])))})
        rate = np.where(_inside(dimensions, element), rate * (1 - rng.uniform(0.35, 0.9)), rate)
        truth = [element]
    return Case(
        dimensions=dimensions, actual=rng.poisson(rate).astype(float), expected=expected, truth=frozenset(truth)
    )


def _whole(rng: np.random.Generator, *, small: bool) -> Case:
    case = _small(rng, cause=False) if small else _counts(rng, causes=0, elements=1)
    ratio = rng.uniform(0.3, 0.85)
    return Case(
        dimensions=case.dimensions,
        actual=rng.binomial(case.actual.astype(int), ratio).astype(float),
        expected=case.expected,
        truth=frozenset(),
    )
