"""Feeds of databases and APIs: asked before a cycle, like checks, and kept in the state, so that a cycle never waits."""

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from config.settings import Settings
from config.sources import SqlSource
from daemon.changes.rows import Row, Understood, require, understood
from daemon.errors import SourceRejected
from daemon.model import KnownChange
from daemon.sources.pulled import Rows, Window
from daemon.store import Connection, Store, pulls
from daemon.store.pulls import Pull
from detectors.cadence import Cadence, Unit

# How far back is asked for the first time, and later, since entries are added and mended afterwards.
HISTORY, AGAIN = timedelta(days=730), timedelta(days=35)
_CHANGES = TypeAdapter(tuple[KnownChange, ...])


def label(name: str) -> str:
    """What problems and the state call a feed; no check is called so, for its name is a key of its own section."""
    return f"changes.{name}"


def asked_feeds(settings: Settings) -> dict[str, str]:
    """Label -> source, of feeds that have to be asked."""
    return {label(n): feed.source for n, feed in settings.changes.items() if feed.source is not None}


def keep_newest(name: str, settings: Settings, folder: Path, store: Store, now: datetime) -> None:
    """Ask the source of the feed `name`, and keep what it says; what it says no more of that time is dropped.

    Raises:
        SourceUnavailable: it cannot be reached now.
        SourceRejected: it refuses the question, or rows of its answer cannot be understood; the others are kept.
        StoreError: the state cannot be read or written.
    """
    question = _mark(name, settings)
    with store.reading() as connection:
        before = pulls.load(connection, label(name), question)
    since = now - (AGAIN if before else HISTORY)
    window = Window(since=since, until=now, zone=ZoneInfo(settings.timezone), cadence=Cadence(Unit.HOUR))
    answer = understood_answer(name, settings, folder, window)
    old = [c for c in _changes_of(before) if now - HISTORY <= c.at < since]
    changes = (*old, *(c for c in answer.changes if c.at >= since))
    written = json.dumps(_CHANGES.dump_python(changes, mode="json"), separators=(",", ":")).encode()
    kept = Pull(
        pulled_at=now.astimezone(UTC).replace(microsecond=0),
        since=since,
        until=now,
        row_count=len(changes),
        content=gzip.compress(written, mtime=0),
        notices=[],
    )
    with store.transaction() as connection:
        pulls.replace(connection, label(name), question, kept)
    if answer.trouble is not None:
        raise SourceRejected(answer.trouble)


def understood_answer(name: str, settings: Settings, folder: Path, window: Window) -> Understood:
    """What the source of the feed `name` says of a time; nothing is kept.

    Raises:
        SourceUnavailable, SourceRejected: as `keep_newest`, but rows that cannot be understood are told in the answer.
    """
    feed = settings.changes[name]
    found = _rows(name, settings, folder, window)
    what = f"the answer of source {feed.source!r}"
    require(feed, what, found.columns)
    return understood(
        name,
        settings,
        what,
        (
            Row(place=f"row {n}", cells=dict(zip(found.columns, row, strict=True)))
            for n, row in enumerate(found.rows, 1)
        ),
    )


def _rows(name: str, settings: Settings, folder: Path, window: Window) -> Rows:
    feed = settings.changes[name]
    source = settings.sources[feed.source or ""]
    if isinstance(source, SqlSource):
        from daemon.sources import sql

        return sql.answer(label(name), feed.source or "", source, feed.query or "", folder, window)
    from daemon.sources import http

    return http.changes(name, settings, folder, window)


def load(connection: Connection, name: str, settings: Settings) -> tuple[KnownChange, ...]:
    """What the source of the feed `name` said; empty where it was never asked."""
    return _changes_of(pulls.load(connection, label(name), _mark(name, settings)))


def _changes_of(answers: Sequence[Pull]) -> tuple[KnownChange, ...]:
    newest = answers[-1].content if answers else None
    return () if newest is None else _CHANGES.validate_json(gzip.decompress(newest))


def _mark(name: str, settings: Settings) -> str:
    """A mark of the question that a feed asks and of what its words mean: another one makes the old answer useless."""
    feed = settings.changes[name].model_dump(mode="json")
    return sha256(json.dumps([feed, sorted(settings.channels)], sort_keys=True).encode()).hexdigest()
