"""Loads files with the same columns into one DuckDB table, as text where they are text."""

import csv
import gzip
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from daemon.errors import SourceRejected
from daemon.sources import words
from daemon.sources.opening import Format
from daemon.sources.table import RowProblem
from daemon.sources.versions import Indices

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FILE = "channelwatch_file"
# The line of a file's first row of data; CSV has a header.
_FIRST_LINE = {Format.CSV: 2, Format.JSON_LINES: 1, Format.PARQUET: None}


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A loaded table. `columns`: as configured; `sql`: each column's name in DuckDB; `types`: DuckDB's type of each.

    mended: from this row on stand rows whose cells did not fit the header: their names as far as they fit, no figures.
    origin: what people call the table when it is no file. starts: [files] first row of each file; refused: per file the line numbers of rows that do not fit the header.
    """

    table: str
    paths: tuple[Path, ...]
    columns: tuple[str, ...]
    sql: dict[str, str]
    types: dict[str, str]
    rows: int
    starts: Indices
    refused: tuple[tuple[int, ...], ...]
    problems: tuple[RowProblem, ...]
    first_line: int | None
    mended: int
    origin: str | None = None

    def place(self, row: int) -> tuple[str, int | None]:
        """File and line of a row; Parquet has no lines."""
        if self.origin is not None:
            return self.origin, None
        f = int(np.searchsorted(self.starts, row, side="right")) - 1
        if self.first_line is None:
            return self.paths[f].name, None
        line = row - int(self.starts[f]) + self.first_line
        for refused in self.refused[f]:
            line += refused <= line
        return self.paths[f].name, line

    @property
    def name(self) -> str:
        """The table as people know it: its first file."""
        return self.paths[0].name if self.origin is None else self.origin


def scan(
    connection: "DuckDBPyConnection",
    table: str,
    kind: Format,
    paths: list[Path],
    columns: tuple[str, ...],
    delimiter: str,
    figures: frozenset[str],
    origin: str | None = None,
) -> Scan:
    """Load a group of files. figures: columns that hold KPIs. origin: what people call them when they are no files.

    Raises:
        SourceRejected: DuckDB cannot read them.
    """
    import duckdb

    names = [str(p) for p in paths]
    try:
        match kind:
            case Format.CSV:
                reader = (
                    "read_csv(?, all_varchar = true, header = true, delim = ?, quote = '\"', escape = '\"', strict_mode = true, "
                    f"filename = '{_FILE}', store_rejects = true, max_line_size = 4000000, auto_detect = false, columns = ?)"
                )
                arguments: list[object] = [names, delimiter, {f"c{i}": "VARCHAR" for i in range(len(columns))}]
            case Format.PARQUET:
                reader, arguments = f"read_parquet(?, filename = '{_FILE}')", [names]
            case Format.JSON_LINES:
                reader, arguments = (
                    f"read_json(?, format = 'newline_delimited', filename = '{_FILE}', ignore_errors = false, sample_size = -1)",
                    [names],
                )
        connection.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM {reader}", arguments)
    except duckdb.Error as error:
        raise SourceRejected(_refusal(kind, paths, str(error))) from None
    described = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall()
    own = [(c, t) for c, t in described if c != _FILE]
    given = columns if kind is Format.CSV else tuple(c for c, _ in own)
    counts = dict(connection.execute(f"SELECT {_FILE}, count(*) FROM {table} GROUP BY ALL").fetchall())
    sizes = np.array([counts.get(str(p), 0) for p in paths])
    problems: tuple[RowProblem, ...] = ()
    refused: tuple[tuple[int, ...], ...] = tuple(() for _ in paths)
    loaded = int(sizes.sum())
    if kind is Format.CSV:
        problems, refused, rows = _refusals(connection, paths, delimiter)
        _mend(connection, table, columns, rows, figures)
        sizes[-1] += len(rows)
    return Scan(
        table=table,
        mended=loaded,
        paths=tuple(paths),
        columns=given,
        rows=int(sizes.sum()),
        starts=np.cumsum(sizes) - sizes,
        refused=refused,
        sql={name: _quoted(c) for name, (c, _) in zip(given, own, strict=True)},
        types={name: t for name, (_, t) in zip(given, own, strict=True)},
        problems=problems,
        first_line=_FIRST_LINE[kind],
        origin=origin,
    )


def _refusals(
    connection: "DuckDBPyConnection", paths: list[Path], delimiter: str
) -> tuple[tuple[RowProblem, ...], tuple[tuple[int, ...], ...], list[list[str]]]:
    """Lines that DuckDB could not split into the header's columns: what to say, their numbers by file, their cells."""
    found = connection.execute(
        "SELECT s.file_path, e.line, e.error_type, e.csv_line FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id) "
        "ORDER BY s.file_path, e.line"
    ).fetchall()
    connection.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    lines = {str(p): sorted({int(line) for path, line, _, _ in found if path == str(p)}) for p in paths}
    first: dict[tuple[str, str], tuple[int, str]] = {}
    count: Counter[tuple[str, str]] = Counter()
    for path, line, kind, text in found:
        first.setdefault((path, kind), (int(line), text or ""))
        count[path, kind] += 1
    said = {
        "MISSING COLUMNS": "the row has fewer cells than the header; its figures count as unknown",
        "TOO MANY COLUMNS": "the row has more cells than the header (an unquoted comma, or a local decimal?); its figures count as unknown",
        "INVALID ENCODING": "the row is not UTF-8; its figures count as unknown. Save the file as CSV UTF-8",
        "UNQUOTED VALUE": "a quote is not closed; the row's figures count as unknown",
    }
    problems = tuple(
        RowProblem(
            file=Path(path).name,
            line=line,
            column=None,
            sample=text[:80],
            count=count[path, kind],
            message=said.get(kind, f"the row cannot be read ({kind.lower()}); its figures count as unknown"),
        )
        for (path, kind), (line, text) in first.items()
    )
    texts = list({(path, line): text or "" for path, line, _, text in found}.values())
    cells = [next(csv.reader([text.replace("\n", " ")], delimiter=delimiter), []) for text in texts]
    return problems, tuple(tuple(lines[str(p)]) for p in paths), cells


def _mend(
    connection: "DuckDBPyConnection",
    table: str,
    columns: tuple[str, ...],
    rows: list[list[str]],
    figures: frozenset[str],
) -> None:
    """Keep rows that do not fit the header as rows without figures: what is not known must not look like nothing."""
    mended = [
        [words.UNREADABLE if name in figures else (row[i] if i < len(row) else "") for i, name in enumerate(columns)]
        for row in rows
    ]
    if mended:
        connection.executemany(
            f"INSERT INTO {table} VALUES ({', '.join('?' * (len(columns) + 1))})", [[*row, ""] for row in mended]
        )


def _refusal(kind: Format, paths: list[Path], message: str) -> str:
    """What to say when DuckDB cannot read a file at all."""
    path = next((p for p in paths if str(p) in message), paths[0])
    match kind:
        case Format.PARQUET:
            return f"{path.name} is no Parquet file, or was copied only in part. Export it again."
        case Format.JSON_LINES:
            line = _first_bad_json(path)
            return f"{path.name}{f' line {line}' if line else ''} is not JSON: each line must hold one object. Export it again."
        case Format.CSV:
            reason = message.strip().splitlines()[0].split(": ", 1)[-1].rstrip(". ")
            return f"{path.name} cannot be read as CSV: {reason}. Export it again."


def _first_bad_json(path: Path) -> int | None:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip() and not isinstance(json.loads(line), dict):
                    return number
    except (OSError, EOFError):
        return None
    except ValueError:
        return number
    return None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
