"""When each series was first seen: what began before that is known at start, not news."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from daemon.store import tables
from daemon.store.series_text import from_text, to_text
from detectors.panel import SeriesKey


def note(connection: Connection, first_periods: Mapping[SeriesKey, datetime], now: datetime) -> list[SeriesKey]:
    """Remember series and their first judged period; those already known keep theirs. Returns the new ones."""
    known: set[SeriesKey] = set()
    for check in sorted({key.check for key in first_periods}):
        known |= first_seen(connection, check).keys()
    new = [key for key in first_periods if key not in known]
    if new:
        connection.execute(
            tables.series.insert(),
            [
                {"key": to_text(key), "check_name": key.check, "first_period": first_periods[key], "first_seen": now}
                for key in new
            ],
        )
    return new


def first_seen(connection: Connection, check: str) -> dict[SeriesKey, datetime]:
    """Series of a check -> its first judged period."""
    query = select(tables.series.c.key, tables.series.c.first_period).where(tables.series.c.check_name == check)
    return {from_text(text): first for text, first in connection.execute(query)}
