"""Drops what is over, a few rows at a time, so that nobody waits long for the database."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Text, exists, select, type_coerce

from daemon.model import Status
from daemon.store import tables
from daemon.store.deliveries import State

_UNDELIVERED = tuple(str(s) for s in (State.QUEUED, State.SENDING, State.AMBIGUOUS, State.DEAD))
_OVER = (str(State.SENT), str(State.COLLAPSED))
# Of a stored alert: what it was about, and the incident with all its figures, which is half of it.
_ABOUT = ("severity", "headline")
_RECORD = "record"


def drop_incidents(connection: Connection, before: datetime, most: int) -> int:
    """Drop closed incidents that last changed before an instant, with their history and replies. Returns how many.

    One with a message that was not delivered stays.
    """
    rows, sent = tables.incidents, tables.outbox
    waiting = exists().where(sent.c.incident_id == rows.c.id, sent.c.state.in_(_UNDELIVERED))
    query = select(rows.c.id).where(rows.c.status != str(Status.OPEN), rows.c.updated_at < before, ~waiting).limit(most)
    ids = list(connection.execute(query).scalars())
    if ids:
        for table in (tables.history, tables.replies, tables.beginnings):
            connection.execute(table.delete().where(table.c.incident_id.in_(ids)))
        connection.execute(rows.delete().where(rows.c.id.in_(ids)))
    return len(ids)


def drop_deliveries(connection: Connection, before: datetime, most: int) -> int:
    """Drop messages that arrived, or were overtaken, before an instant. Returns how many.

    Those of an open incident stay: later news may have to change them in place.
    """
    rows = tables.outbox
    is_open = exists().where(tables.incidents.c.id == rows.c.incident_id, tables.incidents.c.status == str(Status.OPEN))
    query = select(rows.c.id).where(rows.c.state.in_(_OVER), rows.c.updated < before, ~is_open).limit(most)
    ids = list(connection.execute(query).scalars())
    if ids:
        connection.execute(rows.delete().where(rows.c.id.in_(ids)))
    return len(ids)


def heavy_deliveries(connection: Connection, before: datetime) -> list[int]:
    """Messages about closed incidents that arrived, or were overtaken, before an instant, and still hold all that was known."""
    rows = tables.outbox
    is_open = exists().where(tables.incidents.c.id == rows.c.incident_id, tables.incidents.c.status == str(Status.OPEN))
    is_heavy = type_coerce(rows.c.payload, Text).like(f'%"{_RECORD}":{{%')
    query = select(rows.c.id).where(rows.c.state.in_(_OVER), rows.c.updated < before, is_heavy, ~is_open)
    return list(connection.execute(query).scalars())


def lighten_deliveries(connection: Connection, ids: Sequence[int]) -> None:
    """Keep of some messages what they were about; of the newest about an incident everything but the figures behind it."""
    rows, later = tables.outbox, tables.outbox.alias("later")
    overtaken = exists().where(
        later.c.incident_id == rows.c.incident_id, later.c.state == str(State.SENT), later.c.id > rows.c.id
    )
    for row in connection.execute(select(rows.c.id, rows.c.payload, overtaken).where(rows.c.id.in_(ids))).all():
        light = {n: row.payload[n] for n in _ABOUT if n in row.payload} if row[2] else {**row.payload, _RECORD: None}
        connection.execute(rows.update().where(rows.c.id == row.id).values(payload=light, give_up_at=None))


def drop_inbox(connection: Connection, before: datetime, most: int) -> int:
    """Drop alerts that the local page received before an instant. Returns how many."""
    rows = tables.inbox
    ids = list(connection.execute(select(rows.c.id).where(rows.c.received_at < before).limit(most)).scalars())
    if ids:
        connection.execute(rows.delete().where(rows.c.id.in_(ids)))
    return len(ids)
