"""What is new in an answer: rows that were not seen before or say something else, and keys that are gone."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from config.settings import Settings
from daemon.errors import SourceRejected, SourceUnavailable
from daemon.sources import archive, files, kept, timeline, windows
from daemon.sources.columns import Mapping
from daemon.sources.pieces import Piece
from daemon.sources.pulled import Rows, Window
from daemon.sources.scan import Scan
from daemon.sources.sightings import News, Sightings, compare, look, together
from daemon.sources.table import Table
from daemon.sources.timeline import zone_of
from daemon.sources.versions import Indices
from daemon.store.pulls import Pull
from detectors.cadence import Unit

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Rows that are handled at once.
_BATCH = 10_000


def new_in(
    rows: Rows, name: str, settings: Settings, window: Window, before: Sequence[Pull], *, at: datetime, now: datetime
) -> Pull:
    """What has to be kept of an answer, given all answers before. at: the instant at which it counts as read.

    Raises:
        SourceUnavailable: it is empty where there was something before, or the first.
        SourceRejected: it does not fit the check.
    """
    mapping = archive.mapping(name, settings)
    with archive.scratch() as folder, files.opened() as connection:
        path = folder / "answer.csv"
        count = _write(rows, path, mapping, at)
        old = list(files.scans_of(mapping, archive.spooled(before, folder), connection, "old"))
        zone = zone_of(mapping.check, settings)
        known = together([look(connection, scan, mapping, settings, zone) for scan in old])
        scan = next(files.scans_of(mapping, [path], connection, "new"))
        _, measured = files.columns_across(mapping, [scan])
        answer = look(connection, scan, mapping, settings, zone)
        if count:
            Piece.read(connection, scan, mapping, measured, settings, zone)  # refuses what could never be used
        weekday = _weekday(answer, known, window)
        span = windows.span_of(window, weekday, now)
        asked_until = windows.number_at(before[-1].until, window, weekday) if before else None
        news = compare(answer, known, lambda p: timeline.number(p, window.cadence, weekday), span, asked_until)
        _require_rows(mapping, window, answer, news, first=not before)
        fresh = _fresh(connection, scan, news)
        gone = _gone(connection, old, mapping, news.gone, scan.columns, at)
        content, kept_rows = kept.packed(scan.columns, (row for part in (fresh, gone) for row in part))
    return Pull(
        pulled_at=at,
        since=window.since,
        until=windows.start_at(span.until, window, weekday),
        row_count=kept_rows,
        content=content if kept_rows else None,
        notices=_notices(rows, answer),
    )


def table_of(rows: Rows, name: str, settings: Settings, now: datetime) -> Table:
    """An answer by itself, as it would be read; nothing is kept.

    Raises:
        SourceRejected: it does not fit the check.
    """
    mapping = archive.mapping(name, settings)
    with archive.scratch() as folder:
        path = folder / "answer.csv"
        _write(rows, path, mapping, now)
        return files.table_of(mapping, [path], settings, None)


def _write(rows: Rows, path: Path, mapping: Mapping, at: datetime) -> int:
    """Write an answer as a file like those that are kept, and count its rows."""
    columns = tuple(" ".join(column.split()) for column in rows.columns)
    origin = mapping.origin or ""
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise SourceRejected(f"{origin} has two columns named {twice[0]!r}: give one of them another name.")
    if not all(columns):
        raise SourceRejected(f"{origin} has a column without a name: name it, e.g. count(*) AS orders.")
    count, mark = 0, [kept.stamp(at), ""]
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        kept.header(file, [*columns, kept.SEEN, kept.GONE])
        writer = csv.writer(file, lineterminator="\n")
        for row in rows.rows:
            writer.writerow([kept.written(cell) for cell in row] + mark)
            count += 1
    return count


def _weekday(answer: Sightings, known: Sightings, window: Window) -> int:
    """The weekday on which weeks start, by the dates of the answer."""
    if window.cadence.unit is not Unit.WEEK:
        return 0
    rows = answer if answer.dated.any() else known
    return timeline.week_start(rows.period[rows.dated])


def _require_rows(mapping: Mapping, window: Window, answer: Sightings, news: News, *, first: bool) -> None:
    """Refuse an answer without rows where there were some: it says that something is broken, not that all is zero."""
    if news.inside or not (first or news.known):
        return
    source, asked = f"the source {mapping.check.source!r}", _spoken(window)
    if answer.dated.any():
        dates = answer.period[answer.dated].astype("datetime64[D]")
        raise SourceRejected(
            f"{source} was asked for {asked}, and answered rows of {dates.min()} to {dates.max()} only: "
            f"compare the question of checks.{mapping.check_name} with its column {mapping.check.period!r}."
        )
    what = "the query answered no rows" if mapping.check.query else "the source answered no rows"
    remedy = (
        f"is the table empty, or does the question of checks.{mapping.check_name} ask for too much?"
        if first
        else f"{news.known} before, which stand. Look at the source, or at the question of checks.{mapping.check_name}."
    )
    raise SourceUnavailable(f"{what} for {asked} ({source}): {remedy}")


def _spoken(window: Window) -> str:
    hours = window.cadence.unit in (Unit.HOUR, Unit.MINUTE)
    return " to before ".join(f"{t:%Y-%m-%d %H:%M}" if hours else f"{t:%Y-%m-%d}" for t in (window.since, window.until))


def _fresh(connection: "DuckDBPyConnection", scan: Scan, news: News) -> Iterator[list[str]]:
    """The rows of the answer that are kept."""
    seen = scan.columns.index(kept.SEEN)
    cursor = connection.execute(f"SELECT {', '.join(scan.sql.values())} FROM {scan.table}")
    start = 0
    while batch := cursor.fetchmany(_BATCH):
        for i in np.flatnonzero(news.fresh[start : start + len(batch)]).tolist():
            row = [cell or "" for cell in batch[i]]
            if news.untimed[start + i]:
                row[seen] = ""
            yield row
        start += len(batch)


def _gone(
    connection: "DuckDBPyConnection",
    old: Sequence[Scan],
    mapping: Mapping,
    rows: Indices,
    columns: Sequence[str],
    at: datetime,
) -> Iterator[list[str]]:
    """A row for each key that is gone: its name, and nothing else. rows: of all old files together."""
    named = [column for column in columns if column in mapping.keys and column != mapping.check.value_column]
    start = 0
    for scan in old:
        own = rows[(rows >= start) & (rows < start + scan.rows)] - start
        start += scan.rows
        if not len(own):
            continue
        cells = ", ".join(scan.sql[column] for column in named)
        query = f"SELECT {cells} FROM {scan.table} WHERE rowid IN (SELECT unnest(?::BIGINT[])) ORDER BY rowid"
        for found in connection.execute(query, [own.tolist()]).fetchall():
            row = dict(zip(named, found, strict=True)) | {kept.SEEN: kept.stamp(at), kept.GONE: "1"}
            yield [row.get(column) or "" for column in columns]


def _notices(rows: Rows, answer: Sightings) -> list[tuple[str, str]]:
    """What the source said against its answer, and rows that no period can claim."""
    lost = sum(problem.count for problem in answer.problems)
    told: list[tuple[str, str]] = [(notice.kind, notice.detail) for notice in rows.notices]
    if lost:
        told.append(("partial", f"{lost} {'rows' if lost > 1 else 'row'} left out; first {answer.problems[0]}"))
    return told
