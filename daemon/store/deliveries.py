"""The outbox: alerts on their way, each row one alert to one destination.

What is queued, what waits, and what arrived; `claims` is the sender's side, `outbox_totals` the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from daemon.model import Change
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


def unsent(connection: Connection, incident_id: str, destination: str) -> list[Delivery]:
    """Rows of an incident that wait, or were given up or parked and nothing has arrived since, oldest first."""
    of = (_rows.c.incident_id == incident_id, _rows.c.destination == destination)
    taken = (_rows.c.state == str(State.SENT), _rows.c.change != SAID)
    newest = select(func.max(_rows.c.id)).where(*of, *taken).scalar_subquery()
    given_up = and_(_rows.c.state.in_((str(State.DEAD), str(State.AMBIGUOUS))), _rows.c.id > func.coalesce(newest, 0))
    return _deliveries(connection, *of, or_(_rows.c.state == str(State.QUEUED), given_up))


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


def chosen(connection: Connection, *conditions: Any) -> list[Delivery]:
    """Deliveries by conditions of other modules of the store, oldest first."""
    return _deliveries(connection, *conditions)


def _deliveries(connection: Connection, *conditions: Any) -> list[Delivery]:
    return [_delivery(row) for row in connection.execute(select(_rows).where(*conditions).order_by(_rows.c.id))]


def _delivery(row: Row[Any]) -> Delivery:
    values = row._asdict()
    return Delivery(key=values.pop("idem_key"), state=State(values.pop("state")), **values)
