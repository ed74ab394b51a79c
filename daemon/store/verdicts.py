"""What each cycle thought of each total at each period, packed: some tens of bytes for each.

Columns of a shape that people can read once unpacked: zlib over JSON, one list for each verdict.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from daemon.store import tables
from daemon.verdicts import Standing, Verdict

_rows = tables.verdicts
_FIELDS = tuple(f.name for f in fields(Verdict))
# Speed matters here, and a higher level saves next to nothing on numbers.
_LEVEL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A verdict with the check and the cycle that gave it."""

    check: str
    at: datetime
    verdict: Verdict


def keep(connection: Connection, check: str, at: datetime, verdicts: Sequence[Verdict]) -> None:
    """Keep the verdicts of one check in one cycle."""
    if not verdicts:
        return
    lines = [[_plain(getattr(v, name)) for name in _FIELDS] for v in verdicts]
    text = json.dumps({"fields": _FIELDS, "verdicts": lines}, separators=(",", ":"))
    connection.execute(
        _rows.insert().values(
            check_name=check,
            at=at,
            since=min(v.start for v in verdicts),
            until=max(v.start for v in verdicts),
            content=zlib.compress(text.encode(), _LEVEL),
        )
    )


def of(
    connection: Connection, check: str, channel: str | None, kpi: str, since: datetime, before: datetime
) -> list[Kept]:
    """The verdicts of a check on a total in the periods that start in [since, before), the earliest cycle first."""
    query = (
        select(_rows.c.at, _rows.c.content)
        .where(_rows.c.check_name == check, _rows.c.until >= since, _rows.c.since < before)
        .order_by(_rows.c.at, _rows.c.id)
    )
    found = [Kept(check=check, at=at, verdict=v) for at, content in connection.execute(query) for v in _read(content)]
    return [
        k
        for k in found
        if (k.verdict.channel, k.verdict.kpi, k.verdict.segment) == (channel, kpi, ())
        and since <= k.verdict.start < before
    ]


def totals(connection: Connection, since: datetime, to: datetime) -> Iterator[Kept]:
    """Every verdict of the cycles in (since, to] on a total, the earliest first, in periods that none had judged before."""
    known = select(_rows.c.check_name, func.max(_rows.c.until)).where(_rows.c.at <= since).group_by(_rows.c.check_name)
    judged: dict[str, datetime] = {row[0]: row[1] for row in connection.execute(known)}
    query = select(_rows.c.check_name, _rows.c.at, _rows.c.content).where(_rows.c.at > since, _rows.c.at <= to)
    for check, at, content in connection.execute(query.order_by(_rows.c.at, _rows.c.id)):
        for verdict in _read(content):
            if not verdict.segment and (check not in judged or verdict.start > judged[check]):
                yield Kept(check=check, at=at, verdict=verdict)


def forget(connection: Connection, before: datetime) -> int:
    """Drop what cycles before an instant thought. Returns how many rows."""
    return connection.execute(_rows.delete().where(_rows.c.at < before)).rowcount


def first(connection: Connection) -> datetime | None:
    """The earliest cycle of which anything is kept."""
    instant: datetime | None = connection.execute(select(_rows.c.at).order_by(_rows.c.at).limit(1)).scalar()
    return instant


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(content: bytes) -> Iterator[Verdict]:
    """Those that were packed; a field that another release added or did not know yet is left out or has its default."""
    document = json.loads(zlib.decompress(content))
    for line in document["verdicts"]:
        known = {name: value for name, value in zip(document["fields"], line, strict=True) if name in _FIELDS}
        known["start"] = datetime.fromisoformat(known["start"])
        known["standing"] = Standing(known["standing"])
        known["segment"] = tuple((dimension, value) for dimension, value in known["segment"])
        known["run"] = tuple(known["run"]) if known.get("run") else None
        yield Verdict(**known)
