"""The seasonal profile of hours: each hour of the week, drawn towards the same hour of all days.

Nights have few events and weeks are few, so no smoother helps. Values are set in relation to the level of the week
around them; what lies far from its own hour counts as far as the others lie (Winsor).
"""

import numpy as np

from detectors.panel import Bools, Floats, Ints

# An hour of the week is worth so many of its own values before it parts from its hour of the day.
_PRIOR_WEEKS = 3.0
# Values beyond so many standard deviations of their hour of the day are drawn in to there.
_FAR = 3.0
# No hour is expected to have a smaller part of the mean hour than this.
_LEAST = 0.002


def day_profiles(relative: Floats, multiplies: Bools, phase: Ints, period: int, day: int) -> Floats:
    """[series x period] from values relative to their level [series x periods]; logarithms where it multiplies."""
    neutral = np.where(multiplies, 1.0, 0.0)
    hour = phase % day
    profile = np.zeros((len(relative), period))
    for h in range(day):
        columns = np.flatnonzero(hour == h)
        if not len(columns):
            profile[:, h::day] = neutral[:, None]
            continue
        own = np.ascontiguousarray(relative[:, columns])
        weekday = phase[columns] // day
        known = np.isfinite(own)
        centre = _means(np.where(known, own, 0.0), known, weekday, neutral, period // day)
        for _ in range(2):
            apart = np.where(known, own - centre[:, weekday], 0.0)
            spread = np.sqrt((apart**2).sum(axis=1) / np.maximum(known.sum(axis=1), 1))[:, None]
            spread[(own <= 0).sum(axis=1) > 0.5 * known.sum(axis=1)] = np.inf  # rare events are no outliers
            drawn = centre[:, weekday] + np.clip(apart, -_FAR * spread, _FAR * spread)
            centre = _means(np.where(known, drawn, 0.0), known, weekday, neutral, period // day)
        profile[:, h::day] = centre
    safe = np.maximum(profile, _LEAST, where=multiplies[:, None], out=np.ones_like(profile))
    result: Floats = np.where(multiplies[:, None], np.log(safe), profile)
    return result


def _means(values: Floats, known: Bools, weekday: Ints, neutral: Floats, days: int) -> Floats:
    """[series x weekdays] means, each drawn towards the mean of all, and that a little towards flat."""
    hot = (weekday[:, None] == np.arange(days)).astype(np.float64)
    total, count = values @ hot, known.astype(np.float64) @ hot
    every = (total.sum(axis=1) + neutral) / (count.sum(axis=1) + 1.0)
    means: Floats = (total + _PRIOR_WEEKS * every[:, None]) / (count + _PRIOR_WEEKS)
    return means
