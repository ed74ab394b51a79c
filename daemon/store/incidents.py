"""Incidents, and everything that ever happened to them.

Every reader takes in what people said. `tracked` gives incidents as their troubles stand, for the cycle; the others as
people see them: what somebody closed is closed.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from daemon.model import Change, Incident, Status
from daemon.replies import as_told, heard
from daemon.store import replies, tables
from daemon.store.document import from_incident, to_incident
from daemon.store.upsert import upsert
from daemon.transition import NOT_TOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an incident's history. `snapshot` is the incident after the change; None where nothing changed."""

    at: datetime
    change: Change
    reason: str
    snapshot: Incident | None


def save(connection: Connection, incident: Incident) -> None:
    """Write an incident as it stands now."""
    upsert(
        connection,
        tables.incidents,
        {"id": incident.id},
        {
            "status": str(incident.status),
            "started_at": incident.started_at,
            "updated_at": incident.updated_at or incident.first_detected_at,
            "document": from_incident(incident),
        },
    )


def record(connection: Connection, incident: Incident, *, at: datetime, change: Change, reason: str) -> None:
    """Write an incident, and why it changed or why nobody was told (`Change.NOTHING`), into its history."""
    save(connection, incident)
    connection.execute(
        tables.history.insert().values(
            incident_id=incident.id,
            at=at,
            change=str(change),
            reason=str(reason),
            snapshot=None if change is Change.NOTHING else from_incident(incident),
        )
    )


def load(connection: Connection, incident_id: str) -> Incident | None:
    """One incident; None where there is none of that id."""
    found = load_tracked(connection, incident_id)
    return None if found is None else as_told(found)


def load_tracked(connection: Connection, incident_id: str) -> Incident | None:
    """One incident as its trouble stands; None where there is none of that id."""
    document = connection.execute(
        select(tables.incidents.c.document).where(tables.incidents.c.id == incident_id)
    ).scalar()
    return None if document is None else heard(to_incident(document), replies.of(connection, incident_id))


def recent(
    connection: Connection, *, limit: int | None = None, status: Status | None = None, since: datetime | None = None
) -> list[Incident]:
    """Incidents by their latest change, newest first; only those of a status, or changed at or after `since`, where given."""
    found = [as_told(incident) for incident in tracked(connection, status=status, since=since)]
    return [incident for incident in found if status is None or incident.status is status][:limit]


def tracked(connection: Connection, *, status: Status | None = None, since: datetime | None = None) -> list[Incident]:
    """Incidents as their troubles stand, newest change first; with a status, also those whose trouble goes on."""
    rows = tables.incidents
    query = select(rows.c.document).order_by(rows.c.updated_at.desc(), rows.c.id)
    if status is not None:
        query = query.where(rows.c.status.in_((str(status), str(Status.OPEN))))
    if since is not None:
        query = query.where(rows.c.updated_at >= since)
    said = replies.load_all(connection)
    found = [to_incident(document) for document in connection.execute(query).scalars()]
    return [heard(incident, said.get(incident.id, ())) for incident in found]


def ids(connection: Connection) -> list[str]:
    """The ids of all incidents."""
    return list(connection.execute(select(tables.incidents.c.id)).scalars())


def silence(connection: Connection, incident_id: str) -> str | None:
    """Why nobody was told of the newest news of an incident; None where somebody was."""
    rows = tables.history
    is_news = or_(rows.c.change != str(Change.NOTHING), rows.c.reason.startswith(NOT_TOLD))
    query = select(rows.c.reason).where(rows.c.incident_id == incident_id, is_news).order_by(rows.c.id.desc()).limit(1)
    reason: str | None = connection.execute(query).scalar()
    return reason if reason is not None and reason.startswith(NOT_TOLD) else None


def history(connection: Connection, incident_id: str) -> list[Entry]:
    """What happened to an incident, oldest first."""
    rows = tables.history
    query = (
        select(rows.c.at, rows.c.change, rows.c.reason, rows.c.snapshot)
        .where(rows.c.incident_id == incident_id)
        .order_by(rows.c.id)
    )
    return [
        Entry(at=at, change=Change(change), reason=reason, snapshot=None if snapshot is None else to_incident(snapshot))
        for at, change, reason, snapshot in connection.execute(query)
    ]
