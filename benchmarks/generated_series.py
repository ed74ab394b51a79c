"""Series with known change points, drawn at random: steps, slopes, and series without any change."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Kind(StrEnum):
    """What is drawn."""

    STEPS = "steps in white noise"
    DEPENDENT = "steps in autocorrelated noise"
    SLOPES = "changes of slope"
    CALM = "no change: noise, trends, seasons"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values and the first index of each new segment."""

    values: Floats
    change_points: tuple[int, ...]


def draw(kind: Kind, number: int, seed: int) -> Iterator[Series]:
    """Draw series of a kind; the same seed draws the same series."""
    for k in range(number):
        rng = np.random.default_rng([seed, k])
        n = int(10 ** rng.uniform(1.5, 2.9))
        points = _points(rng, n) if kind is not Kind.CALM else ()
        signal = np.zeros(n)
        for start in points:
            size = rng.choice((-1, 1)) * rng.uniform(2.5, 8.0)
            if kind is Kind.SLOPES:
                signal[start:] += size * np.arange(n - start) / (n / 4)
            else:
                signal[start:] += size
        if kind is Kind.SLOPES or (kind is Kind.CALM and k % 2):
            signal += rng.uniform(-10, 10) * np.arange(n) / n
        if kind is Kind.CALM and k % 3 == 0:
            signal += rng.uniform(0.5, 3) * np.sin(2 * np.pi * np.arange(n) / rng.choice((7, 12)))
        memory = rng.uniform(0.3, 0.8) if kind is Kind.DEPENDENT or (kind is Kind.CALM and k % 4 >= 2) else 0.0
        yield Series(values=rng.uniform(0.1, 1000) * (signal + _noise(rng, n, memory)), change_points=points)


def _points(rng: np.random.Generator, n: int) -> tuple[int, ...]:
    """One to five points with at least a tenth of the series between them."""
    gap = max(6, n // 10)
    chosen: list[int] = []
    for _ in range(int(rng.integers(1, 6))):
        point = int(rng.integers(gap, max(n - gap, gap + 1)))
        if all(abs(point - other) >= gap for other in chosen):
            chosen.append(point)
    return tuple(sorted(chosen))


def _noise(rng: np.random.Generator, n: int, memory: float) -> Floats:
    """Noise of variance one with a first autocorrelation."""
    shocks = rng.standard_normal(n + 50) if rng.random() < 0.7 else rng.standard_t(4, n + 50) / 2**0.5
    level, found = 0.0, np.zeros(n + 50)
    for i, shock in enumerate(shocks):
        level = memory * level + (1 - memory**2) ** 0.5 * shock
        found[i] = level
    return found[50:]
