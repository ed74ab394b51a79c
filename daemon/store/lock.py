"""One channelwatch at a time works on a state: two would judge and send everything twice."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, exc, text

from daemon.errors import StoreError

# PostgreSQL's name of the lock, within one database.
_KEY = "hashtext('channelwatch works here')"
_BUSY = "another channelwatch works on the state in {name}{who}: stop it first, or give this one a store.url of its own"


@contextmanager
def file_lock(path: Path, name: str) -> Iterator[None]:
    """Hold the lock file beside an SQLite state. The kernel lets go of it when the process ends, however it ends.

    Raises:
        StoreError: another process holds it.
    """
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{path} cannot be opened ({error.strerror}): check its folder") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError(_BUSY.format(name=name, who=_holder(handle))) from None
        os.truncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def server_lock(engine: Engine, name: str) -> Iterator[None]:
    """Hold a lock of PostgreSQL, which lets go of it when the connection ends.

    Raises:
        StoreError: another program holds it, or the server cannot be asked.
    """
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        taken = _try(connection)
    except exc.DBAPIError as error:
        raise StoreError(f"the state in {name} cannot be reached ({type(error.orig).__name__})") from error
    try:
        if not taken:
            raise StoreError(_BUSY.format(name=name, who=""))
        yield
    finally:
        with contextlib.suppress(exc.DBAPIError):  # a lost connection has let go already
            connection.invalidate()
        connection.close()


def _try(connection: Connection) -> bool:
    return bool(connection.execute(text(f"SELECT pg_try_advisory_lock({_KEY})")).scalar())


def _holder(handle: int) -> str:
    process = os.pread(handle, 32, 0).decode("ascii", errors="replace").strip()
    return f" (process {process})" if process.isdigit() else ""
