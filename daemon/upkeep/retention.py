"""Drops what is over and old enough, in small pieces: nobody waits for the database longer than a moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.upkeep import Retention
from daemon.store import Connection, Store, activity, answered, beginnings, retention, silences, verdicts

# Rows of one transaction.
_BATCH = 200
# The note of a quiet week looks back one week; the rest is for people who look.
_ACTIVITY_DAYS = 35
# Who asks why something was not told asks within a quarter.
_VERDICT_DAYS = 90
# Delivered messages are kept whole for so long, while somebody may ask what exactly was sent.
_WHOLE_DAYS = 2

Drop = Callable[[Connection, datetime, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """How many were dropped."""

    incidents: int
    deliveries: int
    inbox: int


def prune(store: Store, settings: Retention, now: datetime, batch: int = _BATCH) -> Dropped:
    """Drop what is over, by the settings; never what is open or was not delivered.

    Raises:
        StoreError: the state cannot be written; what was dropped so far stays dropped.
    """

    def drop(what: Drop, days: int) -> int:
        return _in_batches(store, what, now - timedelta(days=days), batch)

    with store.transaction() as connection:
        activity.forget(connection, now - timedelta(days=_ACTIVITY_DAYS))
        verdicts.forget(connection, now - timedelta(days=_VERDICT_DAYS))
        beginnings.forget(connection, now - timedelta(days=_VERDICT_DAYS))
        answered.forget(connection, now)
        silences.forget(connection, now - timedelta(days=settings.closed_incidents_days))
    _lighten(store, now - timedelta(days=_WHOLE_DAYS), batch)
    return Dropped(
        incidents=drop(retention.drop_incidents, settings.closed_incidents_days),
        deliveries=drop(retention.drop_deliveries, settings.delivered_days),
        inbox=drop(retention.drop_inbox, settings.inbox_days),
    )


def _lighten(store: Store, before: datetime, batch: int) -> None:
    with store.reading() as connection:
        heavy = retention.heavy_deliveries(connection, before)
    for start in range(0, len(heavy), batch):
        with store.transaction() as connection:
            retention.lighten_deliveries(connection, heavy[start : start + batch])


def _in_batches(store: Store, drop: Drop, before: datetime, batch: int) -> int:
    total = 0
    while True:
        with store.transaction() as connection:
            dropped = drop(connection, before, batch)
        total += dropped
        if dropped < batch:
            return total
