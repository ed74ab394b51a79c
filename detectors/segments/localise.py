"""Which segments carry a change: the few conjunctions of dimension values that explain actual against expected.

The model: leaves inside a segment are multiplied by one common ratio r, all others only vary around their expectation.
In the symmetric form actual - expected = d * (actual + expected) / 2, with d = 2 (r - 1) / (r + 1), it also holds where
nothing was expected or nothing is left. A segment's gain is how much better that explains its leaves (least squares, weighted by each leaf's noise), so a parent
that holds healthy leaves fits worse than the right child, and a child of a larger segment explains less than its parent.
Segments are taken greedily, best gain first, each on what the ones before left unexplained (matching pursuit), while
the gain pays for the number of segments that were tried (a Bayesian information criterion).

The "common ratio" is the ripple effect of Sun et al. (HotSpot, IEEE Access 2018) and Li et al. (Squeeze, ISSRE 2019).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

import numpy as np
from numpy.typing import NDArray

from detectors.panel import Bools, Floats

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One conjunction, dimension -> values (several values: any of them), and its part of the whole change."""

    conditions: tuple[tuple[str, tuple[str, ...]], ...]
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Localise:
    """What is tuned: how deep conjunctions go, how many are named, and how much gain each must bring.

    most_dimensions: conditions of one segment at most. most_segments: segments at most. price: multiplies the price of
    a segment; higher names fewer.
    """

    most_dimensions: int = 4
    most_segments: int = 12
    price: float = 4.0

    def segments(self, dimensions: Mapping[str, NDArray[np.str_]], actual: Floats, expected: Floats) -> tuple[Segment, ...]:
        """The segments, best first. dimensions: name -> [leaves] values; actual, expected: [leaves], sums >= 0.

        An empty answer means that everything moved alike, or that nothing stands out of the leaves' own noise.
        """
        table = _Table.of(dimensions, actual, expected, self.most_dimensions)
        if table is None:
            return ()
        return _named(table, self._pursue(table))

    def _pursue(self, table: "_Table") -> list["_Found"]:
        residual, chosen = table.actual - table.expected, list["_Found"]()
        price = self.price * log(max(table.tried, 2))
        while len(chosen) < self.most_segments:
            found = table.best(residual)
            if found is None or found.gain < price:
                break
            chosen.append(found)
            residual = residual - np.where(found.leaves, found.deviation * table.middle, 0.0)
        return chosen


@dataclass(frozen=True, slots=True)
class _Found:
    cuboid: tuple[int, ...]
    codes: tuple[int, ...]
    leaves: Bools
    deviation: float
    gain: float


@dataclass(frozen=True)
class _Table:
    """Leaves as integer codes, with the noise of each and the groups of every combination of dimensions."""

    names: tuple[str, ...]
    values: tuple[NDArray[np.str_], ...]
    codes: tuple[Codes, ...]
    actual: Floats
    expected: Floats
    middle: Floats
    variance: Floats
    groups: Sequence[tuple[tuple[int, ...], Codes, int]]

    @classmethod
    def of(cls, dimensions: Mapping[str, NDArray[np.str_]], actual: Floats, expected: Floats, depth: int) -> "_Table | None":
        keep = np.isfinite(actual) & np.isfinite(expected) & ((actual > 0) | (expected > 0))
        if keep.sum() < 2:
            return None
        names, values, codes = [], [], []
        for name, column in dimensions.items():
            unique, code = np.unique(np.asarray(column)[keep], return_inverse=True)
            if len(unique) > 1:
                names.append(name)
                values.append(unique)
                codes.append(code.astype(np.int64))
        a, f = np.asarray(actual, float)[keep], np.asarray(expected, float)[keep]
        groups = []
        for size in range(1, min(depth, len(names)) + 1):
            for cuboid in combinations(range(len(names)), size):
                mixed = np.zeros(len(a), np.int64)
                for d in cuboid:
                    mixed = mixed * len(values[d]) + codes[d]
                present, group = np.unique(mixed, return_inverse=True)
                groups.append((cuboid, group.astype(np.int64), len(present)))
        return cls(tuple(names), tuple(values), tuple(codes), a, f, (a + f) / 2, _variance(a, f), groups)

    @property
    def tried(self) -> int:
        """Number of segments that the search looks at."""
        return sum(count for _, _, count in self.groups)

    def best(self, residual: Floats) -> _Found | None:
        """The segment whose common deviation explains most of what is left."""
        weight = self.middle / self.variance
        top, where = 0.0, None
        for number, (_, group, count) in enumerate(self.groups):
            cross = np.bincount(group, weights=residual * weight, minlength=count)
            power = np.bincount(group, weights=self.middle * weight, minlength=count)
            gain = np.divide(cross**2, 2 * power, out=np.zeros(count), where=power > 0)
            best = int(np.argmax(gain))
            if gain[best] > top * (1 + 1e-9):
                top, where = float(gain[best]), (number, best, float(cross[best] / power[best]))
        if where is None:
            return None
        cuboid, group, _ = self.groups[where[0]]
        leaves = group == where[1]
        first = int(np.argmax(leaves))
        return _Found(cuboid, tuple(int(self.codes[d][first]) for d in cuboid), leaves, where[2], top)


def _variance(actual: Floats, expected: Floats) -> Floats:
    """Noise of each leaf around its middle value, read off the calmer leaves; never less than one percent."""
    middle = (actual + expected) / 2
    relative = np.abs(actual - expected) / middle
    big = middle >= np.median(middle)
    # The 40 % quantile of |N(0, s)| is 0.524 s: a minority of changed leaves hardly moves it.
    spread = max(float(np.quantile(relative[big], 0.4)) / 0.524, 0.01)
    floor = float(middle.mean()) * 1e-3
    return np.asarray((spread * middle) ** 2 + floor**2, dtype=np.float64)


def _named(table: _Table, chosen: Sequence[_Found]) -> tuple[Segment, ...]:
    """The chosen segments with their values' names and their part of the whole change."""
    change = table.actual - table.expected
    whole = float(change.sum())
    return tuple(Segment(
        conditions=tuple((table.names[d], (str(table.values[d][c]),)) for d, c in zip(found.cuboid, found.codes, strict=True)),
        share=float(change[found.leaves].sum()) / whole if whole else 0.0) for found in chosen)
