"""Opening the state: what is refused, and in which words."""

import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from daemon.errors import StoreError
from daemon.store import Store, judged, open_store, tables
from daemon.store import migrations as steps
from daemon.store.migrate import NEWEST, VERSION_TABLE

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


def _open(folder: Path, **options: float) -> Store:
    return open_store("sqlite:///state.db", folder, **options)


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    with _open(tmp_path).transaction() as connection:
        judged.mark(connection, "daily", NOW, NOW)

    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == dict.fromkeys(
        ("state.db", "state.db-wal", "state.db-shm"), 0o600
    )


def test_a_file_that_others_may_read_is_taken_from_them(tmp_path: Path) -> None:
    _open(tmp_path).close()
    (tmp_path / "state.db").chmod(0o644)

    _open(tmp_path).close()

    assert stat.S_IMODE((tmp_path / "state.db").stat().st_mode) == 0o600


def test_every_commit_is_on_the_disk_before_it_counts(tmp_path: Path) -> None:
    with _open(tmp_path).reading() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert settings == ["wal", 2, 1, 5000]


def test_a_transaction_keeps_everything_or_nothing(tmp_path: Path) -> None:
    store = _open(tmp_path)

    with pytest.raises(ZeroDivisionError), store.transaction() as connection:
        judged.mark(connection, "daily", NOW, NOW)
        raise ZeroDivisionError

    with store.reading() as connection:
        assert judged.last_now(connection) is None


def test_what_is_written_is_there_after_reopening(tmp_path: Path) -> None:
    store = _open(tmp_path)
    with store.transaction() as connection:
        judged.mark(connection, "daily", NOW, NOW)
    store.close()

    with _open(tmp_path).reading() as connection:
        assert judged.last(connection, "daily") == NOW


def test_a_state_in_memory_is_thrown_away() -> None:
    store = open_store("sqlite://")
    with store.transaction() as connection:
        judged.mark(connection, "daily", NOW, NOW)
    store.close()

    with open_store("sqlite://").reading() as connection:
        assert judged.last(connection, "daily") is None


def test_a_reader_sees_one_moment_while_another_writes(tmp_path: Path) -> None:
    store = _open(tmp_path)

    with store.reading() as reader:
        assert judged.last_now(reader) is None
        with store.transaction() as writer:
            judged.mark(writer, "daily", NOW, NOW)
        assert judged.last_now(reader) is None


def test_the_migrations_give_the_tables_that_the_program_uses(tmp_path: Path) -> None:
    with _open(tmp_path).reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": False})
        assert compare_metadata(context, tables.metadata) == []


def test_the_newest_step_is_the_one_that_the_program_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(str(steps.__file__)).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST


def test_the_tables_can_be_made_in_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    written = "".join(str(CreateTable(table).compile(dialect=dialect)) for table in tables.metadata.sorted_tables)
    assert "BIGSERIAL" in written
    assert "BYTEA" in written


def test_a_state_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    store = _open(tmp_path)
    with store.transaction() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    store.close()

    with pytest.raises(StoreError, match=r"newer channelwatch \(schema 9999"):
        _open(tmp_path)


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state.db") as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()

    with pytest.raises(StoreError, match="another program"):
        _open(tmp_path)

    with sqlite3.connect(tmp_path / "state.db") as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    other.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = "date,orders\n" * 100
    (tmp_path / "state.db").write_text(text)

    with pytest.raises(StoreError, match="no SQLite database"):
        _open(tmp_path)

    assert (tmp_path / "state.db").read_text() == text


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    store = _open(tmp_path)
    with store.transaction() as connection:
        for number in range(500):
            judged.mark(connection, f"check {number}", NOW, NOW)
    store.close()
    content = bytearray((tmp_path / "state.db").read_bytes())
    content[len(content) // 2 :] = b"\x5a" * (len(content) - len(content) // 2)
    (tmp_path / "state.db").write_bytes(content)

    with pytest.raises(StoreError, match="damaged"):
        _open(tmp_path)


def test_a_state_that_another_program_holds_says_so(tmp_path: Path) -> None:
    store = _open(tmp_path, busy_timeout_seconds=0.01)
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="another program holds it"), store.transaction():
        pass

    other.close()


def test_a_state_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    store = _open(tmp_path)

    with pytest.raises(StoreError, match="may not be written"), store.transaction() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        judged.mark(connection, "daily", NOW, NOW)


@pytest.mark.parametrize("url", ["sqlite:////proc/state.db", "sqlite:////nowhere/at/all/state.db", "sqlite:////tmp"])
def test_a_place_that_cannot_hold_the_file_is_named(url: str) -> None:
    with pytest.raises(StoreError, match="check that its folder exists"):
        open_store(url)


@pytest.mark.parametrize("url", ["state.db", "mysql://root:hunter22@db/x", "://hunter22"])
def test_an_address_that_is_no_state_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(url)

    assert "hunter22" not in str(refused.value)


def test_a_missing_driver_is_named() -> None:
    with pytest.raises(StoreError, match="pip install pg8000"):
        open_store("postgresql+pg8000://ana:hunter22@127.0.0.1:1/none")


def test_a_failure_never_shows_statements_or_values(tmp_path: Path) -> None:
    store = _open(tmp_path)

    with pytest.raises(StoreError) as failed, store.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE judged")
        judged.mark(connection, "hunter22", NOW, NOW)

    assert "hunter22" not in f"{failed.value!r} {failed.value.__cause__!r}"
    assert "UPDATE" not in str(failed.value)
