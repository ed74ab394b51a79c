"""How far each check was judged, so that a period is judged once, and the instant of the latest cycle."""

from datetime import datetime

from sqlalchemy import Connection, select

from daemon.store import tables
from daemon.store.upsert import upsert

_ONLY = 1  # id of the one row of `cycles`


def mark(connection: Connection, check: str, period_end: datetime, now: datetime) -> None:
    """Remember that a check was judged up to `period_end` by the cycle of `now`. Neither ever moves back."""
    known = last(connection, check)
    upsert(
        connection,
        tables.judged,
        {"check_name": check},
        {"period_end": period_end if known is None else max(known, period_end)},
    )
    note_cycle(connection, now)


def note_cycle(connection: Connection, now: datetime) -> None:
    """Remember that a cycle ran at `now`, also one in which nothing was due."""
    known = last_now(connection)
    upsert(connection, tables.cycles, {"id": _ONLY}, {"last_now": now if known is None else max(known, now)})


def last(connection: Connection, check: str) -> datetime | None:
    """The end of the last judged period of a check; None before the first."""
    return connection.execute(select(tables.judged.c.period_end).where(tables.judged.c.check_name == check)).scalar()


def last_of_all(connection: Connection) -> dict[str, datetime]:
    """Check -> end of its last judged period."""
    return {row.check_name: row.period_end for row in connection.execute(select(tables.judged))}


def last_now(connection: Connection) -> datetime | None:
    """The instant of the latest cycle; None before the first."""
    return connection.execute(select(tables.cycles.c.last_now)).scalar()
