"""What databases and APIs answered: of each check a row of the state for each time it was asked, oldest first.

An answer holds only what was new. `asked` marks the question: answers to another question are not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from daemon.store import tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One answer, for the periods that start in [since, until). content: gzipped CSV; None: it brought nothing new.

    notices: (kind, words) of what the source said against its own answer.
    """

    pulled_at: datetime
    since: datetime
    until: datetime
    row_count: int
    content: bytes | None
    notices: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest of `count` answers. `number` grows with every answer; `changed`: that of the newest that held rows."""

    count: int
    number: int
    changed: int
    pulled_at: datetime
    until: datetime
    notices: Sequence[tuple[str, str]]


def newest(connection: Connection, check: str, asked: str) -> Newest | None:
    """The newest answer to a question; None: it was never answered."""
    rows = tables.pulls
    own = (rows.c.check_name == check) & (rows.c.asked == asked)
    columns = (rows.c.id, rows.c.pulled_at, rows.c.until, rows.c.notices)
    last = connection.execute(select(*columns).where(own).order_by(rows.c.id.desc()).limit(1)).one_or_none()
    if last is None:
        return None
    count = connection.execute(select(func.count()).select_from(rows).where(own)).scalar_one()
    changed = connection.execute(select(func.max(rows.c.id)).where(own & (rows.c.row_count > 0))).scalar()
    return Newest(
        count=count,
        number=last.id,
        changed=changed or 0,
        pulled_at=last.pulled_at,
        until=last.until,
        notices=_notices(last.notices),
    )


def load(connection: Connection, check: str, asked: str) -> list[Pull]:
    """All answers to a question, oldest first."""
    rows = tables.pulls
    own = (rows.c.check_name == check) & (rows.c.asked == asked)
    return [
        Pull(
            pulled_at=r.pulled_at,
            since=r.since,
            until=r.until,
            row_count=r.row_count,
            content=r.content,
            notices=_notices(r.notices),
        )
        for r in connection.execute(select(rows).where(own).order_by(rows.c.id))
    ]


def add(connection: Connection, check: str, asked: str, pull: Pull) -> None:
    """Keep an answer. Answers to other questions of the check are dropped: nobody asks them any more."""
    rows = tables.pulls
    connection.execute(rows.delete().where((rows.c.check_name == check) & (rows.c.asked != asked)))
    connection.execute(
        rows.insert().values(
            check_name=check,
            asked=asked,
            pulled_at=pull.pulled_at,
            since=pull.since,
            until=pull.until,
            row_count=pull.row_count,
            content=pull.content,
            notices=[list(notice) for notice in pull.notices],
        )
    )


def replace(connection: Connection, check: str, asked: str, merged: Pull) -> None:
    """Put one answer in the place of all that a check has."""
    connection.execute(tables.pulls.delete().where(tables.pulls.c.check_name == check))
    add(connection, check, asked, merged)


def _notices(written: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((kind, words) for kind, words in written)
