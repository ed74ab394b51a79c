"""The seasonal profile of hours: each hour of the week, drawn towards the same hour of all days.

Nights have few events and weeks are few, so no smoother helps. Values are set in relation to the level of the week
around them; what lies far from its own hour counts as far as the others lie (Winsor).
"""

import numpy as np

from detectors.panel import Bools, Floats, Ints

# An hour of the week is worth so many of its own values before it parts from its hour of the day: from few where values
# hardly scatter, to many where an event a month is usual.
_PRIOR_WEEKS, _MOST_WEEKS = 3.0, 2000.0
# Relative differences between the days of the week, against which the scatter of an hour is weighed.
_APART = 0.3
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
        centre = _means(own, known, weekday, multiplies, period // day)
        for _ in range(2):
            apart = np.where(known, own - centre[:, weekday], 0.0)
            spread = np.sqrt((apart**2).sum(axis=1) / np.maximum(known.sum(axis=1), 1))[:, None]
            spread[(own <= 0).sum(axis=1) > 0.5 * known.sum(axis=1)] = np.inf  # rare events are no outliers
            drawn = centre[:, weekday] + np.clip(apart, -_FAR * spread, _FAR * spread)
            centre = _means(drawn, known, weekday, multiplies, period // day)
        profile[:, h::day] = centre
    safe = np.maximum(profile, _LEAST, where=multiplies[:, None], out=np.ones_like(profile))
    result: Floats = np.where(multiplies[:, None], np.log(safe), profile)
    return result


def _means(own: Floats, known: Bools, weekday: Ints, multiplies: Bools, days: int) -> Floats:
    """[series x weekdays] means, each drawn towards the mean of all as its noise demands, and that a little to flat."""
    hot = (weekday[:, None] == np.arange(days)).astype(np.float64)
    values = np.where(known, own, 0.0)
    total, count = values @ hot, known.astype(np.float64) @ hot
    every = (total.sum(axis=1) + np.where(multiplies, 1.0, 0.0)) / (count.sum(axis=1) + 1.0)
    scatter = np.where(known, (values - every[:, None]) ** 2, 0.0).sum(axis=1) / np.maximum(count.sum(axis=1), 1.0)
    prior = np.where(multiplies, scatter / np.maximum(_APART * every, 1e-9) ** 2, 0.0)
    worth = np.clip(prior, _PRIOR_WEEKS, _MOST_WEEKS)[:, None]
    means: Floats = (total + worth * every[:, None]) / (count + worth)
    return means
