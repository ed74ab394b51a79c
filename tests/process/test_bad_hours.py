"""A running service on bad days: slow and hung sources, a locked state, a clock that jumps."""

import sqlite3
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.month.clock import library
from tests.process import running as services
from tests.process import watched
from tests.process.api import Api
from tests.process.command import assert_harmless
from tests.process.database import is_intact, state
from tests.process.faults import ALL, FALL_TOLD, STORES_TOLD, UNTIL_BEFORE
from tests.process.running import START_SECONDS, running
from tests.process.story import morning_after
from tests.process.test_faults import assert_told
from tests.process.wall_clock import WallClock
from tests.process.warm import Warm
from tests.process.watched import BAD, BEFORE, KEY
from tests.receiver import Receiver

_REPO = Path(__file__).resolve().parents[2]
# The same program, less patient than people are.
_HURRIED = f"""\
#!{sys.executable}
import sys
from datetime import timedelta

sys.path.insert(0, {str(_REPO)!r})
if __name__ == "__main__":  # worker processes import this file
    import daemon.running
    from daemon.cli import main
    from daemon.sources import asking
    from daemon.store import database

    daemon.running._PATIENCE_SECONDS = 1.0
    daemon.running._AGAIN_AFTER = (timedelta(seconds=1),)
    asking._FIRST_WAIT = 0.01
    database.open_store.__kwdefaults__["busy_timeout_seconds"] = 2.0
    main()
"""
DUE = datetime(2026, 3, 3, 8, 15, tzinfo=UTC)
"""When the bad day is judged."""


@pytest.fixture
def hurried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services that wait less."""
    if library() is None:
        pytest.skip("no libfaketime: apt-get install libfaketime")
    program = tmp_path / "channelwatch"
    program.write_text(_HURRIED, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(services, "SCRIPT", program)


@pytest.fixture
def folder(warm: Warm, tmp_path: Path) -> Path:
    """A folder in which the last good day was judged, and whose files have the bad day."""
    made = tmp_path / "work"
    watched.configure(made, *watched.FILES)
    watched.write_file(made, UNTIL_BEFORE)
    watched.stores(made, BEFORE)
    assert warm.channelwatch(made, "check", "--now", morning_after(BEFORE)).code == 0
    watched.write_file(made, ALL)
    watched.stores(made, BAD)
    return made


def test_a_slow_source_delays_nobody_and_a_hung_one_does_not_keep_the_service_from_ending(
    warm: Warm, tmp_path: Path, hurried: None
) -> None:
    folder, clock = tmp_path / "work", WallClock(tmp_path / "clock", DUE + timedelta(minutes=10))
    source, question = watched.HTTP
    watched.configure(folder, source.replace("timeout_seconds: 1", "timeout_seconds: 60"), question)
    watched.stores(folder, BEFORE)
    with Api(rows=UNTIL_BEFORE) as api, Receiver() as receiver:
        env = {"WEB_URL": api.url, "WEB_KEY": KEY} | watched.told_to(receiver.url)
        before = warm.channelwatch(folder, "check", "--now", morning_after(BEFORE), env=env)
        api.rows, api.open = ALL, threading.Event()
        watched.stores(folder, BAD)
        with running(folder, tmp_path / "first.log", env | clock.environment) as hung:
            hung.wait_for("check_unreadable")
            receiver.wait_for(1, START_SECONDS)
            first_code = hung.end()
        told_while_hung = [request.body["text"] for request in receiver.requests]
        with running(folder, tmp_path / "second.log", env | clock.environment) as slow:
            slow.wait_for("check_unreadable")
            api.let_go()
            receiver.wait_for(2, START_SECONDS)
            second_code = slow.end()
        told = [request.body["text"] for request in receiver.requests]

    assert before.code == 0, before
    assert (first_code, second_code) == (0, 0)
    assert "its source has not answered for 1 s" in hung.words
    assert_told(told_while_hung, (STORES_TOLD,))
    assert_told(told, (STORES_TOLD, FALL_TOLD))
    assert_harmless(hung.words, slow.words)
    assert is_intact(folder)


def test_a_state_that_another_program_holds_is_told_and_the_day_is_judged_once_it_lets_go(
    folder: Path, tmp_path: Path, hurried: None
) -> None:
    clock = WallClock(tmp_path / "clock", DUE - timedelta(seconds=50))
    holder = sqlite3.connect(folder / "channelwatch.db", isolation_level=None)
    with Receiver() as receiver:
        env = watched.told_to(receiver.url) | clock.environment
        with running(folder, tmp_path / "run.log", env) as service:
            service.wait_for("ready")
            service.wait_for("nothing_due")
            holder.execute("BEGIN EXCLUSIVE")
            clock.set(DUE + timedelta(seconds=1))
            service.wait_for("cycle_failed")
            told_meanwhile = list(receiver.requests)
            holder.execute("ROLLBACK")
            receiver.wait_for(2, START_SECONDS)
            service.wait_for("cycle")
            code = service.end()
        told = [request.body["text"] for request in receiver.requests]
    holder.close()

    assert (code, told_meanwhile) == (0, [])
    assert (
        "could not be used (database is locked): another program holds it: stop that one, or try again" in service.words
    )
    assert_told(sorted(told), (STORES_TOLD, FALL_TOLD))
    assert_harmless(service.words)
    assert is_intact(folder)


def test_a_clock_that_jumps_six_hours_forwards_and_back_has_each_day_judged_once(
    folder: Path, tmp_path: Path, hurried: None
) -> None:
    six_hours = timedelta(hours=6)
    clock = WallClock(tmp_path / "clock", DUE - timedelta(hours=4))
    with Receiver() as receiver:
        env = watched.told_to(receiver.url) | clock.environment
        with running(folder, tmp_path / "run.log", env) as service:
            service.wait_for("ready")
            service.wait_for("nothing_due")
            clock.jump(six_hours)
            service.wait_for("clock_was_set")
            receiver.wait_for(2, START_SECONDS)
            kept = _without_outbox(folder)
            holder = sqlite3.connect(folder / "channelwatch.db", isolation_level=None)
            holder.execute("BEGIN EXCLUSIVE")
            clock.jump(-six_hours)
            service.wait_for("clock_not_heeded")
            holder.execute("ROLLBACK")
            holder.close()
            service.wait_for("clock_was_set", times=2)
            service.wait_for("nothing_due", times=2)
            clock.jump(six_hours)
            service.wait_for("clock_was_set", times=3)
            service.wait_for("nothing_due", times=3)
            code = service.end()
        told = [request.body["text"] for request in receiver.requests]

    assert code == 0
    assert_told(sorted(told), (STORES_TOLD, FALL_TOLD))
    assert _without_outbox(folder) == kept
    assert service.words.count('"event": "cycle"') == 1
    assert '"seconds": 21600' in service.words
    assert '"seconds": -21600' in service.words
    assert_harmless(service.words)
    assert is_intact(folder)


def _without_outbox(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What was judged and found."""
    return {name: rows for name, rows in state(folder).items() if name in ("incidents", "history", "judged", "pending")}
