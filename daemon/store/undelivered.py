"""What a destination has not taken: messages that wait in vain, and messages that it refused since it last took one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from config.outputs import Severity
from daemon.model import Change
from daemon.store import deliveries, tables
from daemon.store.deliveries import Delivery, State

_rows = tables.outbox
# The newest of a million rows are found by the index; a retry may have arrived after what was queued later.
_NEWEST = 50
_ENDS = (str(Change.RESOLVED), str(Change.RETRACTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """Of one destination. waiting: due and not sent, or tried in vain; refused: given up since it last took a message.

    took: when it last took one. reason: what it last said.
    """

    waiting: int = 0
    refused: int = 0
    reason: str = ""
    took: datetime | None = None

    @property
    def count(self) -> int:
        """All that it has not taken."""
        return self.waiting + self.refused


def of(connection: Connection, destination: str, now: datetime) -> Undelivered:
    """What a destination has not taken by now; what waits for a time of day waits for nothing else."""
    when = took(connection, destination)
    where = _where(destination, when, now)
    counted = select(_rows.c.state, func.count()).where(*where).group_by(_rows.c.state)
    counts = {str(row.state): int(row[1]) for row in connection.execute(counted)}
    said = select(_rows.c.last_error).where(*where, _rows.c.last_error.is_not(None)).order_by(_rows.c.updated.desc())
    refused = counts.pop(str(State.DEAD), 0)
    return Undelivered(
        waiting=sum(counts.values()),
        refused=refused,
        reason=(connection.execute(said.limit(1)).scalar() or "") if counts or refused else "",
        took=when,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """What waits for a destination that the configuration does not name; ends: how many of them are ends of incidents."""

    waiting: int
    ends: int


def left_behind(connection: Connection, named: Collection[str]) -> dict[str, LeftBehind]:
    """The destinations that are not named and for which something waits, by name, since nobody sends it."""
    waits = and_(_rows.c.state == str(State.QUEUED), _rows.c.destination.not_in(list(named)))
    query = select(_rows.c.destination, _rows.c.change, func.count()).where(waits)
    found: dict[str, LeftBehind] = {}
    for name, change, count in connection.execute(query.group_by(_rows.c.destination, _rows.c.change)):
        before = found.get(name, LeftBehind(waiting=0, ends=0))
        ends = count if change in _ENDS else 0
        found[name] = LeftBehind(waiting=before.waiting + count, ends=before.ends + ends)
    return dict(sorted(found.items()))


def critical(connection: Connection, destination: str, now: datetime) -> list[Delivery]:
    """What of it is critical news, oldest first."""
    found = deliveries.chosen(connection, *_where(destination, took(connection, destination), now))
    return [d for d in found if d.payload.get("severity") == Severity.CRITICAL and d.change != deliveries.SAID]


def told_of(connection: Connection, notice: str, change: str) -> tuple[datetime | None, tuple[str, ...]]:
    """When a notice of this kind was last queued under an id, and for whom."""
    query = select(_rows.c.created, _rows.c.destination).where(_rows.c.incident_id == notice, _rows.c.change == change)
    found = connection.execute(query.order_by(_rows.c.id)).all()
    last = found[-1].created if found else None
    return last, tuple(row.destination for row in found if row.created == last)


def took(connection: Connection, destination: str) -> datetime | None:
    """When a destination last took a message; None where it never did."""
    sent = select(_rows.c.updated).where(_rows.c.destination == destination, _rows.c.state == str(State.SENT))
    return max(connection.execute(sent.order_by(_rows.c.id.desc()).limit(_NEWEST)).scalars(), default=None)


def _where(destination: str, took: datetime | None, now: datetime) -> tuple[Any, Any]:
    waits = and_(
        _rows.c.state.in_((str(State.QUEUED), str(State.SENDING))), or_(_rows.c.attempts > 0, _rows.c.not_before <= now)
    )
    refused = _rows.c.state == str(State.DEAD)
    if took is not None:
        refused = and_(refused, _rows.c.updated > took)
    return _rows.c.destination == destination, or_(waits, refused)
