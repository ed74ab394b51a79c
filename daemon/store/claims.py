"""The sender's side of the outbox: a row is claimed with a lease, sent, and settled.

Rows of one incident never overtake each other on their way to one destination. What a crash leaves in `sending` is an orphan: it
may or may not have arrived.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, func, literal, select

from daemon.store import deliveries, tables
from daemon.store.deliveries import Delivery, State

_rows = tables.outbox


def claim(
    connection: Connection, destination: str, *, now: datetime, owner: str, lease: timedelta, give_up_after: timedelta
) -> Delivery | None:
    """Take the oldest due row of a destination for `owner`, until the lease ends; None where nothing may be sent now.

    A first attempt decides when the last one may be.
    """
    held = exists().where(tables.holds.c.destination == destination, tables.holds.c.until > now)
    query = (
        select(_rows.c.id)
        .where(
            _rows.c.destination == destination,
            _rows.c.state == str(State.QUEUED),
            _rows.c.not_before <= now,
            ~held,
            ~_earlier_open(),
        )
        .order_by(_rows.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    chosen = connection.execute(query).scalar()
    if chosen is None:
        return None
    connection.execute(
        _rows.update()
        .where(_rows.c.id == chosen)
        .values(
            state=str(State.SENDING),
            attempts=_rows.c.attempts + 1,
            lease_owner=owner,
            lease_until=now + lease,
            updated=now,
            give_up_at=func.coalesce(_rows.c.give_up_at, literal(now + give_up_after, _rows.c.give_up_at.type)),
        )
    )
    return deliveries.load(connection, chosen)


def settle(
    connection: Connection,
    delivery: Delivery,
    state: State,
    *,
    now: datetime,
    outcome: str,
    error: str | None = None,
    not_before: datetime | None = None,
    external_id: str | None = None,
    payload: dict[str, Any] | None = None,
) -> bool:
    """Write how an attempt ended; False where the lease was lost to somebody else in the meantime."""
    values: dict[str, Any] = {
        "state": str(state),
        "lease_owner": None,
        "lease_until": None,
        "updated": now,
        "last_class": outcome,
        "last_error": error,
    }
    values |= {
        name: value
        for name, value in (("not_before", not_before), ("external_id", external_id), ("payload", payload))
        if value is not None
    }
    ours = and_(
        _rows.c.id == delivery.id,
        _rows.c.state == str(State.SENDING),
        _rows.c.lease_owner == delivery.lease_owner,
        _rows.c.attempts == delivery.attempts,
    )
    return connection.execute(_rows.update().where(ours).values(**values)).rowcount == 1


def sending(connection: Connection, destination: str) -> list[Delivery]:
    """Rows that somebody has claimed, alive or not."""
    return deliveries.chosen(connection, _rows.c.destination == destination, _rows.c.state == str(State.SENDING))


def give_up_due(connection: Connection, destination: str, *, now: datetime, outcome: str, error: str) -> list[int]:
    """Give up what is due to a destination, for what it said to another; what waits for a time of day goes on waiting."""
    due = and_(_rows.c.destination == destination, _rows.c.state == str(State.QUEUED), _rows.c.not_before <= now)
    ids = list(connection.execute(select(_rows.c.id).where(due).order_by(_rows.c.id)).scalars())
    connection.execute(
        _rows.update().where(due).values(state=str(State.DEAD), last_class=outcome, last_error=error, updated=now)
    )
    return ids


def next_due(connection: Connection, destination: str) -> datetime | None:
    """When the next row of a destination may be sent; None where none waits."""
    waiting = select(func.min(_rows.c.not_before)).where(
        _rows.c.destination == destination, _rows.c.state == str(State.QUEUED), ~_earlier_open()
    )
    due: datetime | None = connection.execute(waiting).scalar()
    until: datetime | None = connection.execute(
        select(tables.holds.c.until).where(tables.holds.c.destination == destination)
    ).scalar()
    return due if due is None or until is None else max(due, until)


def clock_set(connection: Connection, by: timedelta) -> None:
    """Keep waits as long as they were meant after the clock was set: they were counted from a time that is no more.

    What was never tried waits for a time of day (quiet hours), and goes on waiting for that.
    """
    for row in connection.execute(
        select(_rows.c.id, _rows.c.not_before, _rows.c.give_up_at).where(
            _rows.c.state == str(State.QUEUED), _rows.c.attempts > 0
        )
    ).all():
        give_up_at = row.give_up_at and row.give_up_at + by
        moved = {"not_before": max(row.not_before + by, deliveries.AT_ONCE), "give_up_at": give_up_at}
        connection.execute(_rows.update().where(_rows.c.id == row.id).values(**moved))


def _earlier_open() -> Any:
    """An earlier row of the same incident and destination is still on its way."""
    earlier = _rows.alias("earlier")
    return exists().where(
        earlier.c.incident_id == _rows.c.incident_id,
        earlier.c.destination == _rows.c.destination,
        earlier.c.id < _rows.c.id,
        earlier.c.state.in_((str(State.QUEUED), str(State.SENDING))),
    )
