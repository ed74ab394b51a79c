"""Hours: nights with next to nothing, days that hang together, clocks that change, troubles of hours and of weeks."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.cadence import Cadence, Unit
from detectors.finding import Shape
from detectors.pace import pace_of
from detectors.panel import Axis, Floats, KpiType, Panel, SeriesKey
from detectors.series.judge import Judgement, judge
from detectors.series.length import lengths
from tests.detectors.series.panels import gates

HOUR, DAY = np.timedelta64(1, "h"), 24
# Relative size of the hours of a day.
SHAPE = np.array([6, 3, 2, 1, 1, 3, 12, 34, 55, 64, 70, 72, 74, 70, 66, 66, 70, 78, 88, 100, 104, 92, 58, 24]) / 50.5


def hourly(
    values: Floats, kind: KpiType = KpiType.COUNT, repeated: int | None = None, skipped: int | None = None
) -> Panel:
    """A panel of hours from a Monday on; one may be twice as long, or without length."""
    count = values.shape[1]
    local = np.datetime64("2025-03-03T00", "s") + np.arange(count + 1) * HOUR
    length = np.ones(count)
    if repeated is not None:
        length[repeated] = 2
    if skipped is not None:
        length[skipped] = 0
    edges = local[0] + np.r_[0, np.cumsum(length)].astype(np.int64) * HOUR
    nothing = np.full(values.shape, np.nan)
    return Panel(
        axis=Axis(cadence=Cadence(Unit.HOUR), local=local[:-1], edges=edges),
        keys=tuple(SeriesKey("site", None, f"kpi_{i}") for i in range(len(values))),
        types=(kind,) * len(values),
        values=values,
        exposure=nothing,
        factor=np.ones(len(values)),
    )


def visits(rows: int, days: int, size: float, seed: int = 1) -> Floats:
    luck = np.random.default_rng(seed)
    of_day = np.exp(luck.normal(0, 0.05, (rows, days))).repeat(DAY, axis=1)
    return luck.poisson(size * np.tile(SHAPE, days) * of_day).astype(np.float64)


def judged(panel: Panel, newest: int) -> Judgement:
    strict = replace(gates(panel), p_value=np.full(len(panel.keys), 2e-6))
    return judge(panel, len(panel.axis) - newest, gates=strict)


@pytest.mark.parametrize("size", [0.5, 4.0, 40.0, 900.0])
def test_days_and_nights_without_a_problem_are_quiet(size: float) -> None:
    result = judged(hourly(visits(20, 70, size)), newest=7 * DAY)

    assert len(result.findings) <= 1
    assert not {n.reason for n in result.not_judged} - {"too few events to judge"}


def test_a_stop_of_three_hours_in_the_day_is_found_in_its_second_hour() -> None:
    values = visits(5, 70, 60.0)[:, : 69 * DAY + 16]
    values[2, -2:] = 0.0

    found = judged(hourly(values), newest=2).findings

    assert [f.key.kpi for f in found] == ["kpi_2"]
    assert found[0].observed == 0
    assert found[0].start.hour == 14


def test_a_quiet_night_is_no_trouble() -> None:
    values = visits(5, 70, 8.0)[:, : 69 * DAY + 6]
    values[:, -6:] = 0.0

    assert judged(hourly(values), newest=6).findings == ()


def test_a_lasting_change_is_the_base_after_days_and_not_after_hours() -> None:
    values = visits(5, 80, 300.0)
    values[1, 60 * DAY :] *= 0.6
    panel = hourly(values)
    held = np.zeros(values.shape, bool)
    held[1, 60 * DAY : 60 * DAY + pace_of(panel.axis.cadence).absorb] = True

    expected = judge(panel, 62 * DAY, gates=gates(panel), excluded=held).expectation.expected[1]

    noon = 12
    before = values[1, 40 * DAY + noon : 60 * DAY : DAY].mean()
    assert expected[63 * DAY + noon] == pytest.approx(before, rel=0.15), "three days later the old level still holds"
    assert expected[75 * DAY + noon] == pytest.approx(before * 0.6, rel=0.15)


def test_an_hour_that_is_two_hours_long_is_compared_by_the_hour() -> None:
    values = visits(5, 70, 300.0)
    hour = 69 * DAY + 2
    values[:, hour] *= 2
    panel = hourly(values, repeated=hour)

    result = judged(panel, newest=DAY)

    assert result.findings == ()
    assert result.expectation.expected[:, hour].mean() == pytest.approx(2 * 300.0 * SHAPE[2], rel=0.15)


def test_nothing_is_said_of_an_hour_that_clocks_skip() -> None:
    values = visits(5, 70, 300.0)
    hour = 69 * DAY + 2
    values[:, hour] = 0.0
    panel = hourly(values, skipped=hour)

    result = judged(panel, newest=DAY)

    assert result.findings == ()
    assert np.isnan(result.expectation.p_value[:, hour]).all()


def test_days_and_weeks_have_their_usual_length_whatever_the_clock_does() -> None:
    local = np.datetime64("2025-03-29", "s") + np.arange(3) * np.timedelta64(1, "D")
    edges = np.array(["2025-03-28T23", "2025-03-29T23", "2025-03-30T22"], "datetime64[s]")

    assert lengths(Axis(cadence=Cadence(Unit.DAY), local=local[:2], edges=edges)).tolist() == [1.0, 1.0]


def test_small_counts_that_repeat_are_not_stuck() -> None:
    values = visits(5, 70, 60.0)[:, : 69 * DAY + 6]
    values[2, -6:] = 1.0

    assert Shape.FLATLINE not in {f.shape for f in judged(hourly(values), newest=2).findings}
