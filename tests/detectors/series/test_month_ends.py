"""Month ends on which budgets are caught up or saved scatter more; each learns from those before it."""

import numpy as np

from detectors.panel import Floats
from detectors.series.month_days import MonthDays
from tests.detectors.series.panels import axis

DAYS, SIGMA = 365, 0.04


def wider(*, pacing: float) -> Floats:
    """How much wider two series are: a steady one, and one that is off by so much on month ends, up and down in turn."""
    change = np.random.default_rng(5).normal(0.0, SIGMA, (2, DAYS))
    days = axis(DAYS).local.astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    left = ((month + 1).astype("datetime64[D]") - days).astype(int)
    change[1] += np.where(left <= 4, pacing * np.where(month.astype(int) % 2, 1.0, -1.0), 0.0)
    return MonthDays().unsteadiness(change, np.full(change.shape, SIGMA), axis(DAYS))


def test_month_ends_that_were_off_both_ways_are_allowed_more_from_then_on() -> None:
    found = wider(pacing=0.12)

    assert (found[1, :40] == 1.0).all()  # of the first one nothing was known
    assert found[1, -1] > 2.0
    assert (found[1, -20:-6] == 1.0).all()  # ordinary days are judged as before


def test_a_steady_series_is_allowed_no_more_on_month_ends() -> None:
    assert wider(pacing=0.12)[0].max() < 1.3
