"""Checks whose source cannot be read, and since when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from daemon.store import tables
from daemon.store.upsert import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A check that could not be read from `since` up to `last_seen`, what was said the last time, and when people were told."""

    check: str
    since: datetime
    last_seen: datetime
    reason: str
    told_at: datetime | None = None


def note(connection: Connection, check: str, reason: str, now: datetime) -> Trouble:
    """Remember that a check could not be read at `now`."""
    known = load(connection, check)
    since, told_at = (known.since, known.told_at) if known else (now, None)
    upsert(connection, tables.failures, {"check_name": check}, {"since": since, "last_seen": now, "reason": reason})
    return Trouble(check=check, since=since, last_seen=now, reason=reason, told_at=told_at)


def told(connection: Connection, check: str, now: datetime) -> None:
    """Remember that people were told."""
    rows = tables.failures
    connection.execute(rows.update().where(rows.c.check_name == check).values(told_at=now))


def over(connection: Connection, check: str) -> Trouble | None:
    """Remember that a check was read. Returns the trouble that has ended with it."""
    known = load(connection, check)
    if known is not None:
        connection.execute(tables.failures.delete().where(tables.failures.c.check_name == check))
    return known


def load(connection: Connection, check: str) -> Trouble | None:
    """The trouble of a check; None where it has none."""
    return next((trouble for trouble in load_all(connection) if trouble.check == check), None)


def load_all(connection: Connection) -> list[Trouble]:
    """All checks in trouble, by name."""
    rows = tables.failures
    return [
        Trouble(check=r.check_name, since=r.since, last_seen=r.last_seen, reason=r.reason, told_at=r.told_at)
        for r in connection.execute(select(rows).order_by(rows.c.check_name))
    ]
