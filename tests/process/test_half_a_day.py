"""Half a day of hours is missing: it is told as missing data, no fall is made of it, and it is judged when it has come."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.month import shop
from tests.process.command import CONFIG, channelwatch
from tests.process.database import is_intact

DAY = date(2026, 3, 2)
CONFIGURATION = """
timezone: Europe/Berlin
kpis:
  sessions: {type: count, good: up}
  orders: {type: count, good: up}
sources: {exports: {kind: files, path: tables}}
checks:
  site:
    source: exports
    table: site_hourly.csv
    cadence: hour
    period: hour
    scope: business
    columns: {sessions: sessions, orders: orders}
destinations: {inbox: {kind: inbox}}
routes: [{to: [inbox]}]
"""


def _holds(folder: Path, is_there: Callable[[str], bool] = lambda hour: True) -> None:
    """The table with those hours of 90 days that are there."""
    (folder / "tables").mkdir(exist_ok=True)
    rows = [row for hour, row in shop.hours().items() if "2025-12-01" <= hour < "2026-03-04" and is_there(hour)]
    lines = ["hour,sessions,orders", *(f"{r['hour']},{r['sessions']},{r['orders']}" for r in rows)]
    (folder / "tables" / "site_hourly.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _not_the_middle(hour: str) -> bool:
    return not f"{DAY}T08" <= hour < f"{DAY}T20"


def _not_the_newest(hour: str) -> bool:
    return hour < f"{DAY}T12"


@pytest.mark.parametrize(
    ("is_there", "first", "now"),
    [(_not_the_middle, "08", "2026-03-03T07:10"), (_not_the_newest, "12", "2026-03-03T00:10")],
    ids=["in the middle of what is there", "the newest hours"],
)
def test_half_a_day_without_rows_is_missing_data_and_no_fall(
    tmp_path: Path, is_there: Callable[[str], bool], first: str, now: str
) -> None:
    (tmp_path / CONFIG).write_text(CONFIGURATION, encoding="utf-8")
    _holds(tmp_path)
    before = channelwatch(tmp_path, "check", "--now", f"{DAY}T07:10", "--json")
    _holds(tmp_path, is_there)

    bad = channelwatch(tmp_path, "check", "--now", now, "--json")
    listed = channelwatch(tmp_path, "check", "--now", "2026-03-03T07:10")
    _holds(tmp_path)
    after = channelwatch(tmp_path, "check", "--now", "2026-03-03T08:10", "--json")

    assert (before.code, bad.code, after.code) == (0, 0, 0)
    assert before.json["data_problems"] == []
    assert {p["kind"] for p in bad.json["data_problems"]} <= {"missing", "late"}
    assert f"{DAY}T{first}:00" in bad.json["data_problems"][0]["periods"]
    assert not [f for i in bad.json["incidents"] for f in i["findings"] if f["shape"] != "missing"]
    assert "site" in listed.out
    assert after.json["data_problems"] == []
    assert [i["status"] for i in after.json["incidents"]] in ([], ["resolved"])
    assert is_intact(tmp_path)
    status = json.loads(channelwatch(tmp_path, "status", "--json").out)
    assert status["checks"]["site"] == "2026-03-03T08:00:00+01:00"
