"""When each destination got its newest digest, so that a restart neither repeats nor forgets one."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from daemon.store import tables
from daemon.store.upsert import upsert


def last(connection: Connection, destination: str) -> datetime | None:
    """When a destination got its newest digest; None before the first."""
    rows = tables.digests
    return connection.execute(select(rows.c.at).where(rows.c.destination == destination)).scalar()


def last_of_all(connection: Connection) -> dict[str, datetime]:
    """Destination -> when it got its newest digest, of those that got one."""
    rows = tables.digests
    return {row.destination: row.at for row in connection.execute(select(rows.c.destination, rows.c.at))}


def done(connection: Connection, destination: str, now: datetime) -> None:
    """Remember that a digest was queued."""
    upsert(connection, tables.digests, {"destination": destination}, {"at": now})


def forget_others(connection: Connection, names: Collection[str]) -> None:
    """Forget destinations that get no digest any more: where one comes back, it begins anew."""
    connection.execute(tables.digests.delete().where(tables.digests.c.destination.not_in(names)))
