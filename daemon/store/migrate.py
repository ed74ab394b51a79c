"""Brings a database to today's tables, in one transaction; refuses one that is not ours or newer than this program."""

from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from daemon.errors import StoreError

VERSION_TABLE = "channelwatch_schema"
# The newest step in migrations/versions. A test holds it there, so that an ordinary start need not load Alembic.
NEWEST = "0008"

log = structlog.get_logger(__name__)


def migrate(connection: Connection, back_up: Callable[[str], Path] | None = None) -> None:
    """Bring the database up to date. `back_up` copies a database of an older schema before it is changed; None: no copy.

    Raises:
        StoreError: it holds other tables, was written by a newer program, or cannot be brought up to date; then nothing
            is changed.
    """
    if connection.dialect.name == "postgresql":
        # Two programs that start at once take turns. SQLite's write lock does the same.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('channelwatch'))"))
    version = _version(connection)
    if version == NEWEST:
        return
    if version is not None and version > NEWEST:
        raise StoreError(
            f"the state was written by a newer channelwatch (schema {version}, this one knows {NEWEST}): update channelwatch"
        )
    copy = back_up(version) if version is not None and back_up is not None else None
    if copy is not None:
        log.warning("state_backed_up", file=str(copy), schema=version, next_schema=NEWEST)
    try:
        _run_steps(connection)
    except Exception as error:
        if version is None:
            raise
        lies = f"; a copy lies in {copy}" if copy else ""
        raise StoreError(
            f"the state could not be brought from schema {version} to {NEWEST} ({_reason(error)}): nothing was "
            f"changed{lies}. Go back to the release that wrote it, and report this with the log"
        ) from error


def _reason(error: Exception) -> str:
    """The database's own words; never a statement with its values."""
    return str(error.orig).splitlines()[0] if isinstance(error, DBAPIError) else type(error).__name__


def _version(connection: Connection) -> str | None:
    """The schema version, or None for an empty database."""
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE in tables:
        found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
        return found
    # A PostgreSQL schema may be shared with others; an SQLite file is one program's.
    if tables and connection.dialect.name == "sqlite":
        raise StoreError("the file is the database of another program: name another file in store.url")
    return None


def _run_steps(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    command.upgrade(config, "head")
