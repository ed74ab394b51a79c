"""When each destination got its newest digest, so that a restart neither repeats nor forgets one."""

from datetime import datetime

from sqlalchemy import Connection, select

from daemon.store import tables
from daemon.store.upsert import upsert


def last(connection: Connection, destination: str) -> datetime | None:
    """When a destination got its newest digest; None before the first."""
    rows = tables.digests
    return connection.execute(select(rows.c.at).where(rows.c.destination == destination)).scalar()


def done(connection: Connection, destination: str, now: datetime) -> None:
    """Remember that a digest was queued."""
    upsert(connection, tables.digests, {"destination": destination}, {"at": now})
