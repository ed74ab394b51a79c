"""When a whole series changed, looked at once and afterwards: `channelwatch changepoints`.

1. join gaps, average very long series, tame stray values, take a season out
2. divide the series into levels, and into lines, coarsely to finely (each division the exact best of its size)
3. choose the division that explains most for its size, by the likelihood of what neighbours do not explain of
   each other (autoregressive residuals): a trend, a slow wave or a memory is no change of level
4. place the points among the original values
"""

from collections.abc import Iterator
from itertools import pairwise
from math import log

import numpy as np

from detectors.panel import Floats
from detectors.series.level_shift import exact_breaks
from detectors.series.piecewise import Lines, best_lines

Points = tuple[int, ...]

# Series longer than this are averaged to it.
_MOST_VALUES = 1000
# A series that would be divided further than this is one that always changes: it has a habit, not change points.
_MOST_PIECES = 16
_LEAST_VALUES = 8
# Pieces hold at least three values, and this part of the series.
_SHORTEST_SHARE = 1 / 60
# Values of one piece may depend on the one before up to this; with more, any wandering would count as memory.
_MOST_MEMORY = 0.95
# Parameters that one more point costs: a level, and its place counted twice because it was searched for (modified BIC).
_POINT_PARAMETERS = 3.0
# Part of the variance that a point must explain to be seen at all, however long the series.
_SEEN = 0.01
# Prices of a piece, in parts of the series' whole variance, from coarse to fine divisions into lines.
_LINE_PRICES = np.geomspace(1 / 3, 5e-4, 14)
# Differences repeat after a season when they correlate at least so much with those one season before.
_SEASONAL = 0.5
# A value this many spreads away from the middle of its five neighbours is stray.
_STRAY = 5.0


def change_points(values: Floats) -> Points:
    """Find the first index of each new segment, in order; without 0. Empty: one segment. NaN: gaps.

    >>> change_points(np.concatenate([np.zeros(30), np.ones(30)]) + 0.1 * np.sin(np.arange(60)))
    (30,)
    """
    known = np.flatnonzero(np.isfinite(values))
    original = np.asarray(values, dtype=np.float64)[known]
    if len(original) < _LEAST_VALUES or np.ptp(original) == 0:
        return ()
    block = -(-len(original) // _MOST_VALUES)
    original = original / float(np.abs(original).max())
    means = original[: len(original) // block * block].reshape(-1, block).mean(axis=1)
    series = _without_season(_tamed(means))
    if np.ptp(series) < 1e-12:
        return ()
    series = (series - series.mean()) / float(series.std())
    shortest = max(3, round(len(series) * _SHORTEST_SHARE))
    chosen: Points = ()
    least = _unlikely(series, (), has_slopes=False)
    for has_slopes, divisions in ((False, _levels(series, shortest)), (True, _lines(series, shortest))):
        found, points = min((_unlikely(series, d, has_slopes=has_slopes), d) for d in divisions)
        if found < least and len(points) < _MOST_PIECES - 1:
            chosen, least = points, found
    return tuple(int(known[p]) for p in _placed(original, chosen, block))


def _tamed(series: Floats) -> Floats:
    """Replace stray values by the middle of their neighbours."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(series, 2, mode="edge"), 5)
    middle = np.median(around, axis=1)
    off = np.abs(series - middle)
    spread = 1.4826 * float(np.median(off)) or 1.25 * float(off.mean())
    return np.where(off > _STRAY * spread, middle, series) if spread > 0 else series


def _without_season(series: Floats) -> Floats:
    """Take out the usual course of a season, found in the differences, if there is a clear one."""
    n = len(series)
    if n < 24:
        return series
    steps = np.diff(series) - np.mean(np.diff(series))
    spectrum = np.fft.rfft(steps, 1 << (2 * n).bit_length())
    alike = np.fft.irfft(np.abs(spectrum) ** 2)[: n // 4 + 1]
    lag = int(np.argmax(alike[4:])) + 4
    if alike[0] <= 0 or alike[lag] < _SEASONAL * alike[0]:
        return series
    usual = np.array([np.median(steps[k::lag]) for k in range(lag)])
    return np.asarray(
        series - np.concatenate([[0.0], np.cumsum(np.resize(usual - usual.mean(), n - 1))]), dtype=np.float64
    )


def _levels(series: Floats, shortest: int) -> Iterator[Points]:
    yield ()
    for count in range(1, min(_MOST_PIECES, len(series) // shortest)):
        yield exact_breaks(series, count, shortest)


def _lines(series: Floats, shortest: int) -> Iterator[Points]:
    yield ()
    for price in _LINE_PRICES:
        points = best_lines(series, float(price) * len(series), shortest + 1)
        if len(points) < _MOST_PIECES:
            yield points


def _unlikely(series: Floats, points: Points, *, has_slopes: bool) -> float:
    """Minus twice the log likelihood of a division with autoregressive residuals, plus the price of its size."""
    n, time = len(series), np.linspace(-1.0, 1.0, len(series))
    edges = [0, *points, n]
    rest = series.copy()
    for start, end in pairwise(edges):
        rest[start:end] -= rest[start:end].mean()
        if has_slopes:
            t = time[start:end] - time[start:end].mean()
            rest[start:end] -= t * float(t @ rest[start:end] / (t @ t))
    before = np.concatenate([[0.0], rest[:-1]])
    before[edges[:-1]] = 0.0
    power = float(before @ before)
    memory = min(max(float(rest @ before) / power, 0.0), _MOST_MEMORY) if power > 0 else 0.0
    shocks = rest - memory * before
    shocks[edges[:-1]] *= (1 - memory**2) ** 0.5
    parameters = _POINT_PARAMETERS * len(points) + (len(points) + 1) * has_slopes
    left = n - parameters - 2  # degrees of freedom, besides the level and the memory
    if left < n / 4:
        return float("inf")
    return n * log(float(shocks @ shocks) / left + 1e-4) + parameters * log(n) + _SEEN * n * len(points)


def _placed(original: Floats, points: Points, block: int) -> Points:
    """Move points found among averages to the best value near them, given their neighbours."""
    if block == 1 or not points:
        return points
    lines, placed = Lines(original), list[int]()
    edges = [0, *(p * block for p in points), len(original)]
    for left, middle, right in zip(edges, edges[1:], edges[2:], strict=False):
        tries = np.arange(max(left + 2, middle - block), min(right - 2, middle + block) + 1)
        costs = [float(lines.cost(np.array([left]), int(m))[0] + lines.cost(np.array([m]), right)[0]) for m in tries]
        placed.append(int(tries[int(np.argmin(costs))]))
    return tuple(placed)
