"""Rows out of an API's answer: JSON by paths, or CSV by its header. What is no such answer is refused, never guessed at."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NoReturn

from config.sources import answer_paths
from config.sources.answer_paths import Found, KeyOf, Query
from config.sources.request import Request
from daemon.sources.columns import nearest
from daemon.sources.pulled import Cell

# Characters of an answer that are shown when it is not what was expected.
_SHOWN = 60
# How APIs write "no number": Prometheus, spreadsheets' exports.
_NO_NUMBERS = ("NaN", "null")

Row = tuple[Cell, ...]


class WrongAnswer(Exception):
    """An answer is not what the check expects; the message says what it is, and what to do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One part: its rows, how many items they come from, and, of JSON, the whole document."""

    rows: Sequence[Row]
    items: int
    document: Any = None


def of_json(body: bytes, request: Request, columns: Sequence[str], optional: frozenset[str] = frozenset()) -> Answer:
    """The rows of a JSON answer. optional: columns that may lead to nothing in every row.

    Raises:
        WrongAnswer: it is no JSON, says that it failed, or lacks what the check reads.
    """
    document = _document(body)
    if request.success is not None:
        _succeeded(document, request.success)
    rows_at = answer_paths.parse(request.rows)
    matches = _find(rows_at, document)
    if not matches and not _is_empty(document, rows_at):
        raise WrongAnswer(f"the answer has nothing at rows: {request.rows}. It holds {_outline(document)}")
    if not rows_at.many and len(matches) == 1 and isinstance(matches[0].value, list):
        raise WrongAnswer(f"rows: {request.rows} is a list: write {request.rows}[*] for its items")
    fields = {c: answer_paths.parse_field(request.fields[c]) for c in columns} if request.fields else None
    stars = _stars(rows_at)
    rows: list[Row] = []
    for match in matches:
        keys = tuple(match.parts[i] for i in stars)
        if fields is None:
            rows.append(_plain_row(match.value, columns))
        else:
            rows += _row(match.value, document, fields, keys)
    if rows:
        wanted = {i: c for i, c in enumerate(columns) if c not in optional}
        _all_found(wanted, rows, request, matches[0].value, [match.value for match in matches])
    zero = [column in request.absent_is_zero for column in columns]
    if any(zero):
        rows = [tuple(0 if c is None and z else c for c, z in zip(row, zero, strict=True)) for row in rows]
    return Answer(rows, len(matches), document)


def of_csv(body: bytes, columns: Sequence[str], optional: frozenset[str] = frozenset()) -> Answer:
    """The rows of a CSV answer, by its header. optional: columns that may be missing.

    Raises:
        WrongAnswer: it is no such table, or lacks a column.
    """
    text = _text(body, "CSV")
    try:
        lines = [
            line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if any(c.strip() for c in line)
        ]
    except csv.Error as error:
        raise WrongAnswer(f"the answer is no CSV: {error}") from None
    if not lines:
        raise WrongAnswer("the answer is empty: not even a header came")
    header = [name.strip() for name in lines[0]]
    for column in columns:
        if header.count(column) != 1 and not (column in optional and column not in header):
            _no_column(column, header)
    places = [header.index(column) if column in header else len(header) for column in columns]
    rows: list[Row] = []
    for number, line in enumerate(lines[1:], start=2):
        if len(line) > len(header):
            raise WrongAnswer(f"row {number} of the answer has {len(line)} cells, its header {len(header)}")
        rows.append(tuple(line[i].strip() or None if i < len(line) else None for i in places))
    return Answer(rows, len(rows))


def _text(body: bytes, noun: str) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongAnswer(f"the answer is no {noun} in UTF-8: ask the source for UTF-8") from None
    if text.lstrip()[:1] == "<":
        raise WrongAnswer(
            f"it answers with a web page instead of {noun}, often a login page: check the url, and whether the key, or "
            "the sheet's sharing by link, lets us read"
        )
    return text


def _document(body: bytes) -> Any:
    text = _text(body, "JSON")
    if not text.strip():
        raise WrongAnswer("the answer is empty")
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise WrongAnswer(f"the answer is no JSON{where}: it begins {text.strip()[:_SHOWN]!r}") from None


def _succeeded(document: Any, success: str) -> None:
    condition = answer_paths.parse_condition(success)
    found = [match.value for match in _find(condition.query, document)]
    value = found[0] if found else None
    if (
        value == condition.value and isinstance(value, bool) == isinstance(condition.value, bool)
    ) is not condition.equal:
        raise WrongAnswer(f"it says that it failed ({success} does not hold)")


def _find(query: Query, value: Any) -> list[Found]:
    try:
        return answer_paths.find(query, value)
    except ValueError as error:
        raise WrongAnswer(f"the path {query.path} does not fit the answer: {error}") from None


def _is_empty(document: Any, rows: Query) -> bool:
    """Whether the place that holds the rows is there, with nothing in it or nothing that passes a filter."""
    path = rows.path
    for length in range(len(path.segments) - 1, -1, -1):
        found = [match.value for match in _find(answer_paths.start_of(rows, length), document)]
        if found:
            filtered = any(type(s).__name__ == "Filter" for s in getattr(path.segments[length], "selectors", ()))
            return all(isinstance(value, list | dict) and (filtered or not value) for value in found)
    return False


def _stars(query: Query) -> tuple[int, ...]:
    """The parts of a match that a [*] stood for; a path that searches at any depth has none."""
    return tuple(
        i
        for i, segment in enumerate(query.path.segments)
        if type(segment).__name__ == "JSONPathChildSegment"
        and any(type(s).__name__ == "WildcardSelector" for s in segment.selectors)
    )


def _plain_row(item: Any, columns: Sequence[str]) -> Row:
    if not isinstance(item, dict):
        raise WrongAnswer(f"a row is {_outline(item)}, not an object: say under fields where its columns are")
    return tuple(_cell(item.get(column), column) for column in columns)


def _row(item: Any, document: Any, fields: Mapping[str, Query | KeyOf], keys: Sequence[str | int]) -> Iterator[Row]:
    """The rows of one item: one, or as many as its lists have; lists go together, single values are repeated."""
    single: dict[str, Cell] = {}
    lists: dict[str, list[Cell]] = {}
    for column, field in fields.items():
        if isinstance(field, KeyOf):
            if field.star >= len(keys):
                raise WrongAnswer(f"fields: {column}: rows has no [*] number {field.star + 1}")
            single[column] = keys[field.star]
            continue
        found = [m.value for m in _find(field, document if field.absolute else item)]
        if field.many:
            lists[column] = [_cell(value, column) for value in found]
        else:
            single[column] = _cell(found[0], column) if found else None
    lengths = {column: len(values) for column, values in lists.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{column} {length}" for column, length in lengths.items())
        raise WrongAnswer(f"the lists of fields are not equally long: {told}")
    count = next(iter(lengths.values()), 1)
    return zip(*(lists.get(c, repeat(single.get(c), count)) for c in fields), strict=True)


def _cell(value: Any, column: str) -> Cell:
    if isinstance(value, dict | list):
        raise WrongAnswer(f"fields: {column} leads to {_outline(value)}, not to one value: write a longer path")
    if value in _NO_NUMBERS:
        return None
    cell: Cell = value
    return cell


def _all_found(
    wanted: Mapping[int, str], rows: Sequence[Row], request: Request, first: Any, items: Sequence[Any]
) -> None:
    for i, column in wanted.items():
        if any(row[i] is not None for row in rows) or _may_be_absent(column, request, items):
            continue
        if not request.fields:
            _no_column(column, [str(key) for key in first])
        path = request.fields[column]
        raise WrongAnswer(f"fields: {column}: {path} leads to nothing in any row. A row is {_outline(first)}")


def _may_be_absent(column: str, request: Request, items: Sequence[Any]) -> bool:
    """Whether no row needs to have a column: zeros are left out, and the place where it would be is there."""
    if column not in request.absent_is_zero or column not in request.fields:
        return False
    field = answer_paths.parse_field(request.fields[column])
    if isinstance(field, KeyOf) or field.absolute:
        return False
    start = answer_paths.start_of(field, 1)
    return len(field.path.segments) > 1 and any(_find(start, item) for item in items)


def _no_column(column: str, present: Sequence[str]) -> NoReturn:
    if present.count(column) > 1:
        raise WrongAnswer(f"the answer has several columns {column!r}: rename all but one")
    near = nearest(column, present)
    hint = f" Nearest: {near!r}." if near else ""
    there = ", ".join(present[:12]) + (", ..." if len(present) > 12 else "")
    raise WrongAnswer(f"the answer has no column {column!r}.{hint} It has: {there}")


def _outline(value: Any) -> str:
    """What kind of thing a value is, with the names that it holds but none of its values."""
    match value:
        case dict():
            names = ", ".join(str(key) for key in list(value)[:8])
            return f"an object with {names or 'nothing in it'}" + (", ..." if len(value) > 8 else "")
        case list():
            return f"a list of {len(value)}"
        case None:
            return "null"
        case bool() | int() | float():
            return "a number" if not isinstance(value, bool) else "true or false"
        case _:
            return "a text"
