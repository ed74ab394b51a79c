"""For analysts: where a table's change sits, and when a series changed; no configuration, no state."""

import csv
import gzip
import io
import json
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daemon.errors import SourceRejected, SourceUnavailable
from daemon.sources.columns import nearest
from daemon.sources.opening import Format, format_of
from daemon.sources.plain import PlainColumn, PlainTable, read_plain
from detectors.panel import Floats
from detectors.segments.localise import Localise, Segment
from detectors.series.change_points import change_points

# A column of integers with at most so many values, each on several rows, is a code: a store, an hour, a campaign id.
_MOST_CODES = 60
_EMPTY = ("", "-", "--", "na", "n/a", "#n/a", "null", "none", "nan")
_DATE_NAMES = frozenset(
    {"date", "day", "week", "month", "quarter", "year", "time", "timestamp", "period", "ds", "index", "t", "row"}
)


def localise_table(path: Path, actual: str, expected: str) -> dict[str, Any]:
    """Name the segments that carry the change from `expected` to `actual`, best first; empty: everything moved alike.

    Raises:
        SourceUnavailable: the table cannot be opened.
        SourceRejected: it is no table, lacks a column, or a cell of one of the two is no number.
    """
    table = read_plain(path, frozenset((actual, expected)))
    values, wanted = (_numbers(table, name) for name in (actual, expected))
    others = {name: column for name, column in table.columns.items() if name not in (actual, expected)}
    dimensions = {name: _labels(column) for name, column in others.items() if _is_dimension(column, rows_each=2)}
    if not dimensions:  # one row for each store: its number is all there is
        dimensions = {name: _labels(column) for name, column in others.items() if _is_dimension(column, rows_each=1)}
    if not dimensions:
        raise SourceRejected(
            f"{table.name} has no dimension: besides {actual!r} and {expected!r} it needs a column of names, "
            "such as channel or device."
        )
    if not (np.isfinite(values) & np.isfinite(wanted)).any():
        raise SourceRejected(f"{table.name}: no row has both {actual!r} and {expected!r}.")
    found = Localise().segments(dimensions, values, wanted)
    return {"where": [{"segment": _segment(segment), "share": round(segment.share, 4)} for segment in found]}


def changepoints_of(path: Path) -> dict[str, Any]:
    """Find the first index of each new segment of a column of numbers, or of JSON {"values": [...]}; from 0.

    Raises:
        SourceUnavailable: the file cannot be opened.
        SourceRejected: it holds no numbers, or a cell is no number.
    """
    if not path.is_file():
        raise SourceUnavailable(f"{path} does not exist.")
    if format_of(path) in (Format.PARQUET, Format.JSON_LINES):
        table = read_plain(path)
        rows = [list(row) for row in zip(*(column.text for column in table.columns.values()), strict=True)]
        return {"change_points": list(change_points(_series(table.name, list(table.columns), rows, 1)))}
    text = _text(path)
    if not text.strip():
        raise SourceRejected(f'{path.name} is empty: give a column of numbers, or JSON {{"values": [...]}}.')
    values = _json_values(path.name, text) if text.lstrip()[0] in "{[" else _text_values(path.name, text)
    return {"change_points": list(change_points(values))}


def _segment(segment: Segment) -> dict[str, str | list[str]]:
    return {name: values[0] if len(values) == 1 else list(values) for name, values in segment.conditions}


def _numbers(table: PlainTable, name: str) -> Floats:
    """A column's numbers; an empty cell is unknown, anything else that is no number is refused."""
    column = table.columns.get(name)
    if column is None:
        near = nearest(name, list(table.columns))
        hint = f" Nearest: {near!r}." if near else ""
        raise SourceRejected(f"{table.name} has no column {name!r}.{hint} It has: {', '.join(table.columns)}.")
    wrong = np.flatnonzero(~np.isfinite(column.numbers) & ~column.is_empty)
    if len(wrong):
        file, line = table.place(int(wrong[0]))
        where = f"{file} line {line}" if line else f"{file} row {int(wrong[0]) + 1}"
        raise SourceRejected(_not_a_number(where, name, str(column.text[wrong[0]]), len(wrong)))
    return column.numbers


def _is_dimension(column: PlainColumn, *, rows_each: int) -> bool:
    """Whether a column holds names, or few integer codes with so many rows each."""
    if not column.is_numeric:
        return not column.is_empty.all()
    numbers = column.numbers[~column.is_empty]
    most = min(_MOST_CODES, max(2, len(numbers) // rows_each))
    return bool((numbers == np.round(numbers)).all()) and len(np.unique(numbers)) <= most


def _labels(column: PlainColumn) -> NDArray[np.str_]:
    return np.where(column.is_empty, "(none)", column.text)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceRejected(f"{path.name} is not text in UTF-8: save it as CSV UTF-8.") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise SourceRejected(
            f"{path.name} cannot be unpacked: the gzip file is damaged or was copied only in part."
        ) from None
    except OSError as error:
        raise SourceUnavailable(f"{path} cannot be read: {error.strerror or error}.") from None


def _json_values(name: str, text: str) -> Floats:
    try:
        held = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceRejected(f"{name} line {error.lineno} is not JSON: {error.msg}.") from None
    cells = held.get("values") if isinstance(held, dict) else held
    if not isinstance(cells, list):
        raise SourceRejected(
            f'{name} has no list of numbers: write {{"values": [1.0, 2.5, null, ...]}}, or the list alone.'
        )
    for number, cell in enumerate(cells):
        if cell is not None and (isinstance(cell, bool) or not isinstance(cell, int | float)):
            raise SourceRejected(
                f"{name}: value {number} is {json.dumps(cell)[:40]}, not a number; write null where it is unknown."
            )
    return _known(name, np.array([np.nan if cell is None else float(cell) for cell in cells], dtype=np.float64))


def _text_values(name: str, text: str) -> Floats:
    """The numbers of a table of text, with or without a header."""
    first = next(line for line in text.splitlines() if line.strip())
    delimiter = max(",;\t|", key=first.count)
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    while rows and not any(rows[-1]):
        rows.pop()
    has_header = not any(_number(cell) is not None for cell in rows[0]) and any(rows[0])
    header = rows[0] if has_header else [f"column {k + 1}" for k in range(len(rows[0]))]
    return _series(name, header, rows[has_header:], 1 + has_header)


def _series(name: str, header: list[str], rows: list[list[str]], first_line: int) -> Floats:
    """The only column, or the first of numbers that are not dates."""
    if not rows:
        raise SourceRejected(f"{name} has a header but no rows.")
    columns = [[row[k] if k < len(row) else "" for row in rows] for k in range(len(header))]
    candidates = [k for k, cells in enumerate(columns) if any(_number(cell) is not None for cell in cells)]
    several = [k for k in candidates if not _is_time(header[k], columns[k])] or candidates
    whole = [
        k for k in several if all(_number(cell) is not None or cell.lower() in _EMPTY for cell in columns[k])
    ] or several
    if not whole:
        raise SourceRejected(f"{name} has no column of numbers.")
    cells = columns[whole[0]]
    wrong = [k for k, cell in enumerate(cells) if _number(cell) is None and cell.lower() not in _EMPTY]
    if wrong:
        where = f"{name} line {wrong[0] + first_line}"
        raise SourceRejected(_not_a_number(where, header[whole[0]], cells[wrong[0]], len(wrong)))
    return _known(
        name, np.array([np.nan if (number := _number(cell)) is None else number for cell in cells], dtype=np.float64)
    )


def _is_time(name: str, cells: list[str]) -> bool:
    """Whether a column of numbers counts time: by its name, or as years, months or days that only go up."""
    numbers = [number for cell in cells if (number := _number(cell)) is not None]
    rises = all(a < b for a, b in pairwise(numbers)) and all(n == round(n) for n in numbers)
    dated = all(1500 <= n <= 2200 or 150001 <= n <= 220012 or 15000101 <= n <= 22001231 for n in numbers)
    return rises and len(numbers) > 1 and (dated or name.strip().lower() in _DATE_NAMES)


def _known(name: str, values: Floats) -> Floats:
    if not np.isfinite(values).any():
        raise SourceRejected(f"{name} holds no number.")
    return values


def _number(cell: str) -> float | None:
    """A finite number, or None."""
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _not_a_number(where: str, column: str, cell: str, count: int) -> str:
    more = f" (and {count - 1} more such cells)" if count > 1 else ""
    return f"{where}: {column!r} is {cell[:40]!r}, not a number{more}. Correct or empty the cell."
