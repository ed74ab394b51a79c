"""How far each destination has been told of an incident, from the outbox."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, and_, select

from config.outputs import Severity
from daemon.model import Change
from daemon.store import tables
from daemon.store.deliveries import AT_ONCE, SAID, State
from daemon.waiting import UNKNOWN, Past

_rows = tables.outbox


_BEGINS = (str(Change.OPENED), str(Change.REOPENED))


def pasts(connection: Connection, incident_id: str) -> Mapping[str, Past]:
    """Destination -> what is known there of an incident; those that were never to hear of it are absent."""
    news = and_(_rows.c.state != str(State.COLLAPSED), _rows.c.change != SAID)
    query = select(_rows).where(_rows.c.incident_id == incident_id, news)
    found: dict[str, Past] = {}
    for row in connection.execute(query.order_by(_rows.c.id)):
        before = found.get(row.destination, UNKNOWN)
        if row.state == str(State.QUEUED) and not row.attempts and row.not_before > AT_ONCE:
            if row.payload.get("change") in _BEGINS:
                found[row.destination] = replace(before, due=min(row.not_before, before.due or row.not_before))
        else:
            at = max(row.created, row.not_before) if row.waits_for else row.created
            severity = Severity(row.payload.get("severity", Severity.INFO))
            found[row.destination] = replace(before, at=max(at, before.at or at), severity=severity)
    return found
