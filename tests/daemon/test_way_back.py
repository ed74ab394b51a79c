"""A level that became the normal one, and the way back from it."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from daemon.app import open_app
from daemon.checking import check_once
from daemon.incidents import returned
from daemon.model import Change, Incident, Status
from daemon.store import deliveries
from daemon.transition import Why
from daemon.way_back import ways_back
from detectors.finding import Finding
from tests.builders.troubles import day, off, opened, sighted

CONFIG = """
channels: {paid_search: {kind: paid}, email: {kind: owned}}
kpis: {sessions: {type: count, role: sessions, good: up}}
sources: {exports: {kind: files, path: tables}}
checks:
  web: {source: exports, table: web.csv, period: day, channel_column: channel, columns: {sessions: sessions}}
destinations: {inbox: {kind: inbox}}
routes: [{to: [inbox]}]
"""
CUT, BACK = date(2026, 3, 5), date(2026, 3, 26)
USUAL = {"paid_search": 2000, "email": 3000}


def _halved() -> Incident:
    """Visits of paid search halved for two weeks; then that was the base."""
    fall = replace(off("paid_search", "sessions", -0.5), end=day(15))
    return replace(opened(fall), status=Status.RESOLVED, ended_at=day(15), new_base=True)


def _undone(*new: Finding, known: Incident | None = None, now: int = 22) -> list[str]:
    return [back.incident.id for back in ways_back(sighted(*new), [known or _halved()], day(now))]


def test_a_rise_to_the_level_of_before_leads_back() -> None:
    assert _undone(off("paid_search", "sessions", 1.0, start=21)) == ["i"]


def test_a_small_rise_a_further_fall_and_a_rise_elsewhere_do_not() -> None:
    assert _undone(off("paid_search", "sessions", 0.2, start=21)) == []
    assert _undone(off("paid_search", "sessions", -0.5, start=21)) == []
    assert _undone(off("email", "sessions", 1.0, start=21)) == []


def test_a_fall_after_a_rise_is_news() -> None:
    rise = replace(off("paid_search", "sessions", 1.0), end=day(15))
    risen = replace(opened(rise), status=Status.RESOLVED, ended_at=day(15), new_base=True)

    assert _undone(off("paid_search", "sessions", -0.5, start=21), known=risen) == []


def test_after_a_quarter_nobody_remembers() -> None:
    assert _undone(off("paid_search", "sessions", 1.0, start=120), now=121) == []


def test_a_trouble_that_was_over_in_time_is_not_undone() -> None:
    over = replace(_halved(), new_base=False)

    assert _undone(off("paid_search", "sessions", 1.0, start=21), known=over) == []


def test_the_incident_ends_when_the_old_level_is_back() -> None:
    done = returned(_halved(), day(21), day(22))

    assert (done.change, done.why) == (Change.RESOLVED, Why.OLD_LEVEL)
    assert done.incident.ended_at == done.incident.findings[0].end == day(21)
    assert not done.incident.new_base


def test_people_hear_of_the_fall_of_the_new_level_and_of_its_end_as_one_incident(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "channelwatch.yaml").write_text(CONFIG, encoding="utf-8")
    app = open_app(tmp_path / "channelwatch.yaml")
    for after in range(-1, (BACK - CUT).days + 6):
        newest, rows = CUT + timedelta(days=after), ["day,channel,sessions"]
        for past in (newest - timedelta(days=back) for back in reversed(range(160))):
            for channel, usual in USUAL.items():
                left = 0.5 if channel == "paid_search" and CUT <= past < BACK else 1.0
                rows.append(
                    f"{past},{channel},{round(usual * left * random.Random(f'{past}{channel}').gauss(1, 0.03))}"
                )
        (tmp_path / "tables" / "web.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        check_once(app.watch, app.gatherer, datetime.combine(newest, time(9), UTC) + timedelta(days=1))
    with app.store.reading() as connection:
        told = [d.payload["headline"] for d in reversed(deliveries.listing(connection))]
    app.close()

    assert len(told) == 3
    assert told[0].startswith("Sessions -5")
    assert told[1].endswith("is the new normal")
    assert told[2] == "Resolved: sessions in paid search back in range after 21 days (5-25 Mar)"
