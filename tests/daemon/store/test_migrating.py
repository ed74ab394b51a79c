"""A state of an older release is brought up to date with a copy made first, or is left as it was."""

import json
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from structlog.testing import capture_logs

from daemon.errors import StoreError
from daemon.model import Change, Status
from daemon.outbox import enqueue
from daemon.store import deliveries, inbox, incidents, judged, open_store, pending
from daemon.store import migrations as steps
from daemon.store.migrate import NEWEST, VERSION_TABLE
from detectors.panel import SeriesKey
from tests.builders_alerts import checkout_failing

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
_INCIDENT = checkout_failing().incident
# Tables of the first release that nothing ever read.
_DROPPED = {"series", "problems"}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A state as the first release wrote it: its schema, with rows in every table that a cycle and a delivery fill."""
    today = open_store("sqlite:///today.db", tmp_path)
    with today.transaction() as connection:
        incidents.record(connection, _INCIDENT, at=NOW, change=Change.OPENED, reason="first seen")
        judged.mark(connection, "shop", NOW, NOW)
        pending.save(connection, "shop", [(SeriesKey(check="shop", channel=None, kpi="orders"), NOW)])
        alert = {"severity": "warning", "facts": [], "headline": "Orders -41 %"}
        enqueue(connection, alert, incident_id="a", change=Change.OPENED, destinations=["growth"], now=NOW)
        inbox.add(connection, key="k", received_at=NOW, incident_id="a", change="opened", alert=alert, chart=b"PNG")
    today.close()

    engine = sa.create_engine(f"sqlite:///{tmp_path / 'state.db'}")
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(str(steps.__file__)).parent))
        command.upgrade(config, "0001")
        tables = sa.inspect(connection).get_table_names()
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS today", (str(tmp_path / "today.db"),))
        for table in set(tables) - {VERSION_TABLE} - _DROPPED:
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM today.{table}")
    for file in tmp_path.glob("today.db*"):
        file.unlink()
    return tmp_path / "state.db"


def rows(file: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}


def copies(state: Path) -> list[Path]:
    return sorted(state.parent.glob("state.db.schema-*"))


def test_the_first_releases_state_is_brought_to_todays_tables_with_everything_in_it(old: Path) -> None:
    before = rows(old)

    store = open_store("sqlite:///state.db", old.parent)

    with store.reading() as connection:
        (found,) = incidents.recent(connection, status=Status.OPEN)
        assert found == _INCIDENT
        assert [e.reason for e in incidents.history(connection, found.id)] == ["first seen"]
        assert judged.last(connection, "shop") == NOW
        assert pending.checks(connection) == {"shop"}
        assert [d.payload["headline"] for d in deliveries.listing(connection)] == ["Orders -41 %"]
        assert [m.chart for m in inbox.latest(connection)] == [b"PNG"]
    store.close()
    after = rows(old)
    kept = before.keys() - {VERSION_TABLE} - _DROPPED
    for name in kept:  # columns that came since stand behind those that were there
        assert [new[: len(was)] for new, was in zip(after[name], before[name], strict=True)] == before[name]
    assert not after.keys() & _DROPPED
    assert after[VERSION_TABLE] == [(NEWEST,)]


def test_a_copy_of_the_older_state_is_made_beside_it_for_its_owner_alone(old: Path) -> None:
    before = rows(old)

    with capture_logs() as logs:
        open_store("sqlite:///state.db", old.parent).close()

    (copy,) = copies(old)
    assert copy.name.startswith("state.db.schema-0001-")
    assert rows(copy) == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [log["file"] for log in logs if log["event"] == "state_backed_up"] == [str(copy)]


def test_a_state_of_today_is_not_copied(old: Path) -> None:
    open_store("sqlite:///state.db", old.parent).close()
    (copy,) = copies(old)
    open_store("sqlite:///state.db", old.parent).close()

    assert copies(old) == [copy]


def test_only_the_newest_copies_are_kept(old: Path) -> None:
    for year in range(2020, 2026):
        (old.parent / f"state.db.schema-0000-{year}0101T000000Z").write_bytes(b"")

    open_store("sqlite:///state.db", old.parent).close()

    assert [file.name[16:25] for file in copies(old)][:2] == ["0000-2024", "0000-2025"]
    assert len(copies(old)) == 3


def test_a_step_that_fails_changes_nothing_and_says_where_the_copy_lies_and_what_to_do(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:  # the last of the new tables is in the way
        connection.execute("CREATE TABLE chores (hunter22 TEXT)")
    before = rows(old)

    with pytest.raises(StoreError, match=r"nothing was changed; a copy lies in .*Go back to the release") as failed:
        open_store("sqlite:///state.db", old.parent)

    (copy,) = copies(old)
    assert str(copy) in str(failed.value)
    assert "table chores already exists" in str(failed.value)
    assert "hunter22" not in str(failed.value)
    assert rows(old) == rows(copy) == before


def test_without_room_for_the_copy_nothing_is_changed(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows(old)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("daemon.store.backup.os.fsync", full)

    with pytest.raises(StoreError, match="No space left on device"):
        open_store("sqlite:///state.db", old.parent)

    assert rows(old) == before
    assert [file.name for file in old.parent.iterdir() if "schema" in file.name] == []


def test_what_a_document_holds_is_read_as_it_was_written(old: Path) -> None:
    (document,) = [json.loads(row[-1]) for row in rows(old)["incidents"]]

    assert document["id"] == _INCIDENT.id
