"""How every target stood when it was last looked at, and when people were last told of it."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, select

from daemon.foresight.model import Pace
from daemon.store import tables
from daemon.store.upsert import upsert

_PACE = TypeAdapter(Pace)


def newest(connection: Connection) -> dict[str, Pace]:
    """Target -> how it stood when it was last looked at."""
    rows = tables.paces
    return _read(connection.execute(select(rows.c.target, rows.c.newest)))


def told(connection: Connection) -> dict[str, Pace]:
    """Target -> how it stood when people were told, of those whose miss they know of."""
    rows = tables.paces
    return _read(connection.execute(select(rows.c.target, rows.c.told).where(rows.c.told.is_not(None))))


def keep(connection: Connection, pace: Pace, told: Pace | None) -> None:
    """Remember how a target stands, and what people know of it."""
    documents = {"newest": _PACE.dump_python(pace, mode="json"), "told": told and _PACE.dump_python(told, mode="json")}
    upsert(connection, tables.paces, {"target": pace.key}, documents)


def forget_others(connection: Connection, paces: Iterable[Pace]) -> None:
    """Drop what the configuration names no more."""
    rows = tables.paces
    connection.execute(rows.delete().where(rows.c.target.not_in([pace.key for pace in paces])))


def _read(found: Iterable[Any]) -> dict[str, Pace]:
    """Those that this release can read: of the others people are told anew."""
    read = {}
    for target, document in found:
        try:
            read[target] = _PACE.validate_python(document)
        except ValidationError:
            continue
    return read
