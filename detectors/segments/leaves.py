"""A table of leaves as integer codes, its conjunctions of dimensions, and the noise that leaves have anyway.

Deviations are symmetric, (actual - expected) / middle with middle = (actual + expected) / 2: between -2 (nothing is
left) and 2 (nothing was expected). The noise of a leaf has a part that grows with its size, as forecast errors do, and a part
that grows with the root of its size, as counts do. Both are read off the leaves that no segment explains.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import log
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from detectors.panel import Bools, Floats

Codes = NDArray[np.int64]

# Forecasts of leaves are off by at least this; and by the usual, in tables too small to tell.
LEAST_SPREAD = 0.01
USUAL_SPREAD = 0.06
# How many leaves the usual spread is worth.
USUAL_WEIGHT = 3.0
# A count's variance is its mean; the expectation is itself an average of a few counts.
COUNT_NOISE = 1.25
# Leaves below this part of the mean leaf are rounding.
SMALLEST = 1e-4
# Where noise goes with a side that is nearly zero, it still has this part of the middle's size.
LEAST_SIZE = 0.1
# A common move below this is none.
LEAST_COMMON = 0.05
# Part of the leaves that surely had noise alone before any segment is known.
FIRST_TRUST = 0.4
# Log density of a leaf that did what no segment and no noise explains.
OUTLIER = -14.0


@dataclass(frozen=True, slots=True, eq=False)
class Cuboid:
    """The groups of leaves that agree in some dimensions. price: log of the number of alternatives to one of them."""

    dimensions: tuple[int, ...]
    group: Codes
    count: int
    price: float


@dataclass(frozen=True, slots=True, eq=False)
class Leaves:
    """The leaves that say something. values: per dimension its values, codes: per dimension each leaf's value.

    spread: the standard deviation of each leaf's deviation by noise alone, where it is known from its past.
    """

    names: tuple[str, ...]
    values: tuple[NDArray[np.str_], ...]
    codes: tuple[Codes, ...]
    actual: Floats
    expected: Floats
    middle: Floats
    cuboids: Sequence[Cuboid]
    spread: Floats | None = None

    @property
    def is_count(self) -> bool:
        """Whether the values are numbers of something, whose chance variation is known."""
        return bool((self.actual == np.round(self.actual)).all())


def leaves_of(
    dimensions: Mapping[str, NDArray[np.str_]],
    actual: Floats,
    expected: Floats,
    depth: int,
    spread: Floats | None = None,
) -> Leaves | None:
    """Code the leaves; None where fewer than two say anything."""
    keep = np.isfinite(actual) & np.isfinite(expected) & ((np.abs(actual) > 0) | (np.abs(expected) > 0))
    if keep.sum() < 2:
        return None
    named = []
    for name in sorted(dimensions):
        unique, code = np.unique(np.asarray(dimensions[name])[keep], return_inverse=True)
        if len(unique) > 1:
            named.append((name, unique, code.astype(np.int64)))
    a, f = np.asarray(actual, np.float64)[keep], np.asarray(expected, np.float64)[keep]
    cuboids = []
    for size in range(1, min(depth, len(named)) + 1):
        chosen = list(combinations(range(len(named)), size))
        for cuboid in chosen:
            mixed = np.zeros(len(a), np.int64)
            for d in cuboid:
                mixed = mixed * len(named[d][1]) + named[d][2]
            present, group = np.unique(mixed, return_inverse=True)
            cuboids.append(Cuboid(cuboid, group.astype(np.int64), len(present), log(len(present) * len(chosen))))
    return Leaves(
        tuple(n for n, _, _ in named),
        tuple(v for _, v, _ in named),
        tuple(c for _, _, c in named),
        a,
        f,
        (np.abs(a) + np.abs(f)) / 2,
        cuboids,
        None if spread is None else spread[keep],
    )


def shifted(leaves: Leaves) -> Leaves | None:
    """The leaves as if all had been expected to move by their middle ratio; None where that is hardly a move."""
    known = leaves.expected > 0
    if not known.any():
        return None
    ratio = leaves.actual[known] / leaves.expected[known]
    order = np.argsort(ratio, kind="stable")
    below = np.cumsum(leaves.expected[known][order])
    common = float(ratio[order][np.searchsorted(below, below[-1] / 2)])
    if common <= 0 or abs(common - 1) < (common + 1) / 2 * LEAST_COMMON:
        return None
    expected = leaves.expected * common
    return replace(leaves, expected=expected, middle=(np.abs(leaves.actual) + np.abs(expected)) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """What leaves do anyway. deviation: of each leaf, less what is usual; scale: its standard deviation by noise alone.

    loss: how unlikely the deviation is under noise alone, minus the log density but for log(scale); 0: as usual.
    """

    deviation: Floats
    scale: Floats
    loss: Floats


def noise_of(leaves: Leaves, calm: Bools, light: Bools, trusted: float) -> Noise:
    """Learn the noise from the calm leaves. light: calm leaves and those that stand alone: how heavy are the tails?

    trusted: part of the calm leaves that surely had noise alone; low where many of them may have changed.
    """
    known = COUNT_NOISE if leaves.is_count else 0.0
    deviation = (leaves.actual - leaves.expected) / leaves.middle
    if leaves.spread is not None:
        return Noise(deviation, leaves.spread, _loss(deviation / leaves.spread, 0.0))
    relative, per_count = spread_of(np.abs(deviation[calm]), leaves.middle[calm], trusted, known)
    chance = per_count / leaves.middle + (SMALLEST * float(leaves.middle.mean()) / leaves.middle) ** 2
    scale = np.sqrt(relative**2 + chance)
    lean, inverse_freedom = 0.5, 0.0
    if trusted > FIRST_TRUST:
        lean = _lean(leaves.actual[calm], leaves.expected[calm])
    size = np.abs((1 - lean) * leaves.expected + lean * leaves.actual) / leaves.middle
    z = deviation / np.sqrt((relative * np.maximum(size, LEAST_SIZE)) ** 2 + chance)
    if trusted > FIRST_TRUST:
        inverse_freedom = _tails(np.abs(z[light]))
        usual = calm & (np.abs(z) < 4)
        deviation = deviation - scale**2 * float(deviation[usual].sum() / (scale[usual] ** 2).sum())
    return Noise(deviation, scale, _loss(z, inverse_freedom))


def _tails(z: Floats) -> float:
    """One over the degrees of freedom of the Student t with these quantiles, far against middle; 0 is normal."""
    if len(z) < 100:
        return 0.0
    middle, far = np.quantile(z, (0.6, 0.98))
    ratio = float(far / max(middle, 1e-12)) - 4 / len(z) ** 0.5  # less what chance may add
    return float(np.interp(ratio, (2.764, 3.144, 3.346, 3.658, 4.643), (0.0, 1 / 10, 1 / 7, 1 / 5, 1 / 3)))


def _loss(z: Floats, inverse_freedom: float) -> Floats:
    if inverse_freedom < 1e-3:
        return np.asarray(-np.logaddexp(-(z**2) / 2, OUTLIER), dtype=np.float64)
    freedom = 1 / inverse_freedom
    # Student's t is matched to the trusted middle, where it is narrower than its own standard deviation.
    narrow = (
        float(np.interp(inverse_freedom, (0.0, 1 / 10, 1 / 7, 1 / 5, 1 / 3), (0.842, 0.879, 0.896, 0.920, 0.978)))
        / 0.842
    )
    return np.asarray(
        -np.logaddexp(-(freedom + 1) / 2 * np.log1p((z * narrow) ** 2 / freedom), OUTLIER), dtype=np.float64
    )


def spread_of(deviation: Floats, middle: Floats, trusted: float, known: float) -> tuple[float, float]:
    """Relative spread of leaves, and variance per unit of size (at least the known); cautious in small tables.

    deviation: [leaves] sizes of the deviations; trusted: part of them that surely is noise alone. Without leaves: the usual.
    """
    if not len(deviation):
        return USUAL_SPREAD, known
    place = int(trusted * (len(deviation) - 1))
    normal = NormalDist().inv_cdf((1 + (place + 0.7) / (len(deviation) + 0.4)) / 2)  # its median among so many
    per_count = known
    if len(deviation) >= 60:
        bins = np.array_split(np.argsort(middle), 6)
        level = np.array([np.mean(1 / middle[b]) for b in bins])
        square = np.array([(np.quantile(deviation[b], trusted) / normal) ** 2 for b in bins])
        apart = level[:-1] > 2 * level[-1]
        if apart.any():
            per_count = max(
                known, float(np.median((square[:-1] - square[-1])[apart] / (level[:-1] - level[-1])[apart]))
            )
    tries = np.geomspace(1e-3, 1.0, 40)[:, None]
    reached = np.partition(deviation / np.sqrt(tries**2 + per_count / middle), place, axis=1)[:, place]
    spread = float(tries[np.argmax(reached <= normal), 0]) if (reached <= normal).any() else 1.0
    told = float((1 / (1 + per_count / middle / spread**2)).sum())
    shrunk = (told * spread**2 + USUAL_WEIGHT * USUAL_SPREAD**2) / (told + USUAL_WEIGHT)
    return max(float(shrunk) ** 0.5, LEAST_SPREAD), per_count


def _lean(actual: Floats, expected: Floats) -> float:
    """Whose size the noise goes with, 0 expected, 1 actual: the one that makes deviations symmetric."""
    both = (actual > 0) & (expected > 0)
    if both.sum() < 60:
        return 0.5
    a, f = actual[both], expected[both]

    def skew(lean: float) -> float:
        low, middle, high = np.quantile((a - f) / ((1 - lean) * f + lean * a), (0.07, 0.5, 0.93))
        return abs(float(high + low - 2 * middle)) / max(float(high - low), 1e-12)

    return min((0.5, 0.0, 1.0), key=skew)
