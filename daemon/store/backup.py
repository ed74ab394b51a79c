"""Copies of an SQLite state: made while others use it, looked through for damage, and never half there."""

import glob
import os
import re
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from daemon.errors import StoreError

_MAGIC = b"SQLite format 3\0"
_STAMP_FORM = r"\d{8}T\d{6}Z"
_BUSY_SECONDS = 30.0
_ABANDONED_SECONDS = 86_400.0


def backup(url: str, folder: Path | None, to: Path | None, now: datetime) -> Path:
    """Copy the state behind `url` to a file, or into a folder under a name with the time; None: beside the state.

    An older copy of that name is replaced at once and as a whole. Returns the file.

    Raises:
        StoreError: there is no such state, it is not SQLite's, the place cannot be written, or the copy is damaged.
    """
    state = file_of(url, folder)
    if not state.exists():
        raise StoreError(f"there is no state in {state} yet: nothing to copy")
    if to is None:
        to = state.parent
    target = to / _dated(state, now) if to.is_dir() else to
    return copy(state, target)


def file_of(url: str, folder: Path | None) -> Path:
    """The file of an SQLite state.

    Raises:
        StoreError: the state is not in a file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError("store.url is no database URL") from None
    if parsed.get_backend_name() == "postgresql":
        name = parsed.database or "channelwatch"
        raise StoreError(
            "the state is in PostgreSQL, which makes its own copies: "
            f"pg_dump --format=custom --file=channelwatch.dump {name}   (back: pg_restore --clean --dbname={name})"
        )
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        raise StoreError("the state is kept in memory: there is nothing to copy")
    return (folder or Path()) / str(parsed.database)


def copy(state: Path, target: Path) -> Path:
    """A copy of one moment of an SQLite file, for its owner alone. Others may read and write the state meanwhile.

    Raises:
        StoreError: it cannot be made; then nothing is changed.
    """
    _refuse(state, target)
    _sweep(target.parent, state)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        try:
            os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(state, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
                connection.execute("VACUUM INTO ?", (str(partial),))
            _check(partial)
            _to_disk(partial)
            partial.replace(target)
            _to_disk(target.parent)
        finally:
            partial.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise StoreError(
            f"{state} could not be copied to {target} ({reason}): is there room, and may it be written?"
        ) from error
    return target


def nightly(url: str, folder: Path, into: Path, keep: int, now: datetime) -> Path:
    """A dated copy in a folder, which is made if need be; of those, the newest `keep` stay. Returns the file.

    Raises:
        StoreError: it cannot be made; then the older ones all stay.
    """
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder {into} cannot be made ({error.strerror})") from error
    written = backup(url, folder, into, now)
    state = file_of(url, folder)
    _keep_newest(into, rf"{re.escape(state.stem)}-{_STAMP_FORM}{re.escape(_suffix(state))}", keep)
    return written


def before_migration(state: Path, version: str, keep: int = 3) -> Path:
    """A copy beside the state, as it is with an older schema; of those, the newest `keep` stay. Returns the file.

    Raises:
        StoreError: it cannot be made.
    """
    written = copy(state, state.with_name(f"{state.name}.schema-{version}-{_stamp(datetime.now(UTC))}"))
    _keep_newest(state.parent, rf"{re.escape(state.name)}\.schema-.+-{_STAMP_FORM}", keep)
    return written


def _dated(state: Path, now: datetime) -> str:
    return f"{state.stem}-{_stamp(now)}{_suffix(state)}"


def _suffix(state: Path) -> str:
    return state.suffix or ".db"


def _stamp(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _keep_newest(folder: Path, form: str, keep: int) -> None:
    copies = [file for file in folder.iterdir() if re.fullmatch(form, file.name)]
    for old in sorted(copies, key=lambda file: re.findall(_STAMP_FORM, file.name)[-1])[:-keep]:
        old.unlink(missing_ok=True)


def _sweep(folder: Path, state: Path) -> None:
    """Delete what copies left behind that were killed half-way."""
    for file in folder.glob(f".{glob.escape(state.stem)}*.partial"):
        if time.time() - file.stat().st_mtime > _ABANDONED_SECONDS:
            file.unlink(missing_ok=True)


def _refuse(state: Path, target: Path) -> None:
    """Neither the state itself nor somebody's other file is overwritten."""
    if not target.parent.is_dir():
        raise StoreError(f"there is no folder {target.parent}: make it first")
    if not target.exists():
        return
    if target.samefile(state):
        raise StoreError(f"{target} is the state itself: name another file")
    try:
        with target.open("rb") as file:
            ours = file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise StoreError(f"{target} cannot be replaced ({error.strerror})") from error
    if not ours:
        raise StoreError(f"{target} is there already and is no SQLite file: name another file")


def _check(copied: Path) -> None:
    """Look through the whole copy; `immutable` leaves no files beside it."""
    with closing(sqlite3.connect(f"{copied.absolute().as_uri()}?immutable=1", uri=True)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"the state is damaged ({found}): the copy was thrown away; restore an older backup")


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
