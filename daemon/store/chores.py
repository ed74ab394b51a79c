"""When each of the regular tasks was last done, so that a restart neither repeats nor forgets one."""

from datetime import datetime

from sqlalchemy import Connection, select

from daemon.store import tables
from daemon.store.upsert import upsert


def last(connection: Connection, name: str) -> datetime | None:
    """When a task was last done; None before the first time."""
    return connection.execute(select(tables.chores.c.at).where(tables.chores.c.name == name)).scalar()


def done(connection: Connection, name: str, now: datetime) -> None:
    """Remember that a task was done."""
    upsert(connection, tables.chores, {"name": name}, {"at": now})
