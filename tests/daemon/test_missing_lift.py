"""A send that was planned and moved nothing makes one message, in words, and ends by itself."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from daemon.app import open_app
from daemon.checking import check_once
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
