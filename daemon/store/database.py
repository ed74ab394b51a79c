"""Opens the state and gives transactions on it."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, exc, make_url

from daemon.errors import StoreError
from daemon.store import sqlite
from daemon.store.backup import before_migration
from daemon.store.failures import explained
from daemon.store.lock import file_lock, server_lock
from daemon.store.migrate import migrate

__all__ = ["Connection", "Store", "open_store"]


class Store:
    """An open state. Thread-safe: a thread takes a transaction, writes, and lets go; transactions do not nest."""

    def __init__(self, engine: Engine, name: str, in_memory: bool) -> None:
        self._engine = engine
        self._name = name
        self._in_memory = in_memory
        # A database in memory is one connection: its users take turns.
        self._turn: AbstractContextManager[object] = threading.RLock() if in_memory else nullcontext()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose writes are all kept at the end, or none of them.

        Raises:
            StoreError: the state is locked, read-only, full or damaged.
        """
        with self._turn, explained(self._name), self._engine.connect() as plain:
            connection = plain.execution_options(**{sqlite.WRITES: True})
            with connection.begin():
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the state and keeps no writes.

        Raises:
            StoreError: the state cannot be read.
        """
        with self._turn, explained(self._name), self._engine.connect() as plain:
            connection = plain.execution_options(**{sqlite.WRITES: False})
            with connection.begin() as moment:
                yield connection
                moment.rollback()

    def beside(self, kind: str) -> Path | None:
        """Where a file belongs that goes with the state; None where that is in memory or on a server."""
        if self._in_memory or self._engine.dialect.name != "sqlite":
            return None
        return Path(f"{self._name}.{kind}")

    def sole(self) -> AbstractContextManager[None]:
        """Be the only one that judges and sends from this state, until the context ends.

        Raises:
            StoreError: another process is.
        """
        if self._in_memory:
            return nullcontext()
        if self._engine.dialect.name == "sqlite":
            return file_lock(Path(f"{self._name}.lock"), self._name)
        return server_lock(self._engine, self._name)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def open_store(url: str, folder: Path | None = None, *, busy_timeout_seconds: float = 5.0) -> Store:
    """Open the state, bring its tables up to date and look for damage.

    `sqlite://` is a state in memory, thrown away at the end. A relative SQLite path is taken from `folder`.

    Raises:
        StoreError: it cannot be opened, is damaged, another program's, or newer than this program.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, folder, busy_timeout_seconds)
    store = Store(_engine(parsed), parsed.render_as_string(hide_password=True), in_memory=False)
    with store.transaction() as connection:
        migrate(connection)
    return store


def is_there(url: str, folder: Path) -> bool:
    """Whether there may be a state at a URL; a file is not created by asking.

    Raises:
        StoreError: it is no URL of a state.
    """
    parsed = _parse(url)
    return parsed.get_backend_name() != "sqlite" or (folder / str(parsed.database)).is_file()


def _open_sqlite(url: URL, folder: Path | None, busy_timeout_seconds: float) -> Store:
    in_memory = url.database in (None, "", ":memory:")
    back_up = None
    if in_memory:
        name, engine = (
            "memory",
            create_engine(
                "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}, hide_parameters=True
            ),
        )
    else:
        path = (folder or Path()) / str(url.database)
        sqlite.prepare_file(path)
        name, engine = str(path), _engine(url.set(database=str(path)))
        back_up = partial(before_migration, path)
    sqlite.set_up(engine, busy_timeout_seconds, in_memory)
    store = Store(engine, name, in_memory)
    try:
        with store.reading() as connection:
            sqlite.check(connection)
        with store.transaction() as connection:
            migrate(connection, back_up)
    except BaseException:
        store.close()
        raise
    return store


def _engine(url: URL) -> Engine:
    try:
        return create_engine(url, hide_parameters=True)
    except ImportError as error:
        raise StoreError(
            f"store.url needs a database driver that is not installed ({error.name}): pip install {error.name}"
        ) from error


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise StoreError(
            "store.url is no database URL: write sqlite:///channelwatch.db or postgresql+psycopg://user@host/name"
        ) from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(
            f"store.url names {parsed.get_backend_name()}: write sqlite:///... or postgresql+psycopg://..."
        )
    return parsed
