"""The outbox as a whole: how much is in it, what waits, what was used, and forgetting what is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, exists, func, or_, select

from daemon.model import Status
from daemon.store import tables
from daemon.store.deliveries import LIST, SILENCE, UNDELIVERED, State

_rows = tables.outbox


def counts(connection: Connection) -> dict[tuple[str, State], int]:
    """(destination, state) -> number of deliveries."""
    query = select(_rows.c.destination, _rows.c.state, func.count()).group_by(_rows.c.destination, _rows.c.state)
    return {(destination, State(state)): count for destination, state, count in connection.execute(query)}


def oldest_waiting(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Destination -> when the oldest message was queued that waits there in vain; what waits for a time of day does not."""
    waits = _rows.c.state.in_((str(State.QUEUED), str(State.SENDING))) & (
        (_rows.c.attempts > 0) | (_rows.c.not_before <= now)
    )
    query = select(_rows.c.destination, func.min(_rows.c.created)).where(waits).group_by(_rows.c.destination)
    return {row[0]: row[1] for row in connection.execute(query)}


def count_since(connection: Connection, instant: datetime, besides: Sequence[str]) -> int:
    """How many messages were queued at or after an instant, but for those about what is called by names that begin so."""
    others = [~_rows.c.incident_id.startswith(name, autoescape=True) for name in besides]
    return connection.execute(select(func.count()).where(_rows.c.created >= instant, *others)).scalar_one()


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """When messages were sent, in no order, and how many are on their way."""

    sent: list[datetime]
    sending: int


def newest_used(connection: Connection, destinations: Sequence[str], most: int, *, since: datetime) -> Used:
    """The newest messages that were sent to some destinations after an instant, at most so many, and those on their way."""
    sent: list[datetime] = []
    for name in destinations:  # each by its own stretch of the index
        query = select(_rows.c.updated).where(
            _rows.c.destination == name, _rows.c.state == str(State.SENT), _rows.c.updated > since
        )
        sent += connection.execute(query.order_by(_rows.c.updated.desc()).limit(most)).scalars()
    on_their_way = select(func.count()).where(
        _rows.c.destination.in_(destinations), _rows.c.state == str(State.SENDING)
    )
    return Used(sent=sorted(sent)[-most:], sending=connection.execute(on_their_way).scalar_one())


def purge(connection: Connection, *, states: Sequence[State], before: datetime) -> int:
    """Forget deliveries in one of `states` that last changed before an instant. Returns how many.

    What arrived of an open incident stays: later news may have to change it in place. So does what must not be told twice.
    """
    incidents = tables.incidents
    is_notice = or_(*(_rows.c.incident_id.startswith(kind) for kind in (UNDELIVERED, SILENCE, LIST)))
    is_open = exists().where(incidents.c.id == _rows.c.incident_id, incidents.c.status == str(Status.OPEN))
    gone = and_(
        _rows.c.state.in_([str(state) for state in states]),
        _rows.c.updated < before,
        or_(_rows.c.state != str(State.SENT), and_(~is_open, ~is_notice)),
    )
    return connection.execute(_rows.delete().where(gone)).rowcount
