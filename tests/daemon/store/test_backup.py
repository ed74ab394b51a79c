"""Copies of the state: whole, for their owner alone, made while others write, and never in place of something else."""

import os
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.errors import StoreError
from daemon.store import judged, open_store
from daemon.store.backup import backup, nightly

NOW = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
URL = "sqlite:///state.db"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = open_store(URL, tmp_path)
    with store.transaction() as connection:
        judged.mark(connection, "shop", NOW, NOW)
    store.close()
    return tmp_path


def judged_in(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [name for (name,) in connection.execute("SELECT check_name FROM judged")]


def test_the_copy_lies_beside_the_state_with_the_time_in_its_name(folder: Path) -> None:
    written = backup(URL, folder, None, NOW)

    assert written == folder / "state-20260302T033000Z.db"
    assert judged_in(written) == ["shop"]


def test_the_copy_is_for_its_owner_alone_and_leaves_nothing_beside_it(folder: Path) -> None:
    (folder / "copies").mkdir()

    written = backup(URL, folder, folder / "copies", NOW)

    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert list((folder / "copies").iterdir()) == [written]


def test_a_copy_is_a_state_that_can_be_opened_in_place_of_the_first(folder: Path) -> None:
    backup(URL, folder, folder / "copy.db", NOW)

    with open_store("sqlite:///copy.db", folder).reading() as connection:
        assert judged.last(connection, "shop") == NOW


def test_an_older_copy_of_that_name_is_replaced(folder: Path) -> None:
    backup(URL, folder, folder / "copy.db", NOW)
    with open_store(URL, folder).transaction() as connection:
        judged.mark(connection, "web", NOW, NOW)

    backup(URL, folder, folder / "copy.db", NOW)

    assert judged_in(folder / "copy.db") == ["shop", "web"]


def test_it_is_made_while_a_writer_is_at_work_and_holds_only_what_was_committed(folder: Path) -> None:
    store = open_store(URL, folder)
    with store.transaction() as connection:
        judged.mark(connection, "half way", NOW, NOW)
        written = backup(URL, folder, folder / "copy.db", NOW)
    store.close()

    assert judged_in(written) == ["shop"]


def test_copies_made_under_constant_writing_are_all_sound(folder: Path) -> None:
    store, stop = open_store(URL, folder), threading.Event()

    def write() -> None:
        count = 0
        while not stop.is_set():
            with store.transaction() as connection:
                judged.mark(connection, f"check {(count := count + 1)}", NOW, NOW)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        sizes = [len(judged_in(backup(URL, folder, folder / f"copy-{n}.db", NOW))) for n in range(5)]
    finally:
        stop.set()
        writer.join()
        store.close()

    assert sizes == sorted(sizes)


@pytest.mark.parametrize("name", ["state.db", "notes.txt", "nowhere/copy.db"])
def test_nothing_else_is_overwritten_and_no_folder_invented(folder: Path, name: str) -> None:
    (folder / "notes.txt").write_text("mine")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    with pytest.raises(StoreError, match=r"name another file|make it first"):
        backup(URL, folder, folder / name, NOW)

    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_a_damaged_state_gives_no_copy_and_keeps_the_older_one(folder: Path) -> None:
    store = open_store(URL, folder)
    with store.transaction() as connection:
        for number in range(500):
            judged.mark(connection, f"check {number}", NOW, NOW)
    store.close()
    backup(URL, folder, folder / "copy.db", NOW)
    content = bytearray((folder / "state.db").read_bytes())
    content[len(content) // 2 :] = b"\x5a" * (len(content) - len(content) // 2)
    (folder / "state.db").write_bytes(content)

    with pytest.raises(StoreError, match=r"could not be copied|damaged"):
        backup(URL, folder, folder / "copy.db", NOW)

    assert len(judged_in(folder / "copy.db")) == 501
    assert not [file for file in folder.iterdir() if "partial" in file.name]


def test_without_a_state_there_is_nothing_to_copy(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no state in"):
        backup(URL, tmp_path, None, NOW)

    assert list(tmp_path.iterdir()) == []


def test_postgresql_is_copied_by_its_own_tool_which_is_named_without_the_password() -> None:
    with pytest.raises(StoreError, match=r"pg_dump --format=custom --file=channelwatch.dump marketing") as refused:
        backup("postgresql+psycopg://ana:hunter22@db.example/marketing", None, None, NOW)

    assert "hunter22" not in str(refused.value)


def test_a_state_in_memory_cannot_be_copied() -> None:
    with pytest.raises(StoreError, match="in memory"):
        backup("sqlite://", None, None, NOW)


def test_every_night_one_is_added_and_the_newest_are_kept(folder: Path) -> None:
    (folder / "copies").mkdir()
    (folder / "copies" / "state-of-the-nation.db").write_text("somebody's")

    for night in range(5):
        nightly(URL, folder, folder / "copies", 3, NOW + timedelta(days=night))

    assert sorted(file.name for file in (folder / "copies").iterdir()) == [
        "state-20260304T033000Z.db",
        "state-20260305T033000Z.db",
        "state-20260306T033000Z.db",
        "state-of-the-nation.db",
    ]


def test_what_a_killed_copy_left_behind_is_swept_up_and_one_under_way_is_not(folder: Path) -> None:
    old, young = (folder / f".state-2026{day}T033000Z.db.{day}.partial" for day in ("0101", "0302"))
    for file in (old, young):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))

    backup(URL, folder, None, NOW)

    assert (old.exists(), young.exists()) == (False, True)
