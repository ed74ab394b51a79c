"""Brings a database to today's tables, in one transaction; refuses one that is not ours or newer than this program."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from daemon.errors import StoreError

VERSION_TABLE = "channelwatch_schema"
# The newest step in migrations/versions. A test holds it there, so that an ordinary start need not load Alembic.
NEWEST = "0002"


def migrate(connection: Connection) -> None:
    """Bring the database up to date.

    Raises:
        StoreError: it holds other tables, or was written by a newer program.
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
    _run_steps(connection)


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
