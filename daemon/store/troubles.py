"""Checks whose source cannot be read, and since when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from daemon.store import tables
from daemon.store.upsert import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A check that could not be read from `since` up to `last_seen`, and what was said the last time."""

    check: str
    since: datetime
    last_seen: datetime
    reason: str


def note(connection: Connection, check: str, reason: str, now: datetime) -> Trouble:
    """Remember that a check could not be read at `now`."""
    rows = tables.failures
    since = connection.execute(select(rows.c.since).where(rows.c.check_name == check)).scalar() or now
    upsert(connection, rows, {"check_name": check}, {"since": since, "last_seen": now, "reason": reason})
    return Trouble(check=check, since=since, last_seen=now, reason=reason)


def over(connection: Connection, check: str) -> bool:
    """Remember that a check was read. Returns whether it was in trouble before."""
    rows = tables.failures
    return connection.execute(rows.delete().where(rows.c.check_name == check)).rowcount > 0


def load_all(connection: Connection) -> list[Trouble]:
    """All checks in trouble, by name."""
    rows = tables.failures
    found = connection.execute(select(rows).order_by(rows.c.check_name))
    return [Trouble(check=r.check_name, since=r.since, last_seen=r.last_seen, reason=r.reason) for r in found]
