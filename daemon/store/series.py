"""When each series was first seen: what began before that is known at start, not news."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from daemon.store import tables
from detectors.panel import SeriesKey


def note(connection: Connection, first_periods: Mapping[SeriesKey, datetime], now: datetime) -> list[SeriesKey]:
    """Remember series and their first judged period; those already known keep theirs. Returns the new ones."""
    known: set[SeriesKey] = set()
    for check in sorted({key.check for key in first_periods}):
        known |= first_seen(connection, check).keys()
    new = [key for key in first_periods if key not in known]
    if new:
        connection.execute(tables.series.insert(), [
            {"key": _text(key), "check_name": key.check, "first_period": first_periods[key], "first_seen": now} for key in new
        ])
    return new


def first_seen(connection: Connection, check: str) -> dict[SeriesKey, datetime]:
    """Series of a check -> its first judged period."""
    query = select(tables.series.c.key, tables.series.c.first_period).where(tables.series.c.check_name == check)
    return {_key(text): first for text, first in connection.execute(query)}


def _text(key: SeriesKey) -> str:
    return json.dumps([key.check, key.channel, key.kpi, key.segment], separators=(",", ":"))


def _key(text: str) -> SeriesKey:
    check, channel, kpi, segment = json.loads(text)
    return SeriesKey(check, channel, kpi, tuple((dimension, value) for dimension, value in segment))
