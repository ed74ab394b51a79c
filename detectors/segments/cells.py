"""What each cell of a table should have had, and how far cells stray anyway, from the same window in earlier seasons.

The level comes from whoever expects the whole; only its spread over cells comes from here. How far a cell strays is
measured out of sample, on earlier windows that are expected in the same way from those before them, and shrunk to what
cells of its size do: few windows say little about one cell, all together say much about cells.
"""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Floats
from detectors.segments.leaves import COUNT_NOISE, SMALLEST, spread_of

# Earlier windows whose mean says how the whole spreads over the cells, and those on which straying is measured.
BASE, MEASURED = 4, 8
# How many windows the straying of cells of its size is worth beside a cell's own.
_WORTH = 4.0
# A window that strayed further than this had trouble of its own.
_MOST = 4.0
# Part of the measured deviations that are surely noise.
_TRUSTED = 0.6
# Of what all cells together are divided by in the base windows, this part of the mean cell is added to each: rates of tiny
# cells are those of the whole.
_SHRUNK = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """expected: [cells] sums; spread: [cells] standard deviation of the symmetric deviation when nothing happens."""

    expected: Floats
    spread: Floats


def cells(now: Floats, earlier: Floats, whole: float, by: Floats | None = None) -> Cells:
    """Spread the whole over the cells.

    now: [cells] observed sums. earlier: [windows x cells] sums in earlier windows, the newest first, at least one; NaN =
    unknown. whole: what all cells together should have had. by: for ratios [1 + windows x cells] what sums are divided by, now
    first; `whole` is then a ratio, and what cells should have had goes by who came now, not by who used to come.
    """
    windows = len(earlier)
    base = _base(earlier[:BASE], None if by is None else by[1 : BASE + 1])
    if by is None:
        expected = base * whole / base.sum() if base.sum() > 0 else base
    else:
        usual = np.nansum(earlier[:BASE]) / max(np.nansum(by[1 : BASE + 1]), 1e-12)
        expected = base * np.nan_to_num(by[0]) * (whole / usual if usual > 0 else 1.0)
    deviation, middle = [], []
    for w in range(min(MEASURED, windows - 1)):
        of = _base(earlier[w + 1 : w + 1 + BASE], None if by is None else by[w + 2 : w + 2 + BASE])
        of = of if by is None else of * np.nan_to_num(by[w + 1])
        known = np.isfinite(earlier[w])
        had = np.where(known, earlier[w], 0.0)
        of = np.where(known, of, 0.0)
        of = of * had.sum() / of.sum() if of.sum() > 0 else of
        mean = (np.abs(had) + np.abs(of)) / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            deviation.append(np.where(mean > 0, (had - of) / mean, np.nan))
        middle.append(mean)
    return Cells(expected=expected, spread=_spread(now, earlier, expected, deviation, middle))


def _base(earlier: Floats, by: Floats | None) -> Floats:
    """The mean of earlier windows; for ratios the rate over them."""
    known = np.isfinite(earlier)
    had = np.where(known, earlier, 0.0).sum(axis=0)
    if by is None:
        return np.asarray(had / np.maximum(known.sum(axis=0), 1), dtype=np.float64)
    of = np.where(known & np.isfinite(by), by, 0.0).sum(axis=0)
    if not of.sum() > 0:
        return np.zeros_like(had)
    more = _SHRUNK * of.mean()
    return np.asarray((had + more * had.sum() / of.sum()) / (of + more), dtype=np.float64)


def _spread(now: Floats, earlier: Floats, expected: Floats, deviation: list[Floats], middle: list[Floats]) -> Floats:
    """How far each cell strays at its present size."""
    size = (np.abs(np.nan_to_num(now)) + np.abs(expected)) / 2
    known = [earlier[np.isfinite(earlier)]]
    counted = COUNT_NOISE if all(bool((k == np.round(k)).all()) for k in known) else 0.0
    if deviation:
        d, m = np.stack(deviation), np.stack(middle)
        told = np.isfinite(d) & (m > SMALLEST * m.mean())
    if not deviation or not told.any():
        relative, per_count = spread_of(np.zeros(0), np.zeros(0), _TRUSTED, counted)
        own = np.ones_like(size)
    else:
        relative, per_count = spread_of(np.abs(d[told]), m[told], _TRUSTED, counted)
        square = np.where(told, np.minimum(d**2 / (relative**2 + per_count / np.where(told, m, 1.0)), _MOST**2), 0.0)
        own = (square.sum(axis=0) + _WORTH) / (told.sum(axis=0) + _WORTH)
    return np.asarray(np.sqrt(own * (relative**2 + per_count / np.maximum(size, 1e-12))), dtype=np.float64)
