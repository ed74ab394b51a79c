"""Periods of a series that could not be judged yet, because their value had not come."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from daemon.store import tables
from daemon.store.series_text import from_text, to_text
from detectors.panel import SeriesKey

_rows = tables.pending


def load(connection: Connection, check: str) -> set[tuple[SeriesKey, datetime]]:
    """(series, start of the period) that wait for a value."""
    query = select(_rows.c.series, _rows.c.period).where(_rows.c.check_name == check)
    return {(from_text(text), period) for text, period in connection.execute(query)}


def save(connection: Connection, check: str, waiting: Iterable[tuple[SeriesKey, datetime]]) -> None:
    """Replace what waits in a check."""
    wanted, known = set(waiting), load(connection, check)
    if over := known - wanted:
        each = _rows.delete().where(
            _rows.c.check_name == check, _rows.c.series == bindparam("key"), _rows.c.period == bindparam("start")
        )
        connection.execute(each, [{"key": to_text(key), "start": period} for key, period in over])
    if new := wanted - known:
        connection.execute(
            _rows.insert(), [{"check_name": check, "series": to_text(key), "period": period} for key, period in new]
        )


def checks(connection: Connection) -> set[str]:
    """The checks in which something waits."""
    return set(connection.execute(select(_rows.c.check_name).distinct()).scalars())
