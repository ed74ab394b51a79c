"""Where each beginning of an incident was told, and where the budget held it back for the digest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from daemon.model import Change
from daemon.store import tables

_rows = tables.beginnings


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """News of an incident that a destination was not told, why, and since when. change: what the news was."""

    id: int
    incident_id: str
    destination: str
    at: datetime
    change: Change
    reason: str


def note(
    connection: Connection,
    incident_id: str,
    change: Change,
    *,
    told: Iterable[str],
    held: Mapping[str, str],
    now: datetime,
) -> None:
    """Remember who was told of a beginning, and who was not and why. What a destination is told at last waits no more."""
    told = list(told)
    values = {"incident_id": incident_id, "at": now, "change": str(change)}
    for name in told:
        connection.execute(_rows.insert().values(**values, destination=name))
    pending = _rows.update().where(
        _rows.c.incident_id == incident_id, _rows.c.held.is_not(None), _rows.c.settled.is_(None)
    )
    if told:
        connection.execute(pending.where(_rows.c.destination.in_(told)).values(settled=now))
    known = {h.destination for h in waiting(connection, incident_id=incident_id)}
    for name, reason in held.items():
        if name not in known:
            connection.execute(_rows.insert().values(**values, destination=name, held=reason))


def told_since(connection: Connection, since: datetime) -> list[tuple[str, datetime]]:
    """Destination and instant of every beginning that was told at or after an instant."""
    query = select(_rows.c.destination, _rows.c.at).where(_rows.c.at >= since, _rows.c.held.is_(None))
    return [(destination, at) for destination, at in connection.execute(query)]


def waiting(connection: Connection, *, incident_id: str | None = None, destination: str | None = None) -> list[Held]:
    """What waits for a digest, oldest first; only of an incident, or at a destination, where given."""
    query = select(_rows).where(_rows.c.held.is_not(None), _rows.c.settled.is_(None)).order_by(_rows.c.id)
    if incident_id is not None:
        query = query.where(_rows.c.incident_id == incident_id)
    if destination is not None:
        query = query.where(_rows.c.destination == destination)
    return [
        Held(
            id=row.id,
            incident_id=row.incident_id,
            destination=row.destination,
            at=row.at,
            change=Change(row.change),
            reason=row.held,
        )
        for row in connection.execute(query)
    ]


def settle(connection: Connection, held: Iterable[Held], now: datetime) -> None:
    """What waited stands in a digest now."""
    ids = [h.id for h in held]
    connection.execute(_rows.update().where(_rows.c.id.in_(ids)).values(settled=now))


def forget(connection: Connection, before: datetime) -> int:
    """Drop what was told, or stood in a digest, before an instant. Returns how many rows."""
    is_over = _rows.c.held.is_(None) | _rows.c.settled.is_not(None)
    return connection.execute(_rows.delete().where(_rows.c.at < before, is_over)).rowcount
