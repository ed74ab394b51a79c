"""Silences that people made by command. They are kept as long as the incidents that name them."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Row, select

from config.outputs import Severity
from daemon.silences import Silence
from daemon.store import tables

_rows = tables.silences


def add(connection: Connection, silence: Silence, now: datetime) -> Silence:
    """Keep a silence, from its beginning or from now on. Returns it with its name."""
    begun = silence.begun or now
    values = {
        "until": silence.until,
        "begun": begun,
        "author": silence.author,
        "document": {
            "channel": silence.channel,
            "kpi": silence.kpi,
            "segment": silence.segment,
            "max_severity": str(silence.max_severity),
            "reason": silence.reason,
        },
    }
    key = connection.execute(_rows.insert().values(**values)).inserted_primary_key
    assert key is not None
    return replace(silence, name=str(key[0]), begun=begun)


def end(connection: Connection, name: str, who: str, now: datetime) -> bool:
    """End a silence before its time; False where there is none of that name, or it is over."""
    if not name.isdecimal():
        return False
    which = (_rows.c.id == int(name), _rows.c.until > now)
    return connection.execute(_rows.update().where(*which).values(until=now, ended_by=who)).rowcount == 1


def forget(connection: Connection, before: datetime) -> int:
    """Drop those that were over before an instant. Returns how many."""
    return connection.execute(_rows.delete().where(_rows.c.until < before)).rowcount


def load_all(connection: Connection, *, after: datetime | None = None) -> list[Silence]:
    """Every silence in the order in which they were made; only those that end after an instant, where given."""
    chosen = [] if after is None else [_rows.c.until > after]
    return [_silence(row) for row in connection.execute(select(_rows).where(*chosen).order_by(_rows.c.id))]


def _silence(row: Row[tuple[object, ...]]) -> Silence:
    said = row.document
    return Silence(
        name=str(row.id),
        channel=said["channel"],
        kpi=said["kpi"],
        segment=said["segment"],
        max_severity=Severity(said["max_severity"]),
        until=row.until,
        author=row.author,
        reason=said["reason"],
        begun=row.begun,
        ended_by=row.ended_by or "",
    )
