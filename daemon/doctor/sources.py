"""The source of each check: can it be reached, does it have the columns, how far does its data go, is anything odd?"""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from config.settings import Settings
from config.sources import FilesSource
from daemon.doctor.line import Line, fail, ok, warn
from daemon.errors import SourceRejected, SourceUnavailable
from daemon.periods import following, next_due
from daemon.sources.personal import Kind, suspicion, suspicions
from daemon.sources.pulled import Cell
from daemon.sources.table import Table
from daemon.sources.timeline import zone_of
from detectors.cadence import Cadence

# Databases and APIs are asked for so few periods, and so many rows of the answer are read.
_PERIODS, _ROWS = 3, 2_000
_MOST_TOLD = 3
# Data that has been due for longer than this is told.
_LATE_AFTER = timedelta(hours=24)


def look(settings: Settings, name: str, folder: Path, now: datetime) -> Iterator[Line]:
    """The source of one check: a small part of what a database or API has, all of what is in files."""
    what, check = f"check {name}", settings.checks[name]
    try:
        if isinstance(settings.sources[check.source], FilesSource):
            yield from _files(what, settings, name, folder, now)
        else:
            yield from _asked(what, settings, name, folder, now)
    except (SourceUnavailable, SourceRejected) as error:
        yield fail(what, str(error), "")  # both say what to do


def _files(what: str, settings: Settings, name: str, folder: Path, now: datetime) -> Iterator[Line]:
    from daemon.sources import files

    table = files.read(name, settings, folder, now)
    zone = zone_of(settings.checks[name], settings)
    newest = _newest(table, zone)
    channels = sum(channel is not None for channel in table.channels)
    yield ok(
        what,
        f"{len(table):,} rows, {_count(channels, 'channel') if channels else 'the whole business'}, KPIs {', '.join(table.kpis)}; newest {_said(newest)} ({zone})",
    )
    yield from _late(what, settings, name, newest, now)
    for dimension, values in zip(table.dimension_names, table.dimension_values, strict=True):
        yield from _personal(what, dimension, suspicion(dimension, values, distinct=len(values), rows=len(table)))
    if repeated := _repeated(table):
        yield warn(what, f"{repeated:,} rows stand there twice", "They count once; look at how the table is written.")
    yield from _unreadable(what, table)


def _asked(what: str, settings: Settings, name: str, folder: Path, now: datetime) -> Iterator[Line]:
    from daemon.sources import answers, columns, pulling, windows

    check, mapping = settings.checks[name], columns.mapping_of(name, settings)
    zone = zone_of(check, settings)
    window = windows.window_of(check.model_copy(update={"history_periods": _PERIODS}), zone, None, now)
    answer = pulling.ask(name, settings, folder, window)
    rows = _first(answer.rows)
    if not rows:
        columns.require(mapping, f"the answer of source {check.source!r}", answer.columns)
        seen = f"0 rows of the last {_PERIODS} periods, {len(answer.columns)} columns"
        yield warn(what, seen, f"Nothing since {window.since:%Y-%m-%d}: is the query right, and the data on time?")
        return
    table = answers.table_of(replace(answer, rows=rows), name, settings, now)
    newest = _newest(table, zone)
    seen = f"{_count(len(rows), 'row')} of the last {_PERIODS} periods, {len(answer.columns)} columns"
    yield ok(what, f"{seen}; newest {_said(newest)} ({zone})")
    keys = [column for column in mapping.keys if column not in (check.value_column, check.observed_at)]
    own = Counter(tuple(row[answer.columns.index(column)] for column in keys) for row in rows)
    if check.observed_at is None and (twice := sum(count - 1 for count in own.values())):
        yield warn(what, f"{twice:,} rows repeat a period, channel and dimensions", "They are added up; is that meant?")
    dimensions = {column: answer.columns.index(column) for _, column in mapping.dimensions}
    sampled = {c: [None if row[at] is None else str(row[at]) for row in rows] for c, at in dimensions.items()}
    for found in suspicions(sampled):
        yield from _personal(what, found.column, found.kind)
    for notice in answer.notices[:_MOST_TOLD]:
        yield warn(what, notice.detail, "The source says so itself.")
    yield from _unreadable(what, table)


def _unreadable(what: str, table: Table) -> Iterator[Line]:
    """Rows and cells that nothing can be made of."""
    for problem in table.row_problems[:_MOST_TOLD]:
        yield warn(what, str(problem), "What cannot be read is unknown, never zero.")
    if (more := len(table.row_problems) - _MOST_TOLD) > 0:
        yield warn(what, f"{more} more kinds of rows that cannot be read", "What is unknown is not judged.")


def _first(rows: Iterable[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """The first rows; what comes after them is not asked for."""
    found = iter(rows)
    try:
        return list(islice(found, _ROWS))
    finally:
        if isinstance(found, Generator):
            found.close()


def _late(what: str, settings: Settings, name: str, newest: datetime, now: datetime) -> Iterator[Line]:
    """Whether data ends earlier than it should, or lies ahead of the clock."""
    check = settings.checks[name]
    zone = zone_of(check, settings)
    if newest.astimezone(UTC) > now + timedelta(days=1):
        yield warn(what, f"its newest period, {_said(newest)}, lies in the future", "Is this machine's clock right?")
        return
    end = following(newest.astimezone(UTC), Cadence.parse(check.cadence), zone)
    if next_due(end, check, zone) + _LATE_AFTER <= now:
        yield warn(what, f"its data ends with {_said(newest)}", "Newer periods are due: is the export still running?")


def _personal(what: str, dimension: str, kind: Kind | None) -> Iterator[Line]:
    """A dimension that looks like people: its values would stand in alerts. They are not repeated here."""
    if kind is not None:
        yield warn(what, f"the dimension {dimension} looks like {kind}", "Remove it, or use groups instead of people.")


def _repeated(table: Table) -> int:
    """Rows that are equal to another in every column."""
    return 0 if table.observed is not None else len(table) - len(np.unique(table.identity))


def _newest(table: Table, zone: ZoneInfo) -> datetime:
    """The start of the newest period, on the check's clock."""
    newest: datetime = table.period.max().astype("datetime64[s]").astype(datetime)
    return newest.replace(tzinfo=zone)


def _said(period: datetime) -> str:
    return f"{period:%Y-%m-%d %H:%M}" if period.hour or period.minute else f"{period:%Y-%m-%d}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
