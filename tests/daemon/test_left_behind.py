"""What waits for a destination that was renamed or removed stands once in the log, and in the doctor's lines."""

from datetime import timedelta
from pathlib import Path

from structlog.testing import capture_logs

from config.settings import Settings
from daemon import left_behind
from daemon.doctor import Verdict, state
from daemon.model import Change
from daemon.store import Store, open_store
from tests.daemon.outbox.builders import NOON, put
from tests.daemon.test_outages import settings


def said(given: Settings, store: Store, looks: int = 5) -> list[tuple[str, int, int]]:
    with capture_logs() as logs:
        for minute in range(looks):
            left_behind.look(given, store, NOON + timedelta(minutes=minute))
    return [(line["destination"], line["waiting"], line["ends"]) for line in logs]


def test_it_is_said_once_and_anew_when_the_name_was_there_meanwhile() -> None:
    store = open_store("sqlite://")
    put(store, "old")
    put(store, "old", incident="i2", change=Change.RESOLVED)
    put(store, "mail")

    assert said(settings(), store) == [("old", 2, 1)]
    assert said(settings(), store) == []
    assert said(settings(old="terminal", mail="terminal"), store) == []
    assert said(settings(), store) == [("old", 2, 1)]


def test_the_doctor_says_so_and_what_to_do(tmp_path: Path) -> None:
    given = settings()
    given = given.model_copy(update={"store": given.store.model_copy(update={"url": "sqlite:///state.db"})})
    store = open_store(given.store.url, tmp_path)
    put(store, "old", change=Change.RESOLVED)
    store.close()

    (line,) = [line for line in state.look(given, tmp_path) if line.what == "destination old"]

    assert line.verdict is Verdict.WARN
    assert line.seen == "1 message waits for it, the end of an incident, and no destination is called that any more"
    assert "the name old again" in line.todo
