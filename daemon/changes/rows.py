"""Rows of a feed as changes. A row that cannot be understood is left out, and told with its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from config.changes import ChangeFeed
from config.problems import did_you_mean
from config.settings import Settings
from daemon.errors import SourceRejected
from daemon.model import KnownChange
from daemon.sources.columns import nearest

# Characters of a cell that are kept: a title is a line, not a document.
_LONGEST = 300
_LONGEST_LINK = 500
_MILLISECONDS_FROM = 100_000_000_000  # as seconds, the year 5138


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row by its columns, and where it stands: `line 7`, `row 3 of the answer`."""

    place: str
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """The changes of a feed, and what could not be understood: the first such row, and how many there are."""

    changes: tuple[KnownChange, ...]
    trouble: str | None = None


def require(feed: ChangeFeed, what: str, columns: Sequence[str]) -> None:
    """Refuse a table without a column that must be there.

    Raises:
        SourceRejected: names the column, and the nearest one.
    """
    for column in sorted(feed.required):
        if column not in columns:
            near = nearest(column, list(columns))
            key = next(part for part, name in feed.columns.items() if name == column)
            raise SourceRejected(
                f"{what} has no column {column!r}{f', but {near!r}' if near else ''}. It has: {', '.join(columns) or 'none'}. "
                f"Write under {key}{'_column' if key in ('kind', 'channel') else ''} which column it is."
            )


def understood(name: str, settings: Settings, what: str, rows: Iterable[Row]) -> Understood:
    """The changes of the feed `name`. what: the file or answer that they come from."""
    feed, zone = settings.changes[name], ZoneInfo(settings.timezone)
    found: list[KnownChange] = []
    wrong: list[str] = []
    for row in rows:
        cells = {part: row.cells.get(column) for part, column in feed.columns.items()}
        if not any(value not in (None, "") for value in row.cells.values()):
            continue
        try:
            found.append(_change(name, feed, settings, cells, zone))
        except ValueError as error:
            wrong.append(f"{what} {row.place}: {error}")
    more = f" {len(wrong)} rows are left out like this one." if len(wrong) > 1 else " This row is left out."
    return Understood(changes=tuple(sorted(found, key=lambda c: c.at)), trouble=f"{wrong[0]}{more}" if wrong else None)


def _change(name: str, feed: ChangeFeed, settings: Settings, cells: Mapping[str, Any], zone: ZoneInfo) -> KnownChange:
    at, whole_day = _instant(cells["at"], feed.at, zone)
    title = _text(cells["title"])
    if not title:
        raise ValueError(f"{feed.title} is empty. Write what was changed.")
    kind = feed.kind or _text(cells.get("kind")).lower()
    channel = feed.channel or _text(cells.get("channel")) or None
    if channel is not None and channel not in settings.channels:
        raise ValueError(
            f"{feed.channel_column} is {channel!r}, no channel{did_you_mean(channel, settings.channels)} "
            "Write its name, or leave the cell empty for all channels."
        )
    meant = {word.lower(): kind for word, kind in feed.kinds.items()}
    return KnownChange(
        feed=name,
        at=at,
        whole_day=whole_day,
        kind=meant.get(kind, kind.replace(" ", "_")) or "change",
        title=title,
        channel=channel,
        who=_text(cells.get("who")),
        link=_text(cells.get("link"), _LONGEST_LINK),
    )


def _text(cell: Any, longest: int = _LONGEST) -> str:
    return "" if cell is None else " ".join(str(cell).split())[:longest]


def _instant(cell: Any, column: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    """An instant, and whether only its day is known: ISO text, or seconds or milliseconds since 1970."""
    try:
        match cell:
            case datetime():
                return _aware(cell, zone), False
            case date():
                return datetime.combine(cell, time(), zone).astimezone(UTC), True
            case int() | float() if not isinstance(cell, bool):
                return _since_1970(float(cell)), False
        text = _text(cell)
        if text.isascii() and text.replace(".", "", 1).isdigit() and len(text) > len("20261014"):
            return _since_1970(float(text)), False
        found = datetime.fromisoformat(text)
        return _aware(found, zone), not any(mark in text for mark in ":T") and len(text) <= len("2026-10-14")
    except (ValueError, OverflowError, OSError):
        said = "empty" if cell in (None, "") else f"{_text(cell, 40)!r}, no instant"
        raise ValueError(f"{column} is {said}. Write it like 2026-10-14T09:20 or 2026-10-14.") from None


def _aware(found: datetime, zone: ZoneInfo) -> datetime:
    return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)


def _since_1970(number: float) -> datetime:
    return datetime.fromtimestamp(number / 1000 if abs(number) >= _MILLISECONDS_FROM else number, UTC)
