"""Links and clicks by which people answered: each acts once. Only marks are kept, of which no link can be made."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from daemon.replies import Reply
from daemon.store import replies, tables

_rows = tables.answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What one did: the reply it left, and the destinations that heard of the end it set."""

    reply: Reply
    told: tuple[str, ...]


def add(connection: Connection, mark: str, *, reply_id: int, told: tuple[str, ...], until: datetime) -> None:
    """Remember one until it would not be taken any more in any case."""
    connection.execute(_rows.insert().values(mark=mark, until=until, reply=reply_id, told=list(told)))


def load(connection: Connection, mark: str) -> Answered | None:
    """What it did; None where it was not used, or its incident was forgotten."""
    row = connection.execute(select(_rows).where(_rows.c.mark == mark)).first()
    reply = None if row is None else replies.load(connection, row.reply)
    return None if row is None or reply is None else Answered(reply=reply, told=tuple(row.told))


def is_used(connection: Connection, mark: str) -> bool:
    """Whether it acted already."""
    return connection.execute(select(_rows.c.mark).where(_rows.c.mark == mark)).first() is not None


def forget(connection: Connection, before: datetime) -> None:
    """Drop those whose time was over before an instant."""
    connection.execute(_rows.delete().where(_rows.c.until < before))
