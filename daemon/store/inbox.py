"""Alerts that the local page shows, as they were received."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from daemon.store import tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One received alert. `chart` is a PNG; None where none could be drawn."""

    id: int
    received_at: datetime
    incident_id: str
    change: str
    alert: dict[str, Any]
    chart: bytes | None = None


def add(
    connection: Connection,
    *,
    key: str,
    received_at: datetime,
    incident_id: str,
    change: str,
    alert: dict[str, Any],
    chart: bytes | None,
) -> int:
    """Keep an alert, once per key however often it comes. Returns its id."""
    known = connection.execute(select(tables.inbox.c.id).where(tables.inbox.c.key == key)).scalar()
    if known is not None:
        return int(known)
    values = {
        "key": key,
        "received_at": received_at,
        "incident_id": incident_id,
        "change": change,
        "alert": alert,
        "chart": chart,
    }
    return int(connection.execute(tables.inbox.insert().values(**values).returning(tables.inbox.c.id)).scalar_one())


def latest(connection: Connection, *, limit: int = 50, before: int | None = None) -> list[Message]:
    """The newest messages, newest first; with `before` (an id), those older than it."""
    query = select(tables.inbox).order_by(tables.inbox.c.id.desc()).limit(limit)
    return _messages(connection, query if before is None else query.where(tables.inbox.c.id < before))


def of_incident(connection: Connection, incident_id: str) -> list[Message]:
    """What was said about one incident, oldest first."""
    return _messages(
        connection, select(tables.inbox).where(tables.inbox.c.incident_id == incident_id).order_by(tables.inbox.c.id)
    )


def load(connection: Connection, message_id: int) -> Message | None:
    """One message; None where there is none of that id."""
    found = _messages(connection, select(tables.inbox).where(tables.inbox.c.id == message_id))
    return found[0] if found else None


def _messages(connection: Connection, query: Select[Any]) -> list[Message]:
    return [_message(row) for row in connection.execute(query)]


def _message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        received_at=row.received_at,
        incident_id=row.incident_id,
        change=row.change,
        alert=row.alert,
        chart=row.chart,
    )
