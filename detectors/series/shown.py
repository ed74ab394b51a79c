"""What people are shown of a series: what was expected of each period, and the range that is usual."""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Bools, Floats
from detectors.series.noise import Nature
from detectors.series.unjudged import Readiness
from detectors.series.weighing import Weighing

# Periods over which the range of a series that comes and goes is shown.
_RANGE = 56


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """[series x periods], in the KPI's unit; NaN: none could be made. lower .. upper holds 95 % of normal periods."""

    expected: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    error_scale: Floats


def nothing(rows: int, periods: int) -> Expectation:
    """No expectation at all."""
    empty = np.full((rows, periods), np.nan)
    return Expectation(expected=empty, lower=empty, upper=empty, p_value=empty, error_scale=empty)


def shown(
    weighing: Weighing, p: Floats, values: Floats, first: int, nat: Nature, ready: Readiness, unsure: Bools
) -> Expectation:
    """Expectation and interval in the KPI's unit; of a series that comes and goes the mean and range of eight weeks."""
    n = values.shape[1]
    lower, upper = weighing.interval()
    unit = np.where(ready.long_enough, nat.unit, np.nan)[:, None]
    scale = np.where(nat.multiplies[:, None], weighing.centre * weighing.sigma, weighing.sigma)
    expected, lower, upper, scale = weighing.centre * unit, lower * unit, upper * unit, scale * unit
    for row in np.flatnonzero(~ready.runs & ready.long_enough):
        newest = values[row, max(0, first - _RANGE) : first]
        newest = newest[np.isfinite(newest)]
        if len(newest):
            expected[row], lower[row], upper[row] = newest.mean(), newest.min(), newest.max()
            scale[row] = newest.std()
    expected[unsure[:, n - expected.shape[1] :]] = np.nan
    return Expectation(
        expected=padded(expected, n),
        lower=padded(lower, n),
        upper=padded(upper, n),
        p_value=padded(p, n),
        error_scale=padded(scale, n),
    )


def padded(newest: Floats, n: int) -> Floats:
    """Put the newest columns into the shape of n periods."""
    full = np.full((len(newest), n), np.nan)
    full[:, n - newest.shape[1] :] = newest
    return full
