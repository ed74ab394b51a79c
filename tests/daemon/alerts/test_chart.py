"""The picture: its description is pure, and drawing it needs neither a browser nor fonts of the machine."""

import subprocess
import sys
from dataclasses import replace

import pytest

from daemon.alerts import chart, picture
from daemon.alerts.alert import Chart
from daemon.alerts.chart_data import sparkline
from daemon.alerts.compose import compose
from tests.builders_alerts import budget_cap, checkout_failing, tag_lost

WEEK = Chart(
    title="Orders a day",
    days=tuple(f"2025-10-{d:02}" for d in range(1, 8)),
    observed=(10, 11, None, 10, 12, 3, 4),
    marked_from=5,
    marked_to=6,
)


def test_the_axis_starts_at_zero_for_a_deep_drop_and_close_by_for_a_small_move() -> None:
    assert chart.base(WEEK)[0] == 0
    low, high = chart.base(replace(WEEK, observed=(1000, 1010, 990, 1005, 1000, 950, 960)))
    assert 900 < low < 950 and 1010 < high < 1050


def test_the_wide_band_of_one_known_event_does_not_flatten_the_picture() -> None:
    upper = (1100.0,) * 6 + (4400.0,)
    week = replace(WEEK, observed=(1000, 1010, 990, 1005, 1000, 950, 1300), lower=(900.0,) * 7, upper=upper)

    assert 1300 < chart.base(week)[1] < 1600


def test_negative_values_are_inside_the_axis() -> None:
    low, high = chart.base(replace(WEEK, observed=(-5, -4, -6, -5, -5, -9, 2)))

    assert low < -9 and high > 2


def test_marked_days_are_shaded_half_a_day_wider() -> None:
    shade = chart.spec(WEEK)["layer"][0]["data"]["values"]

    assert shade == [{"start": "2025-10-05T12:00:00+00:00", "end": "2025-10-07T00:00:00+00:00"}]


def test_the_text_picture_marks_what_is_off_and_shows_what_is_unknown() -> None:
    bars, marks = sparkline(replace(WEEK, days=tuple(f"2025-10-{d:02}" for d in range(1, 8)))).split("\n")

    assert bars == "▆▇·▆█▁▂" and marks == "     ▲▲"


@pytest.mark.parametrize("story", [checkout_failing, tag_lost, budget_cap])
def test_a_chart_becomes_a_picture(story: object) -> None:
    drawn = compose(story()).chart  # type: ignore[operator]
    assert drawn is not None

    assert picture.png(chart.spec(drawn)).startswith(b"\x89PNG")
    assert ">Clicks a day<" in picture.svg(chart.spec(drawn, chart.DARK)) or ">Orders a day<" in picture.svg(
        chart.spec(drawn, chart.DARK)
    )


def test_a_chart_of_unknown_values_is_still_drawn() -> None:
    empty = replace(WEEK, observed=(None,) * 7, marked_from=None, marked_to=None)

    assert picture.png(chart.spec(empty)).startswith(b"\x89PNG")
    assert sparkline(empty) == ""


def test_the_engine_is_loaded_only_to_draw() -> None:
    code = "import sys, daemon.alerts.compose, daemon.alerts.slack, daemon.alerts.picture, daemon.console.app; sys.exit('vl_convert' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
