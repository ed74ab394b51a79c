"""Scatter that changes while the mean stands."""

import numpy as np

from detectors.finding import Shape
from detectors.panel import Floats
from detectors.series.judge import judge
from tests.detectors.series.panels import gates, panel, weekly_counts

N = 260


def shapes(values: Floats) -> dict[str, Shape]:
    shown = panel(values)
    return {f.key.kpi: f.shape for f in judge(shown, N - 1, gates=gates(shown)).findings}


def test_a_series_that_scatters_far_more_than_before_is_uneven() -> None:
    values = weekly_counts(40, N)
    luck = np.random.default_rng(9).normal(0, 0.3, 21)
    values[0, N - 21 :] = np.round(values[0, N - 21 :] * np.exp(luck - luck.mean()))
    values[0, -1] = values[1, -1]  # the newest day alone is nothing special
    shown = panel(values)

    found = [f for f in judge(shown, N - 1, gates=gates(shown)).findings if f.key.kpi == "kpi_0"]

    assert [f.shape for f in found] == [Shape.VARIANCE]
    assert abs(shown.axis.position(found[0].start) - (N - 21)) <= 7
    assert found[0].observed > 2 * found[0].expected
    assert found[0].observed > found[0].upper


def test_a_level_that_moved_is_not_called_uneven() -> None:
    values = weekly_counts(40, N)
    values[:20, N - 10 :] *= 0.6
    values[20:, N - 10 :] *= 1.5

    assert set(shapes(values).values()) <= {Shape.STEP_DOWN, Shape.STEP_UP}


def test_one_day_far_out_is_a_spike_and_no_scatter() -> None:
    values = weekly_counts(40, N)
    values[:, N - 1] *= 3

    assert set(shapes(values).values()) == {Shape.SPIKE}


def test_nothing_is_uneven_where_nothing_changed() -> None:
    assert Shape.VARIANCE not in set(shapes(weekly_counts(150, N, seed=4)).values())


def test_a_value_that_stands_still_at_what_is_usual_is_told() -> None:
    values = weekly_counts(40, N)
    values[0, N - 5 :] = 403.0

    assert shapes(values) == {"kpi_0": Shape.FLATLINE}


def test_a_value_that_somebody_set_is_not_stuck() -> None:
    values = weekly_counts(40, N)
    values[0, N - 5 :] = 400.0

    assert shapes(values) == {}
