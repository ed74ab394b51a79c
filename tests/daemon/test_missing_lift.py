"""A send that was planned and moved nothing makes one message, in words, and ends by itself."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from daemon.app import open_app
from daemon.checking import check_once
from daemon.model import Incident
from daemon.store import deliveries

CONFIG = """
timezone: Europe/London
channels: {email: {kind: owned}}
kpis:
  sessions: {type: count, role: sessions, good: up}
  orders: {type: count, role: orders, good: up}
sources: {exports: {kind: files, path: tables}}
checks:
  email: {source: exports, table: email.csv, period: day, channel: email, columns: {sessions: sessions, orders: orders}}
calendar:
  files: [{path: sends.csv, kind: kind, channel: channel, action: expect_lift}]
destinations: {inbox: {kind: inbox}}
routes: [{to: [inbox]}]
"""
SENT = date(2026, 3, 5)
EVERY = timedelta(days=14)


def _write(folder: Path, newest: date, *, came: bool) -> None:
    (folder / "tables").mkdir(exist_ok=True)
    rows = []
    for back in reversed(range(200)):
        day = newest - timedelta(days=back)
        chance = random.Random(f"{day}")
        sent = (SENT - day).days % EVERY.days == 0 and (came or day != SENT)
        sessions = round(1000 * chance.gauss(1, 0.03) * (chance.gauss(1.8, 0.08) if sent else 1))
        rows.append(f"{day},{sessions},{round(sessions * 0.08 * chance.gauss(1, 0.03))}")
    (folder / "tables" / "email.csv").write_text("\n".join(["day,sessions,orders", *rows]) + "\n", encoding="utf-8")


def _told(folder: Path, *, came: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """What is said around a send, and the shapes that were found."""
    sends = [SENT - EVERY * back for back in range(14)]
    lines = [f"Newsletter {day:%B},{day},{day},send,email" for day in sends]
    (folder / "sends.csv").write_text("\n".join(["title,start,end,kind,channel", *lines]) + "\n", encoding="utf-8")
    (folder / "channelwatch.yaml").write_text(CONFIG, encoding="utf-8")
    app = open_app(folder / "channelwatch.yaml")
    shapes: list[str] = []
    for after in range(-1, 6):
        day = SENT + timedelta(days=after)
        _write(folder, day, came=came)
        now = datetime.combine(day, datetime.min.time(), UTC) + timedelta(days=1, hours=8.5)
        report = check_once(app.watch, app.gatherer, now)
        shapes += [str(f.shape) for i in report.incidents for f in i.findings]
    with app.store.reading() as connection:
        found = [d.payload for d in reversed(deliveries.listing(connection))]
    app.close()
    return found, shapes


def test_a_send_that_moved_nothing_is_told_once_and_ends_by_itself(tmp_path: Path) -> None:
    told, shapes = _told(tmp_path, came=False)

    headlines = [alert["headline"] for alert in told]
    assert set(shapes) == {"missing_lift"}
    assert headlines == [
        "Sessions without the lift of Newsletter March in email on Thu 5 Mar",
        "Over: sessions in email did not get the lift of Newsletter March, Thu 5 Mar",
    ]
    assert "against 1," in told[0]["numbers"]


def test_a_send_that_lifts_is_silent(tmp_path: Path) -> None:
    assert _told(tmp_path, came=True) == ([], [])


SALE = date(2026, 3, 3)
BUSINESS = """
timezone: Europe/London
channels: {direct: {kind: direct}, email: {kind: owned}, paid_search: {kind: paid}}
kpis:
  sessions: {type: count, good: up}
  orders: {type: count, good: up}
  spend: {type: amount, unit: GBP}
sources: {exports: {kind: files, path: tables}}
checks:
  web: {source: exports, table: web.csv, period: day, channel_column: channel, columns: {sessions: sessions, orders: orders, spend: spend}}
calendar:
  events: [%s]
destinations: {inbox: {kind: inbox}}
routes: [{to: [inbox]}]
"""


def _around(folder: Path, event: str, days: range) -> tuple[list[dict[str, Any]], list[Incident]]:
    """What is said in the days around an event that moved nothing, and the incidents after each."""
    (folder / "tables").mkdir()
    (folder / "channelwatch.yaml").write_text(BUSINESS % event, encoding="utf-8")
    app = open_app(folder / "channelwatch.yaml")
    seen: list[Incident] = []
    for after in days:
        newest = SALE + timedelta(days=after)
        rows = []
        for back in reversed(range(200)):
            day = newest - timedelta(days=back)
            for channel, usual in (("direct", 1200), ("email", 900), ("paid_search", 2400)):
                chance = random.Random(f"{day}{channel}")
                sessions = round(usual * chance.gauss(1, 0.03))
                spend = round(500 * chance.gauss(1, 0.01), 2) if channel == "paid_search" else ""
                rows.append(f"{day},{channel},{sessions},{round(sessions * 0.08 * chance.gauss(1, 0.03))},{spend}")
        table = "\n".join(["day,channel,sessions,orders,spend", *rows]) + "\n"
        (folder / "tables" / "web.csv").write_text(table, encoding="utf-8")
        now = datetime.combine(newest, datetime.min.time(), UTC) + timedelta(days=1, hours=8.5)
        seen += check_once(app.watch, app.gatherer, now).incidents
    with app.store.reading() as connection:
        found = [d.payload for d in reversed(deliveries.listing(connection))]
    app.close()
    return found, seen


def test_a_promotion_of_the_whole_business_misses_visits_and_orders_never_its_costs_and_ends_with_its_last_day(
    tmp_path: Path,
) -> None:
    event = (
        f"{{title: Sale, start: {SALE}, end: {SALE + timedelta(days=2)}, kind: promo, action: expect_lift, lift: 30%}}"
    )

    told, incidents = _around(tmp_path, event, range(-1, 6))

    assert {f.key.kpi for i in incidents for f in i.everything} <= {"sessions", "orders"}
    assert {f.end for f in incidents[-1].everything} == {datetime(2026, 3, 6, tzinfo=UTC)}
    assert any("for 3 days" in i.title for i in incidents) and not any("4 days" in i.title for i in incidents)
    assert told[-1]["headline"].startswith("Over:")
    assert incidents[-1].causes[0].id == "planned_missed"


def test_a_mailing_that_moved_nothing_asks_whether_it_was_sent_and_is_told_of_its_own_channel_and_day(
    tmp_path: Path,
) -> None:
    event = f"{{title: Mailing, start: {SALE}, kind: send, channel: email, action: expect_lift, lift: 60%}}"

    told, incidents = _around(tmp_path, event, range(-1, 4))

    first, last = told[0], told[-1]
    assert first["headline"] == "Sessions without the lift of Mailing in email on Tue 3 Mar"
    assert first["cause"].startswith("planned activity not sent")
    assert first["verify"][0].startswith("Was it sent")
    assert "rders" not in first["numbers"]
    assert last["headline"].startswith("Over:")
    assert last["cause"].startswith("planned activity not sent")
    assert {i.causes[0].id for i in incidents} == {"planned_missed"}
