"""What a month will come to, when a total is used up, and when a slow trend crosses a limit.

Pure arithmetic over forecasts of the rest (weekdays and known events are in them) and over how far off such sums were before
(sums.py). Trends are lines through the means of whole seasons, so that weekdays are no trend; their errors hang together, which
widens them (the variance of a mean of first-order autoregressive errors).
"""

from dataclasses import dataclass
from math import hypot, isfinite, sqrt
from statistics import NormalDist

import numpy as np

from detectors.panel import Floats
from detectors.series.sums import Wander

_NORMAL = NormalDist()
_Z90 = _NORMAL.inv_cdf(0.95)
# Seasons that a trend is read from, and as many are looked ahead: a line says nothing of what is further away.
_SEASONS = 8
# A season's mean needs this part of its periods.
_ENOUGH = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A total at its end: what is there so far, what is expected in the end with its 90 % interval."""

    so_far: float
    expected: float
    lower: float
    upper: float

    def above(self, limit: float) -> float:
        """Probability that it ends above a limit.

        >>> round(Outlook(so_far=50, expected=110, lower=100, upper=120).above(100), 2)
        0.95
        """
        error = (self.upper - self.lower) / 2 / _Z90
        if error <= 0:
            return float(self.expected > limit)
        return 1 - _NORMAL.cdf((limit - self.expected) / error)


def outlook(so_far: float, ahead: Floats, wander: Wander, anew: int | None = None) -> Outlook:
    """What a total comes to. It never ends below what is there.

    ahead: [periods] what is expected of the rest. anew: periods that the level is known from, where it changed lately: it is no
    surer than their mean.
    """
    rest = float(ahead.sum())
    level = wander.period / sqrt(anew) if anew else 0.0
    off = rest * wander.reach * hypot(wander.of_sum(len(ahead)), level) if len(ahead) else 0.0
    return Outlook(
        so_far=so_far, expected=so_far + rest, lower=so_far + max(rest - off, 0.0), upper=so_far + rest + off
    )


def used_up(so_far: float, ahead: Floats, total: float, factor: float = 1.0) -> int | None:
    """Index of the coming period in which the sum passes `total`, if all that comes is `factor` times what is expected; None: in none.

    >>> used_up(10.0, np.full(5, 4.0), 20.0), used_up(10.0, np.full(5, 4.0), 50.0)
    (2, None)
    """
    over = np.flatnonzero(so_far + np.cumsum(ahead * factor) > total)
    return int(over[0]) if len(over) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """When a trend crosses a limit: periods from the end of the data on, with the earliest and latest (90 %; None: not in sight).

    level: where the trend stands now; slope: its change in one period.
    """

    level: float
    slope: float
    periods: float
    earliest: float
    latest: float | None


def crossing(values: Floats, weights: Floats, season: int, limit: float, *, upwards: bool) -> Crossing | None:
    """When the line through the newest seasons' means crosses a limit from its good side; None: not within as many seasons again.

    values, weights: [periods] oldest first, NaN = unknown; a season's mean is weighted (a ratio's by its denominator).
    """
    means = _means(values, weights, season)
    if len(means) < _SEASONS:
        return None
    at = np.arange(len(means)) - (len(means) - 1) / 2
    slope, middle = float((at * means).sum() / (at**2).sum()), float(means.mean())
    left = means - middle - slope * at
    memory = max(float((left[1:] * left[:-1]).sum() / max(float((left**2).sum()), 1e-300)), 0.0)
    spread = sqrt(float((left**2).sum()) / (len(means) - 2) * (1 + memory) / max(1 - memory, 0.1))
    reach = _Z90 * (1 + (_Z90**2 + 1) / (4 * (len(means) - 2)))
    ahead = np.linspace(at[-1] + 0.5, at[-1] + 0.5 + _SEASONS, 20 * _SEASONS + 1)  # from the end of the newest season
    line = middle + slope * ahead
    band = reach * spread * np.sqrt(1 / len(means) + ahead**2 / (at**2).sum())
    sign = 1.0 if upwards else -1.0

    def first(course: Floats) -> float | None:
        over = np.flatnonzero(sign * (course - limit) > 0)
        return None if not len(over) else float(ahead[over[0]] - ahead[0]) * season

    crosses, latest = first(line), first(line - sign * band)
    if crosses is None or not isfinite(slope) or sign * slope <= 0:
        return None
    earliest = first(line + sign * band)
    return Crossing(
        level=float(line[0]), slope=slope / season, periods=crosses, earliest=earliest or 0.0, latest=latest
    )


def _means(values: Floats, weights: Floats, season: int) -> Floats:
    """Of the newest seasons, oldest first; empty where one of them is hardly known."""
    length = season * _SEASONS
    if len(values) < length:
        return np.empty(0)
    known = np.isfinite(values[-length:]) & np.isfinite(weights[-length:])
    weight = np.where(known, weights[-length:], 0.0).reshape(_SEASONS, season)
    total = (np.where(known, values[-length:], 0.0).reshape(_SEASONS, season) * weight).sum(axis=1)
    enough = (known.reshape(_SEASONS, season).sum(axis=1) >= _ENOUGH * season) & (weight.sum(axis=1) > 0)
    return total / weight.sum(axis=1) if enough.all() else np.empty(0)
