"""What people said about incidents: rows that are only ever added."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from daemon.model import Verdict
from daemon.replies import Kind, Reply
from daemon.store import tables

_rows = tables.replies


def take_turns(connection: Connection) -> None:
    """Wait until no other transaction that takes turns is under way: a cycle that writes, or a person who speaks."""
    connection.execute(select(tables.cycles.c.id).with_for_update()).all()


def add(connection: Connection, reply: Reply) -> int:
    """Keep a reply. Returns its id."""
    values = {
        "incident_id": reply.incident_id,
        "at": reply.at,
        "kind": str(reply.kind),
        "verdict": None if reply.verdict is None else str(reply.verdict),
        "until": reply.until,
        "who": reply.who,
        "comment": reply.comment or None,
    }
    key = connection.execute(_rows.insert().values(**values)).inserted_primary_key
    return int(key[0]) if key is not None else newest(connection)


def newest(connection: Connection) -> int:
    """The id of the newest reply; 0 where there is none."""
    return connection.execute(select(func.max(_rows.c.id))).scalar() or 0


def load_all(connection: Connection) -> Mapping[str, Sequence[Reply]]:
    """Incident -> what was said of it, in order."""
    found: dict[str, list[Reply]] = {}
    for row in connection.execute(select(_rows).order_by(_rows.c.id)):
        found.setdefault(row.incident_id, []).append(_reply(row))
    return found


def of(connection: Connection, incident_id: str) -> list[Reply]:
    """What was said of one incident, in order."""
    query = select(_rows).where(_rows.c.incident_id == incident_id).order_by(_rows.c.id)
    return [_reply(row) for row in connection.execute(query)]


def load(connection: Connection, reply_id: int) -> Reply | None:
    """One reply; None where there is none of that id."""
    row = connection.execute(select(_rows).where(_rows.c.id == reply_id)).first()
    return None if row is None else _reply(row)


def _reply(row: Any) -> Reply:
    return Reply(
        id=row.id,
        incident_id=row.incident_id,
        at=row.at,
        kind=Kind(row.kind),
        verdict=None if row.verdict is None else Verdict(row.verdict),
        until=row.until,
        who=row.who or "",
        comment=row.comment or "",
    )
