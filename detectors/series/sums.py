"""How far off a sum over several periods is: what an incident cost, and what a month will come to, are such sums.

The error of a sum is more than the noise of its periods: the level may have been wrong from the start, and the season with it,
in all of them alike. How much that adds, a series' own past tells: its sums over windows of the same length, each forecast
from the window's beginning (the level stays where it was then), as in rolling-origin evaluation (Tashman 2000). Few such
windows are independent; they are weighed against a usual share of error that periods have in common (a one-way variance
component, Searle et al. 1992).
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from detectors.panel import Bools, Floats

# Correlation that errors of two periods of a window have by a common wrong level, until the series' own past tells.
_COMMON = 0.2
# Windows of the series' own past that weigh as much as that.
_PRIOR = 4.0
# One error counts for so many robust standard deviations at most: past troubles are no noise.
_MOST = 4.0
# A past window holds this part of its periods, or says nothing; and so many periods of the past must be known at all.
_ENOUGH, _LEAST = 0.6, 21
# A longest window of which the past holds so many tells of longer ones too.
_WINDOWS = 4
_NORMAL = 1.6449  # 95 % quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Wander:
    """The relative error of a series' forecasts.

    period: standard deviation of one period's; common: correlation of the errors of two periods forecast at once, from the end
    of the known past; windows: independent windows that this is learned from.
    """

    period: float
    common: float
    windows: float

    def of_sum(self, periods: float) -> float:
        """Standard error of a sum over so many periods, as a part of what is expected.

        >>> round(Wander(period=0.1, common=0.2, windows=30).of_sum(4), 3)
        0.063
        """
        n = max(periods, 1.0)
        return self.period * sqrt((1 + (n - 1) * self.common) / n)

    @property
    def reach(self) -> float:
        """Standard errors within which nine of ten sums lie: Student's quantile (Cornish and Fisher 1938)."""
        return _NORMAL * (1 + (_NORMAL**2 + 1) / (4 * max(self.windows, 1.0)))


def wander(observed: Floats, expected: Floats, season: int, periods: int) -> Wander | None:
    """Learn from the past of one series, oldest first, what a sum over so many periods may be off.

    observed, expected: [periods]; expected is each period's forecast from the periods before it; NaN where one is not known.
    season: periods after which weekdays repeat. None: too little is known.
    """
    known = np.isfinite(observed) & np.isfinite(expected) & (expected > 0)
    if known.sum() < _LEAST:
        return None
    expected = np.where(known, expected, np.nan)
    error = np.where(known, observed / expected - 1, np.nan)
    middle = float(np.nanmedian(error))
    limit = _MOST * 1.4826 * float(np.nanmedian(np.abs(error - middle)))
    error = np.clip(error, -limit, limit)
    period = sqrt(float(np.nanmean(error**2)))
    if period == 0:
        return None
    length = max(min(periods, int(known.sum()) // _WINDOWS), 2)
    square = _square_of_sums(expected * (1 + error), expected, known, season, length)
    windows = float(known.sum()) / length
    usual = 1 + (length - 1) * _COMMON
    wider = (windows * square * length / period**2 + _PRIOR * usual) / (windows + _PRIOR)
    common = min(max((wider - 1) / (length - 1), 0.0), 1.0)
    return Wander(period=period, common=common, windows=windows + _PRIOR)


def _square_of_sums(observed: Floats, expected: Floats, known: Bools, season: int, length: int) -> float:
    """Mean squared relative error of all past sums of so many periods, each forecast at its beginning; 0 without any."""
    log = np.log(expected)
    phase = np.arange(len(log)) % season
    profile = np.array([np.nanmedian(log[phase == p]) if known[phase == p].any() else 0.0 for p in range(season)])
    level = np.exp(log - profile[phase])  # of the forecasts: what the past had taught by then
    hoped, came = (_running(x, known) for x in (expected / level, observed))
    count = _running(np.ones(len(log)), known)
    first = np.flatnonzero(known[: len(log) - length + 1])
    enough = count[first + length] - count[first] >= _ENOUGH * length
    first = first[enough]
    forecast = level[first] * (hoped[first + length] - hoped[first])
    error = (came[first + length] - came[first]) / forecast - 1
    return float(np.mean(error**2)) if len(error) else 0.0


def _running(values: Floats, known: Bools) -> Floats:
    """Sums of what is known before each period."""
    return np.cumsum(np.pad(np.where(known, values, 0.0), (1, 0)))
