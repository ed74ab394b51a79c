"""SQLite as a store that survives power cuts: WAL, FULL synchronisation, and no start without both."""

import os
import stat
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from daemon.errors import StoreError

# What a long copy has let grow is cut back to this, in bytes.
_LONGEST_WAL = 32 * 1024 * 1024

WRITES = "channelwatch_writes"  # execution option of a connection that will write


def prepare_file(path: Path) -> None:
    """Create the file for its owner alone; take it from group and others where it is already there.

    Raises:
        StoreError: the folder is missing or may not be written.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        status = path.stat()
        if stat.S_IMODE(status.st_mode) & 0o077 and status.st_uid == os.geteuid():
            path.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"the state in {path} cannot be opened ({error.strerror}): check that its folder exists and may be written"
        ) from error


def set_up(engine: Engine, busy_timeout_seconds: float, in_memory: bool) -> None:
    """Make every new connection durable, and every transaction ours rather than the driver's."""

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        cursor = connection.cursor()
        try:
            cursor.execute(f"PRAGMA busy_timeout = {round(busy_timeout_seconds * 1000)}")
            cursor.execute("PRAGMA foreign_keys = ON")
            if not in_memory:
                cursor.execute("PRAGMA journal_mode = WAL")
                journal = cursor.fetchone()[0]
                cursor.execute(f"PRAGMA journal_size_limit = {_LONGEST_WAL}")
                cursor.execute("PRAGMA synchronous = FULL")
                cursor.execute("PRAGMA synchronous")
                if journal != "wal" or cursor.fetchone()[0] != 2:
                    raise StoreError(
                        f"SQLite refused write-ahead logging with full synchronisation (journal {journal}): is it a network file system?"
                    )
        finally:
            cursor.close()

    def began(connection: Connection) -> None:
        # A transaction that reads first and then writes can fail half-way; one that says so at once waits its turn.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", began)


def check(connection: Connection) -> None:
    """Look for damage.

    Raises:
        StoreError: the file is damaged.
    """
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise StoreError(f"the state is damaged ({found}): restore a backup")
