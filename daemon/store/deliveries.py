"""The outbox: alerts on their way, each row one alert to one destination.

A row is claimed with a lease, sent, and settled. Rows of one incident never overtake each other on their way to one
destination. What a crash leaves in `sending` is an orphan: it may or may not have arrived.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, literal, or_, select

from daemon.model import Change, Status
from daemon.store import tables

_rows = tables.outbox

# Before any clock by which deliveries are made: cycles may be run for another time than the present.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
# The `change` of rows that tell nothing new of an incident: what people said is written into the message that is there.
SAID = "said"
# How the ids of what is told once and is no incident begin: that it was told is known by these rows alone.
UNDELIVERED, SILENCE, LIST = "undelivered-", "silence-", "at-once-"


class State(StrEnum):
    """Where a delivery stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    AMBIGUOUS = "ambiguous"  # it may have arrived; not sent again unless somebody says so
    DEAD = "dead"  # given up
    COLLAPSED = "collapsed"  # overtaken, unsent, by the end of its incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert on its way to one destination.

    `attempts` counts the one under way. `give_up_at` is None before the first: what waited while nobody was there to send it
    still gets its day.
    """

    id: int
    incident_id: str
    change: str
    destination: str
    key: str
    payload: dict[str, Any]
    state: State
    attempts: int
    not_before: datetime
    waits_for: str | None = None
    give_up_at: datetime | None
    lease_owner: str | None
    lease_until: datetime | None
    last_class: str | None
    last_error: str | None
    external_id: str | None
    created: datetime
    updated: datetime


def add(
    connection: Connection,
    *,
    incident_id: str,
    change: str,
    destination: str,
    key: str,
    payload: dict[str, Any],
    now: datetime,
    not_before: datetime | None = None,
    waits_for: str = "",
) -> bool:
    """Queue an alert, to be sent at once or not before an instant; False where one of this key is already known.

    waits_for: why not before, as people read it.
    """
    if connection.execute(select(_rows.c.id).where(_rows.c.idem_key == key)).first() is not None:
        return False
    connection.execute(
        _rows.insert().values(
            incident_id=incident_id,
            change=change,
            destination=destination,
            idem_key=key,
            payload=payload,
            state=str(State.QUEUED),
            attempts=0,
            not_before=not_before or AT_ONCE,
            waits_for=waits_for or None,
            created=now,
            updated=now,
        )
    )
    return True


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
    return load(connection, chosen)


def _earlier_open() -> Any:
    """An earlier row of the same incident and destination is still on its way."""
    earlier = _rows.alias("earlier")
    return exists().where(
        earlier.c.incident_id == _rows.c.incident_id,
        earlier.c.destination == _rows.c.destination,
        earlier.c.id < _rows.c.id,
        earlier.c.state.in_((str(State.QUEUED), str(State.SENDING))),
    )


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
    return _deliveries(connection, _rows.c.destination == destination, _rows.c.state == str(State.SENDING))


def unsent(connection: Connection, incident_id: str, destination: str) -> list[Delivery]:
    """Rows of an incident that wait, or were given up or parked and nothing has arrived since, oldest first."""
    of = (_rows.c.incident_id == incident_id, _rows.c.destination == destination)
    taken = (_rows.c.state == str(State.SENT), _rows.c.change != SAID)
    newest = select(func.max(_rows.c.id)).where(*of, *taken).scalar_subquery()
    given_up = and_(_rows.c.state.in_((str(State.DEAD), str(State.AMBIGUOUS))), _rows.c.id > func.coalesce(newest, 0))
    return _deliveries(connection, *of, or_(_rows.c.state == str(State.QUEUED), given_up))


def give_up_due(connection: Connection, destination: str, *, now: datetime, outcome: str, error: str) -> list[int]:
    """Give up what is due to a destination, for what it said to another; what waits for a time of day goes on waiting."""
    due = and_(_rows.c.destination == destination, _rows.c.state == str(State.QUEUED), _rows.c.not_before <= now)
    ids = list(connection.execute(select(_rows.c.id).where(due).order_by(_rows.c.id)).scalars())
    connection.execute(
        _rows.update().where(due).values(state=str(State.DEAD), last_class=outcome, last_error=error, updated=now)
    )
    return ids


def collapse(connection: Connection, ids: Sequence[int], *, into: str, now: datetime) -> None:
    """Take waiting rows out of the queue because the row of key `into` says what they would have said."""
    connection.execute(
        _rows.update()
        .where(_rows.c.id.in_(ids), _rows.c.state == str(State.QUEUED))
        .values(state=str(State.COLLAPSED), last_class="collapsed", last_error=f"collapsed into {into}", updated=now)
    )


def reword(connection: Connection, delivery_id: int, payload: dict[str, Any]) -> None:
    """Let a waiting message say something else."""
    which = and_(_rows.c.id == delivery_id, _rows.c.state == str(State.QUEUED))
    connection.execute(_rows.update().where(which).values(payload=payload))


def waiting(connection: Connection, incident_id: str) -> list[Delivery]:
    """Rows of an incident that wait for their time (quiet hours, what else belongs to it) and were never tried."""
    held = (_rows.c.state == str(State.QUEUED), _rows.c.attempts == 0, _rows.c.not_before > AT_ONCE)
    return _deliveries(connection, _rows.c.incident_id == incident_id, *held)


def put_off(connection: Connection, delivery: Delivery, until: datetime, waits_for: str) -> None:
    """Let what waits for its time wait until an instant. waits_for: why, as people read it."""
    which = and_(_rows.c.id == delivery.id, _rows.c.state == str(State.QUEUED))
    payload = {**delivery.payload, "due": until.isoformat()}
    connection.execute(_rows.update().where(which).values(not_before=until, waits_for=waits_for, payload=payload))


def hasten(connection: Connection, incident_id: str, destination: str, until: datetime) -> None:
    """Let what waits for its time wait no longer than until an instant: what comes after it would wait as long."""
    which = and_(
        _rows.c.incident_id == incident_id,
        _rows.c.destination == destination,
        _rows.c.state == str(State.QUEUED),
        _rows.c.attempts == 0,
        _rows.c.not_before > until,
    )
    connection.execute(_rows.update().where(which).values(not_before=until))


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


def newest_of(connection: Connection, incident_id: str, destination: str) -> Delivery | None:
    """The newest row of an incident and destination that is on its way or arrived; None where there is none."""
    query = select(_rows).where(
        _rows.c.incident_id == incident_id,
        _rows.c.destination == destination,
        _rows.c.state.in_((str(State.QUEUED), str(State.SENDING), str(State.SENT))),
    )
    row = connection.execute(query.order_by(_rows.c.id.desc()).limit(1)).first()
    return None if row is None else _delivery(row)


def last_told(connection: Connection, incident_id: str) -> dict[str, Any] | None:
    """The newest alert about an incident that arrived anywhere; None where nothing did."""
    query = select(_rows.c.payload).where(
        _rows.c.incident_id == incident_id, _rows.c.state == str(State.SENT), _rows.c.change != SAID
    )
    found: dict[str, Any] | None = connection.execute(query.order_by(_rows.c.id.desc()).limit(1)).scalar()
    return found


def last_external_id(connection: Connection, incident_id: str, destination: str) -> str | None:
    """What a destination called the newest message of an incident that it took; None where it took or named none."""
    query = select(_rows.c.external_id).where(
        _rows.c.incident_id == incident_id,
        _rows.c.destination == destination,
        _rows.c.state == str(State.SENT),
        _rows.c.external_id.is_not(None),
    )
    found: str | None = connection.execute(query.order_by(_rows.c.id.desc()).limit(1)).scalar()
    return found


def load(connection: Connection, delivery_id: int) -> Delivery | None:
    """One delivery; None where there is none of that id."""
    found = _deliveries(connection, _rows.c.id == delivery_id)
    return found[0] if found else None


def listing(
    connection: Connection, *, states: Sequence[State] = (), destination: str | None = None, limit: int | None = None
) -> list[Delivery]:
    """Deliveries, newest first; only those in one of `states`, and to `destination`, where given."""
    chosen: list[Any] = [_rows.c.state.in_([str(state) for state in states])] if states else []
    if destination is not None:
        chosen.append(_rows.c.destination == destination)
    query = select(_rows).where(*chosen).order_by(_rows.c.id.desc()).limit(limit)
    return [_delivery(row) for row in connection.execute(query)]


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


def requeue(connection: Connection, delivery_id: int, *, now: datetime) -> bool:
    """Send a dead or ambiguous row again, under its old key; False where it is neither, or where later news may have arrived already.

    What may have arrived says so: a destination that can looks for it first, and where none can, people are told.
    """
    known = load(connection, delivery_id)
    if known is None or known.state not in (State.DEAD, State.AMBIGUOUS) or _is_overtaken(connection, known):
        return False
    connection.execute(
        _rows.update()
        .where(_rows.c.id == delivery_id)
        .values(
            state=str(State.QUEUED),
            attempts=0,
            not_before=AT_ONCE,
            give_up_at=None,
            updated=now,
            payload={**known.payload, "possible_repeat": True} if known.state is State.AMBIGUOUS else known.payload,
        )
    )
    return True


def _is_overtaken(connection: Connection, known: Delivery) -> bool:
    """Whether people may have seen later news of its incident, or its end comes and says that this did not."""
    same = (_rows.c.incident_id == known.incident_id, _rows.c.destination == known.destination)
    news = select(_rows.c.state, _rows.c.change, _rows.c.payload).where(
        *same, _rows.c.id > known.id, _rows.c.change != SAID
    )
    later = connection.execute(news).all()
    arrived = (str(State.SENT), str(State.AMBIGUOUS))
    ends = (str(Change.RESOLVED), str(Change.RETRACTED))
    return any(row.state in arrived or row.change in ends or row.payload.get("possible_repeat") for row in later)


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
        moved = {"not_before": max(row.not_before + by, AT_ONCE), "give_up_at": give_up_at}
        connection.execute(_rows.update().where(_rows.c.id == row.id).values(**moved))


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


def chosen(connection: Connection, *conditions: Any) -> list[Delivery]:
    """Deliveries by conditions of other modules of the store, oldest first."""
    return _deliveries(connection, *conditions)


def _deliveries(connection: Connection, *conditions: Any) -> list[Delivery]:
    return [_delivery(row) for row in connection.execute(select(_rows).where(*conditions).order_by(_rows.c.id))]


def _delivery(row: Row[Any]) -> Delivery:
    values = row._asdict()
    return Delivery(key=values.pop("idem_key"), state=State(values.pop("state")), **values)
