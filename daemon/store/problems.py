"""Data problems that were already reported, so that each is reported once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, select

from daemon.store import tables


def note(
    connection: Connection, *, check: str, channel: str | None, kind: str, periods: Iterable[str], now: datetime
) -> list[str]:
    """Remember that a problem was seen in these periods (as ISO text). Returns the periods in which it is new."""
    rows, seen = tables.problems, list(dict.fromkeys(periods))
    same = and_(rows.c.check_name == check, rows.c.channel == (channel or ""), rows.c.kind == kind)
    known = set(connection.execute(select(rows.c.period).where(same)).scalars())
    connection.execute(rows.update().where(same, rows.c.period.in_(seen)).values(last_seen=now))
    new = [period for period in seen if period not in known]
    if new:
        connection.execute(
            rows.insert(),
            [
                {
                    "check_name": check,
                    "channel": channel or "",
                    "kind": kind,
                    "period": period,
                    "first_seen": now,
                    "last_seen": now,
                }
                for period in new
            ],
        )
    return new


def forget(connection: Connection, before: datetime) -> int:
    """Drop problems last seen before an instant. Returns how many."""
    return connection.execute(tables.problems.delete().where(tables.problems.c.last_seen < before)).rowcount
