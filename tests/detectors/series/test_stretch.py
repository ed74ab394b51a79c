"""What lasts for some hours is seen in their sum, though no single hour shows it."""

import numpy as np
import pytest

from benchmarks.hour_series import draw, orders
from detectors.finding import Finding, Shape
from detectors.panel import Floats
from detectors.series.judge import judge
from tests.detectors.series.panels import gates
from tests.detectors.series.test_hours import DAY, hourly, visits

NOW = 42 * DAY
# What 60 series by the hour may spend for two false alerts a month.
ALLOWED = 2.0 / 60 / 730.5


def shop(size: float) -> Floats:
    return visits(20, NOW // DAY + 4, size)


def found(values: Floats, until: int, newest: int) -> list[Finding]:
    panel = hourly(values[:, :until])
    strict = gates(panel)
    strict.p_value[:] = ALLOWED
    return list(judge(panel, until - newest, gates=strict).findings)


def test_half_of_what_is_usual_lost_for_four_hours_of_an_evening_is_found_before_they_are_over() -> None:
    values = shop(60.0)
    evening = slice(NOW + 18, NOW + 22)
    values[3, evening] = np.round(0.5 * values[3, evening])

    news = [f for f in found(values, NOW + 22, newest=4) if f.key.kpi == "kpi_3"]

    assert [f.shape for f in news] == [Shape.STEP_DOWN]
    assert abs(news[0].start.hour - 18) <= 1
    assert news[0].observed / news[0].expected == pytest.approx(0.5, abs=0.12)


def test_a_lasting_loss_too_small_for_any_hour_is_found_within_two_days_against_the_level_before() -> None:
    values = shop(60.0)
    values[5, NOW + 11 :] = np.round(0.7 * values[5, NOW + 11 :])

    news = [f for f in found(values, NOW + 11 + 2 * DAY, newest=2 * DAY) if f.key.kpi == "kpi_5"]

    assert news[-1].shape == Shape.STEP_DOWN
    assert news[-1].observed / news[-1].expected == pytest.approx(0.7, abs=0.1)


def test_one_wild_hour_is_no_lasting_change() -> None:
    values = shop(60.0)
    values[2, NOW + 12] *= 20

    shapes = {f.shape for f in found(values, NOW + 20, newest=20)}

    assert shapes == {Shape.SPIKE}


def test_what_has_ended_is_not_told_as_going_on() -> None:
    values = shop(60.0)
    values[4, NOW + 9 : NOW + 15] = np.round(0.55 * values[4, NOW + 9 : NOW + 15])

    assert [f for f in found(values, NOW + 30, newest=3) if f.key.kpi == "kpi_4"] == []


def test_sums_of_few_orders_raise_no_more_than_is_promised() -> None:
    panel = draw(40, NOW, 6, (orders,)).panel
    strict = gates(panel)
    strict.p_value[:] = ALLOWED

    steps = [f for f in judge(panel, NOW - 7 * DAY, gates=strict).findings if f.shape not in (Shape.SPIKE, Shape.DIP)]

    assert len(steps) <= 1
