"""A month of a shop with targets: told in time, once."""

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from daemon.app import open_app
from daemon.checking import answer, check_once
from daemon.store import deliveries

CONFIG = """
currency: EUR
channels: {paid_search: {kind: paid, owner: "@ana"}, email: {kind: owned}}
kpis:
  spend: {type: amount, unit: EUR}
  revenue: {type: amount, good: up, unit: EUR}
sources: {exports: {kind: files, path: tables}}
checks:
  web: {source: exports, table: web.csv, period: day, channel_column: channel, columns: {spend: spend, revenue: revenue}}
targets: TARGETS
destinations: {inbox: {kind: inbox}}
routes: [{to: [inbox]}]
"""
MARCH = date(2026, 3, 1)
WEEK = (1.0, 1.02, 1.0, 0.98, 1.05, 0.9, 0.85)
Spend = Callable[[date], float]


def month(
    folder: Path, targets: str, spend: Spend, days: range = range(1, 31)
) -> tuple[list[dict[str, Any]], list[Any]]:
    """What is told over the mornings of a month, and how the targets stood on each."""
    (folder / "tables").mkdir()
    (folder / "channelwatch.yaml").write_text(CONFIG.replace("TARGETS", targets), encoding="utf-8")
    app = open_app(folder / "channelwatch.yaml")
    stood = []
    for done in days:
        newest, rows = MARCH + timedelta(days=done - 1), ["day,channel,spend,revenue"]
        for back in reversed(range(200)):
            day = newest - timedelta(days=back)
            chance = random.Random(str(day))
            for channel in ("paid_search", "email"):
                usual = WEEK[day.weekday()] * chance.gauss(1, 0.03)
                cost = spend(day) * usual if channel == "paid_search" else 0.0
                rows.append(f"{day},{channel},{cost:.2f},{3000 * usual:.2f}")
        (folder / "tables" / "web.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        now = datetime.combine(newest + timedelta(days=1), time(9), UTC)
        stood.append(answer(check_once(app.watch, app.gatherer, now), app.watch)["pacing"])
    with app.store.reading() as connection:
        told = [d.payload for d in reversed(deliveries.listing(connection)) if d.incident_id.startswith("target-")]
    app.close()
    return told, stood


def test_a_campaign_that_overspends_is_told_in_time_and_once(tmp_path: Path) -> None:
    """1,000 a day against a budget of 30,000; from 8 March on 1,500: 30,000 are used up on the 24th."""
    told, stood = month(
        tmp_path,
        "[{kpi: spend, channel: paid_search, month: 30000, kind: budget}]",
        lambda day: 1000 if day < date(2026, 3, 8) else 1500,
    )

    openings = [t for t in told if t["change"] == "opened"]
    assert told == openings and len(openings) == 1
    first = openings[0]
    assert first["headline"].startswith("Paid search ad spend will pass its March budget of 30,000 EUR on")
    assert first["severity"] in ("info", "warning") and first["owners"] == ["@ana"]
    assert date(2026, 3, 8) < datetime.fromisoformat(first["at"]).date() <= date(2026, 3, 14)
    warned = next(s[0] for s in stood if s[0]["probability_of_missing"] >= 0.9)
    assert date(2026, 3, 20) <= date.fromisoformat(warned["on"]) <= date(2026, 3, 28)
    assert stood[-1][0]["on"] == "2026-03-24"
    json.dumps(stood)


def test_a_month_on_course_is_no_news(tmp_path: Path) -> None:
    told, stood = month(
        tmp_path, "[{kpi: spend, channel: paid_search, month: 33000}, {kpi: revenue, month: 170000}]", lambda _: 1000
    )

    assert told == []
    ends = [s[1] for s in stood]
    assert all(e["lower"] <= stood[-1][1]["expected"] <= e["upper"] for e in ends[3:])
    assert ends[-1]["upper"] - ends[-1]["lower"] < (ends[3]["upper"] - ends[3]["lower"]) / 3


def test_a_goal_out_of_reach_is_told_early_with_what_a_day_would_have_to_bring(tmp_path: Path) -> None:
    told, _ = month(tmp_path, "[{kpi: revenue, month: 250000}]", lambda _: 1000, range(1, 12))

    assert [t["change"] for t in told] == ["opened"]
    assert told[0]["headline"].startswith("Revenue will miss its March goal of 250,000 EUR by about 2")
    assert told[0]["items"][0].startswith("To reach it: ")


def test_a_slow_trend_is_told_before_it_crosses_its_limit(tmp_path: Path) -> None:
    told, stood = month(
        tmp_path,
        "[{kpi: spend, channel: paid_search, limit: 2000, kind: budget}]",
        lambda day: 1400 + 6 * (day - date(2026, 1, 1)).days,  # crosses 2,000 after 100 days, on 11 April
        range(1, 20),
    )

    assert [t["change"] for t in told] == ["opened"]
    assert "will cross its limit of 2,000 EUR about" in told[0]["headline"]
    crossing = next(s[0] for s in stood if s[0]["probability_of_missing"] > 0.9)
    assert date.fromisoformat(crossing["earliest"]) <= date(2026, 4, 14) and date.fromisoformat(
        crossing["latest"]
    ) >= date(2026, 4, 8)
