"""Which override wins, and the words that explain it."""

import time
from pathlib import Path

import pytest

from config.load import load, written
from config.tune import explain, matches, resolve, resolver
from detectors.panel import SeriesKey
from tests.config.test_load import BASE

TUNING = """\
  cost: {type: amount, good: down}
  position: {type: level}
tuning:
  defaults: {sensitivity: 3, direction: bad}
  overrides:
    - {channel: email, kpi: orders, min_volume: 1}
    - {channel: "*", kpi: "*", segment: {device: "*"}, min_volume: 2, min_change: 30%}
    - {channel: "e*", min_volume: 3, min_change: 40%}
    - {channel: business, min_change: 50%}
    - {kpi: orders, min_change: 60%}
    - {kpi: orders, min_change: 70%}
    - {segment: {device: mobile}, persist_periods: 4}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "channelwatch.yaml"
    head, tail = BASE.split("sources:")
    extra, tuning = TUNING.split("tuning:")
    body = head + extra + "sources:" + tail.replace("period: date", "period: date, dimensions: {device: {}}")
    path.write_text(body + "tuning:" + tuning, encoding="utf-8")
    return path


def key(channel: str | None, kpi: str, **segment: str) -> SeriesKey:
    return SeriesKey("any", channel, kpi, tuple(sorted(segment.items())))


def test_more_exact_names_win_then_more_patterns_then_the_later_line(file: Path) -> None:
    settings = load(file, {})

    assert resolve(settings, key("email", "orders")).min_volume == 1
    assert resolve(settings, key("email", "cost")).min_volume == 3
    assert resolve(settings, key("email", "cost", device="tablet")).min_volume == 2
    assert resolve(settings, key("email", "orders")).min_change == pytest.approx(0.7)
    assert resolve(settings, key("email", "orders", device="mobile")).persist_periods == 4


def test_each_setting_is_decided_by_itself(file: Path) -> None:
    tuning = resolve(load(file, {}), key("email", "orders"))

    assert tuning.min_change == pytest.approx(0.7)
    assert (tuning.min_volume, tuning.sensitivity, tuning.persist_periods) == (1, 3, 1)


def test_business_names_the_series_without_a_channel(file: Path) -> None:
    settings = load(file, {})

    assert resolve(settings, key(None, "cost")).min_change == pytest.approx(0.5)
    assert resolve(settings, key("email", "cost")).min_change == pytest.approx(0.4)


def test_bad_is_turned_into_the_direction_that_hurts(file: Path) -> None:
    settings = load(file, {})

    assert [resolve(settings, key("email", kpi)).direction for kpi in ("orders", "cost", "position")] == [
        "down",
        "up",
        "both",
    ]


def test_star_and_question_mark_are_the_only_patterns() -> None:
    assert matches("brand *", "brand [uk]")
    assert matches("[uk] ?", "[uk] 1")
    assert matches("a.c", "a.c")
    assert not matches("a.c", "abc")
    assert not matches("Email", "email")
    assert not matches("*" * 40 + "b", "a" * 200)


def test_explain_names_the_line_that_wins_and_what_is_built_in(file: Path) -> None:
    rows = {row.setting: row for row in explain(load(file, {}), written(file, {}), "email", "orders")}

    assert (rows["min_change"].value, rows["min_change"].where, rows["min_change"].path) == (
        "70%",
        f"{file}:19",
        "tuning.overrides[5].min_change",
    )
    assert (rows["direction"].value, rows["direction"].where) == ("bad (here down)", f"{file}:12")
    assert rows["persist_periods"].where == "built in"


def test_explain_names_the_variable_that_wins(file: Path) -> None:
    environ = {"CHANNELWATCH_TUNING__DEFAULTS__SENSITIVITY": "9"}

    row = explain(load(file, environ), written(file, environ), "email", "cost")[0]

    assert (row.value, row.where) == ("9", "environment variable CHANNELWATCH_TUNING__DEFAULTS__SENSITIVITY")


def test_twenty_thousand_series_are_tuned_in_moments(file: Path) -> None:
    settings = load(file, {})
    keys = [key("email", "orders", device=f"d{number}") for number in range(20_000)]
    tune = resolver(settings)
    [tune(k) for k in keys]

    before = time.process_time()
    [tune(k) for k in keys]

    assert time.process_time() - before < 0.5
    assert tune(keys[0]) is tune(keys[0])
