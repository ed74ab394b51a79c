"""Regular tasks are done once, whatever restarts lie between, and none stops the others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from config.settings import Settings
from daemon.model import Change, Status
from daemon.outbox import enqueue
from daemon.store import Store, activity, deliveries, incidents, judged, open_store, outbox_totals, troubles
from daemon.upkeep import run_due
from daemon.upkeep.retention import Dropped
from tests.builders_alerts import checkout_failing

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def settings(sections: dict[str, Any] | None = None, **upkeep: Any) -> Settings:
    check = {"source": "s", "period": "day", "scope": "business", "columns": {"orders": "orders"}}
    given: dict[str, Any] = {
        "kpis": {"orders": {"type": "count"}},
        "sources": {"s": {"kind": "files", "path": "data"}},
        "checks": {"shop": check, "web": check},
        "destinations": {"inbox": {"kind": "inbox"}},
        "routes": [{"to": ["inbox"]}],
        "store": {"url": "sqlite:///state.db"},
        "upkeep": upkeep,
        **(sections or {}),
    }
    return Settings(**given)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A state after three weeks of cycles at 08:15 in which nothing was found."""
    opened = open_store("sqlite:///state.db", tmp_path)
    with opened.transaction() as connection:
        for back in range(21, -1, -1):
            cycle(connection, MONDAY.replace(hour=8, minute=15) - back * DAY)
    return opened


def cycle(connection: Any, at: datetime, alerts: int = 0) -> None:
    for check in ("shop", "web"):
        judged.mark(connection, check, at.replace(hour=0, minute=0), at)
    activity.note(connection, at, series={"shop": 12, "web": 400}, alerts=alerts)


def queued(store: Store) -> list[str]:
    with store.reading() as connection:
        return [d.payload["headline"] for d in reversed(deliveries.listing(connection))]


def test_a_quiet_week_is_told_once_whatever_restarts_lie_between(store: Store, tmp_path: Path) -> None:
    for minutes in (0, 1, 60, 60 * 24 * 6):
        run_due(settings(), tmp_path, store, MONDAY + timedelta(minutes=minutes))
        store.close()
        store = open_store("sqlite:///state.db", tmp_path)

    assert queued(store) == ["All quiet: 412 series judged in the last 7 days, 0 alerts"]


def test_it_is_not_told_again_when_what_was_delivered_is_forgotten(store: Store, tmp_path: Path) -> None:
    run_due(settings(), tmp_path, store, MONDAY)
    with store.transaction() as connection:
        outbox_totals.purge(connection, states=tuple(deliveries.State), before=MONDAY + DAY)

    assert not run_due(settings(), tmp_path, store, MONDAY + DAY).note


def test_it_comes_again_the_next_week_and_late_when_nobody_ran_at_its_time(store: Store, tmp_path: Path) -> None:
    run_due(settings(), tmp_path, store, MONDAY)
    with store.transaction() as connection:
        cycle(connection, MONDAY + 8 * DAY)

    assert run_due(settings(), tmp_path, store, MONDAY + 8 * DAY).note


def test_before_its_time_nothing_is_told(store: Store, tmp_path: Path) -> None:
    run_due(settings(), tmp_path, store, MONDAY - 7 * DAY)

    assert not run_due(settings(), tmp_path, store, MONDAY - timedelta(seconds=1)).note


@pytest.mark.parametrize("days", [0, 3, 6.9])
def test_a_week_with_a_message_is_not_quiet(store: Store, tmp_path: Path, days: float) -> None:
    with store.transaction() as connection:
        alert = {"severity": "warning", "facts": [], "headline": "Orders -41 %"}
        at = MONDAY - days * DAY
        enqueue(connection, alert, incident_id="a", change=Change.OPENED, destinations=["inbox"], now=at)

    assert not run_due(settings(), tmp_path, store, MONDAY).note
    assert queued(store) == ["Orders -41 %"]


def test_a_week_with_an_alert_that_no_route_wanted_is_not_quiet_either(store: Store, tmp_path: Path) -> None:
    with store.transaction() as connection:
        cycle(connection, MONDAY - timedelta(minutes=45), alerts=1)

    assert not run_due(settings(), tmp_path, store, MONDAY).note


def test_an_alert_of_the_week_before_does_not_count(store: Store, tmp_path: Path) -> None:
    with store.transaction() as connection:
        cycle(connection, MONDAY - timedelta(days=7, minutes=45), alerts=1)

    assert run_due(settings(), tmp_path, store, MONDAY).note


def test_a_check_that_cannot_be_read_or_is_overdue_is_named(store: Store, tmp_path: Path) -> None:
    now = MONDAY + 2 * DAY
    with store.transaction() as connection:
        judged.mark(connection, "web", now.replace(hour=0), now)
        troubles.note(connection, "web", "no answer", now)

    run_due(settings(quiet_note={"weekday": "wed"}), tmp_path, store, now)

    (headline,) = queued(store)
    assert headline.endswith("but 2 of 2 checks are late")


def test_it_waits_for_the_end_of_a_routes_quiet_hours(store: Store, tmp_path: Path) -> None:
    quiet = {"routes": [{"to": ["inbox"], "quiet": {"after": "20:00", "until": "10:00"}}]}

    run_due(settings(quiet), tmp_path, store, MONDAY)

    with store.reading() as connection:
        (waiting,) = deliveries.listing(connection)
    assert waiting.not_before == MONDAY + timedelta(hours=1)


def test_a_clock_that_ran_years_ahead_for_a_while_drops_nothing_and_stops_nothing(store: Store, tmp_path: Path) -> None:
    with store.transaction() as connection:
        incident = replace(checkout_failing().incident, status=Status.RESOLVED, updated_at=MONDAY - 30 * DAY)
        incidents.record(connection, incident, at=MONDAY, change=Change.RESOLVED, reason="over")

    ahead = run_due(settings(), tmp_path, store, MONDAY.replace(year=2099))
    right = run_due(settings(), tmp_path, store, MONDAY)

    assert (ahead.note, right.note) == (False, True)
    assert ahead.dropped == right.dropped == Dropped(incidents=0, deliveries=0, inbox=0)


def test_without_it_silence_needs_no_message(store: Store, tmp_path: Path) -> None:
    assert not run_due(settings(quiet_note={"enabled": False}), tmp_path, store, MONDAY).note


def test_what_is_over_is_dropped_once_a_night(store: Store, tmp_path: Path) -> None:
    first = run_due(settings(), tmp_path, store, MONDAY)
    again = run_due(settings(), tmp_path, store, MONDAY + timedelta(hours=18))
    next_night = run_due(settings(), tmp_path, store, MONDAY + timedelta(hours=18, minutes=30))

    assert (first.dropped is None, again.dropped is None, next_night.dropped is None) == (False, True, False)


def test_a_copy_is_made_every_night_and_the_newest_are_kept(store: Store, tmp_path: Path) -> None:
    wanted = settings(backup={"folder": "copies", "keep": 2})

    for night in range(4):
        run_due(wanted, tmp_path, store, MONDAY + night * DAY)

    assert sorted(file.name for file in (tmp_path / "copies").iterdir()) == [
        "state-20261118T090000Z.db",
        "state-20261119T090000Z.db",
    ]


def test_a_copy_that_cannot_be_made_is_told_and_stops_nothing(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copies").write_text("a file, no folder")

    with capture_logs() as logs:
        done = run_due(settings(backup={"folder": "copies"}), tmp_path, store, MONDAY)

    assert (done.backup, done.note, done.dropped is not None) == (None, True, True)
    assert "backup_failed" in {line["event"] for line in logs}


def test_where_nothing_is_due_nothing_is_written(store: Store, tmp_path: Path) -> None:
    run_due(settings(), tmp_path, store, MONDAY)
    store.close()
    before = (tmp_path / "state.db").read_bytes()
    store = open_store("sqlite:///state.db", tmp_path)

    run_due(settings(), tmp_path, store, MONDAY + timedelta(minutes=1))

    store.close()
    assert (tmp_path / "state.db").read_bytes() == before
