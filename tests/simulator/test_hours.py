"""The table by hour tells the same story as the table by day."""

import csv
import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from simulator.hours import Hours, LateNight, write_hours
from tests.simulator.small import DAYS, START, ledger

LAST = START + timedelta(days=DAYS - 1)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_hours_of_a_day_add_up_to_the_day(tmp_path: Path) -> None:
    known = ledger()
    write_hours(known, tmp_path / "hours.csv")
    table = known.outcome.table("marketing")

    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in rows(tmp_path / "hours.csv"):
        for name in ("sessions", "orders", "revenue"):
            sums[row["hour"][:10], row["device"], name] += float(row[name])

    for at in range(DAYS):
        for device in ("mobile", "desktop", "ios_app"):
            own = table.cells.matching({"device": (device,)}) & table.present[at]
            for name in ("sessions", "orders", "revenue"):
                day = (START + timedelta(days=at)).isoformat()
                assert sums[day, device, name] == pytest.approx(np.nansum(table.columns[name][at][own]), abs=0.006)


def test_every_hour_comes_once_and_is_seen_after_it_has_ended(tmp_path: Path) -> None:
    write_hours(ledger(), tmp_path / "hours.csv")
    of_mobile = [r for r in rows(tmp_path / "hours.csv") if r["device"] == "mobile"]
    instants = [datetime.fromisoformat(r["hour"]).astimezone(UTC) for r in of_mobile]

    assert [b - a for a, b in pairwise(instants)] == [timedelta(hours=1)] * (len(instants) - 1)
    assert all(
        datetime.fromisoformat(r["observed_at"]) > t + timedelta(hours=1)
        for r, t in zip(of_mobile, instants, strict=True)
    )


def test_troubles_of_hours_hit_their_hours_and_a_late_night_comes_in_the_morning(tmp_path: Path) -> None:
    trouble = Hours(kind="checkout_failure", day=LAST, start=14, end=17, severity=1.0, devices=("mobile",))
    write_hours(ledger(), tmp_path / "hours.csv", [trouble], [LateNight(day=date(2025, 8, 1))])
    table = rows(tmp_path / "hours.csv")

    day = {r["hour"][11:13]: int(r["orders"]) for r in table if r["hour"][:10] == str(LAST) and r["device"] == "mobile"}
    assert [day[hour] for hour in ("14", "15", "16")] == [0, 0, 0]
    assert day["13"] > 0 < day["17"]
    seen = [r["observed_at"] for r in table if r["hour"].startswith("2025-08-02T03")]
    assert {s[:16] for s in seen} == {"2025-08-02T08:06"}


def test_the_part_of_a_day_that_some_hours_hold_is_planted_by_day() -> None:
    trouble = Hours(kind="tracking_break_site", day=LAST, start=0, end=24, severity=0.9, devices=("mobile", "desktop"))

    assert [p.severity for p in trouble.planted()] == pytest.approx([0.9, 0.9])
    assert [dict(p.scope) for p in trouble.planted()] == [{"device": ("mobile",)}, {"device": ("desktop",)}]


def test_the_command_writes_hours_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.__main__ import main

    monkeypatch.setattr("sys.argv", ["simulator", str(tmp_path), "--hourly"])
    main()

    assert len(rows(tmp_path / "site_hourly.csv")) == 4 * (150 * 24 + 1), "the clock goes back once"
    assert len(json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["incidents"]) > 6
