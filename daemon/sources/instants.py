"""Dates and times of a group of files, on the wall clock of its check."""

from datetime import datetime

import numpy as np

from daemon.errors import SourceRejected
from daemon.sources import expressions, timeline, words
from daemon.sources.cells import Cells
from daemon.sources.versions import Indices
from detectors.panel import Bools, Instants

# When so large a part of the dates cannot be read, it is the format that is wrong and not a few rows.
_MOST = 0.5


def times(cells: Cells, column: str, pattern: str | None, key: str) -> tuple[Instants, Bools]:
    """The wall clock of each row, and which rows have one."""
    sql, kind = cells.scan.sql[column], cells.scan.types[column]
    local = cells.fetch(expressions.wall_seconds(sql, kind, pattern)).astype(np.int64)
    instant = cells.fetch(expressions.instant_seconds(sql, kind, pattern)).astype(np.int64)
    has_offset = instant != expressions.NO_TIME
    if has_offset.any():
        moved = timeline.to_local(instant[has_offset].astype("datetime64[s]"), cells.zone)
        local = local.copy()
        local[has_offset] = moved.astype(np.int64)
    known = local != expressions.NO_TIME
    if not known.all():
        _tell_undated(cells, column, pattern, key, np.flatnonzero(~known))
    return np.where(known, local, 0).astype("datetime64[s]"), known


def _tell_undated(cells: Cells, column: str, pattern: str | None, key: str, rows: Indices) -> None:
    samples = cells.fetch(expressions.text(cells.scan.sql[column]))
    blank = cells.blank_rows() if key == "period" else np.zeros(cells.scan.rows, bool)
    rows = rows[~blank[rows]]
    if not len(rows):
        return
    if len(rows) > _MOST * (cells.scan.rows - blank.sum()):
        file, line = cells.scan.place(int(rows[0]))
        raise SourceRejected(
            _wrong_format(cells, file, line, column, pattern, key, [str(samples[r]) for r in rows[:200]])
        )
    cells.note(rows, column, [words.date_trouble(str(samples[r])) for r in rows], [str(samples[r]) for r in rows])


def _wrong_format(
    cells: Cells, file: str, line: int | None, column: str, pattern: str | None, key: str, samples: list[str]
) -> str:
    place = file if line is None else f"{file} line {line}"
    said = f"{place}: column {column!r} holds {samples[0]!r}, "
    if key != "period":
        return f"{said}which is no instant. Write it like 2024-05-31T08:00:00+01:00, or change checks.{cells.mapping.check_name}.{key}."
    fits = next((p for p in words.PATTERNS if all(_matches(s, p) for s in samples if s)), None)
    remedy = (
        f'Set checks.{cells.mapping.check_name}.period_format: "{fits}"'
        if fits
        else f"Set checks.{cells.mapping.check_name}.period_format"
    )
    return f"{said}which is not {f'of the format {pattern!r}' if pattern else 'an ISO date'}. {remedy}."


def _matches(sample: str, pattern: str) -> bool:
    try:
        datetime.strptime(sample, pattern)  # noqa: DTZ007 (only asks whether it fits)
    except ValueError:
        return False
    return True
