"""p-values that are evenly spread where all is normal, for discrete numbers too: what calibration is measured by.

A count of 2 where 1 is usual is one of few possible answers: its p-value "as extreme or more" is too large on average,
its "more extreme" too small. A draw between the two is even (Czado, Gneiting and Held, *Biometrics* 2009). Decisions are
never randomised: they take the first, and so are quieter than promised.
"""

import numpy as np

from detectors.panel import Floats, Panel
from detectors.series.calibrate import Calibration, count_p_values, count_tails, share_of_error
from detectors.series.noise import nature
from detectors.series.shown import Expectation
from detectors.series.skew import empty


@np.errstate(divide="ignore", invalid="ignore")
def randomised(panel: Panel, expectation: Expectation, first: int, luck: Floats, settings: Calibration) -> Floats:
    """The p-values [series x periods] of an expectation made at `first`, drawn within the steps of counts.

    `luck` [series x periods] is uniform between 0 and 1.
    """
    nat = nature(panel, first)
    events = expectation.expected * nat.trials
    observed = np.round(panel.values * nat.trials)
    variance = (expectation.error_scale / expectation.expected) ** 2
    p = expectation.p_value.copy()
    counted = nat.counted[:, None] & np.isfinite(p) & (events < settings.large_count)
    y, mean, spread = observed[counted], events[counted], variance[counted]
    at_most, at_least = count_tails(y, mean, spread)
    fewer = np.where(y > 0, count_tails(np.maximum(y - 1.0, 0.0), mean, spread)[0], 0.0)
    more = count_tails(y + 1.0, mean, spread)[1]
    low = fewer + luck[counted] * (at_most - fewer)
    high = more + (1.0 - luck[counted]) * (at_least - more)
    drawn = 2.0 * np.minimum(low, high)
    weight = share_of_error(mean, settings)
    step = np.maximum(drawn, 1e-300) / np.maximum(count_p_values(y, mean, spread), 1e-300)
    p[counted] = np.where(weight > 0, np.minimum(p[counted] * step ** (1.0 - weight), 1.0), drawn)
    sums = nat.multiplies & ~nat.counted & (nat.values[:, :first] <= 0).any(axis=1)
    nothing = sums[:, None] & np.isfinite(p) & (nat.values <= 0)
    low = luck[nothing] * empty(np.sqrt(variance[nothing]))
    p[nothing] = 2.0 * np.minimum(low, 1.0 - low)
    return p
