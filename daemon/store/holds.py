"""Destinations that are left alone for a while: they asked for it, or failed several times in a row."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from daemon.store import tables
from daemon.store.upsert import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Nothing is sent to the destination before `until`; `failures` counts those since the last success."""

    destination: str
    until: datetime | None
    failures: int
    reason: str | None


def load(connection: Connection, destination: str) -> Hold:
    """The hold of a destination, an empty one where there is none."""
    row = connection.execute(select(tables.holds).where(tables.holds.c.destination == destination)).first()
    return Hold(destination=destination, until=None, failures=0, reason=None) if row is None else Hold(**row._asdict())


def load_all(connection: Connection) -> list[Hold]:
    """Every hold, by destination."""
    return [
        Hold(**row._asdict()) for row in connection.execute(select(tables.holds).order_by(tables.holds.c.destination))
    ]


def extend(connection: Connection, destination: str, until: datetime | None, failures: int, reason: str) -> None:
    """Write that it failed so often in a row, and hold it until then; one that is held for longer stays so."""
    instants = [instant for instant in (load(connection, destination).until, until) if instant is not None]
    save(connection, Hold(destination=destination, until=max(instants, default=None), failures=failures, reason=reason))


def worked(connection: Connection, destination: str, now: datetime) -> None:
    """Forget failures, since it has taken something; a wait that another program was asked for in the meantime still holds."""
    if (until := load(connection, destination).until) is not None and until > now:
        connection.execute(tables.holds.update().where(tables.holds.c.destination == destination).values(failures=0))
    else:
        lift(connection, destination)


def save(connection: Connection, hold: Hold) -> None:
    """Write a hold."""
    upsert(
        connection,
        tables.holds,
        {"destination": hold.destination},
        {"until": hold.until, "failures": hold.failures, "reason": hold.reason},
    )


def lift(connection: Connection, destination: str) -> None:
    """Let a destination be used again, and forget its failures."""
    connection.execute(tables.holds.delete().where(tables.holds.c.destination == destination))


def clock_set(connection: Connection, by: timedelta) -> None:
    """Keep holds as long as they were meant after the clock was set."""
    for hold in load_all(connection):
        if hold.until is not None:
            save(connection, replace(hold, until=hold.until + by))
