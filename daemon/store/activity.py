"""What each cycle of the last weeks judged and said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from daemon.store import tables
from daemon.store.upsert import upsert

_rows = tables.activity
_WHOLE = ""  # the row of the cycle as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What happened since an instant. `series`: check -> most series that one cycle judged; checks that judged none are absent."""

    cycles: int
    alerts: int
    series: Mapping[str, int]


def note(connection: Connection, now: datetime, *, series: Mapping[str, int], alerts: int) -> None:
    """Remember a cycle: how many series of which checks it judged, and how many alerts it made."""
    for check, count in {_WHOLE: 0, **series}.items():
        key = {"at": now, "check_name": check}
        upsert(connection, _rows, key, {"series": count, "alerts": 0 if check else alerts})


def since(connection: Connection, instant: datetime) -> Activity:
    """What cycles at or after an instant did."""
    later = _rows.c.at >= instant
    whole = select(func.count(), func.coalesce(func.sum(_rows.c.alerts), 0)).where(later, _rows.c.check_name == _WHOLE)
    cycles, alerts = connection.execute(whole).one()
    most = select(_rows.c.check_name, func.max(_rows.c.series)).where(later, _rows.c.check_name != _WHOLE)
    found = connection.execute(most.group_by(_rows.c.check_name))
    return Activity(cycles=cycles, alerts=alerts, series={check: count for check, count in found if count})


def first(connection: Connection) -> datetime | None:
    """The earliest cycle that is remembered; None before the first."""
    instant: datetime | None = connection.execute(select(func.min(_rows.c.at))).scalar()
    return instant


def forget(connection: Connection, before: datetime) -> int:
    """Drop what is older than an instant. Returns how many rows."""
    return connection.execute(_rows.delete().where(_rows.c.at < before)).rowcount
