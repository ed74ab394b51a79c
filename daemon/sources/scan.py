"""Loads files with the same columns into one DuckDB table, as text where they are text."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from daemon.errors import SourceRejected
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

    starts: [files] first row of each file; refused: per file the line numbers of rows that do not fit the header.
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

    def place(self, row: int) -> tuple[str, int | None]:
        """File and line of a row; Parquet has no lines."""
        f = int(np.searchsorted(self.starts, row, side="right")) - 1
        if self.first_line is None:
            return self.paths[f].name, None
        line = row - int(self.starts[f]) + self.first_line
        for refused in self.refused[f]:
            line += refused <= line
        return self.paths[f].name, line


def scan(connection: "DuckDBPyConnection", table: str, kind: Format, paths: list[Path], columns: tuple[str, ...],
         delimiter: str) -> Scan:
    """Load a group of files.

    Raises:
        SourceRejected: DuckDB cannot read them.
    """
    import duckdb

    names = [str(p) for p in paths]
    try:
        match kind:
            case Format.CSV:
                reader = ("read_csv(?, all_varchar = true, header = true, delim = ?, quote = '\"', escape = '\"', strict_mode = true, "
                          f"filename = '{_FILE}', store_rejects = true, max_line_size = 4000000, auto_detect = false, columns = ?)")
                arguments: list[object] = [names, delimiter, {f"c{i}": "VARCHAR" for i in range(len(columns))}]
            case Format.PARQUET:
                reader, arguments = f"read_parquet(?, filename = '{_FILE}')", [names]
            case Format.JSON_LINES:
                reader, arguments = f"read_json(?, format = 'newline_delimited', filename = '{_FILE}', ignore_errors = false, sample_size = -1)", [names]
        connection.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM {reader}", arguments)
    except duckdb.Error as error:
        raise SourceRejected(f"{_which(paths, str(error))} cannot be read as {kind}: {_first_sentence(str(error))}") from None
    described = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall()
    own = [(c, t) for c, t in described if c != _FILE]
    given = columns if kind is Format.CSV else tuple(c for c, _ in own)
    problems, refused = _refusals(connection, paths) if kind is Format.CSV else ((), tuple(() for _ in paths))
    counts = dict(connection.execute(f"SELECT {_FILE}, count(*) FROM {table} GROUP BY ALL").fetchall())
    sizes = np.array([counts.get(str(p), 0) for p in paths])
    return Scan(table=table, paths=tuple(paths), columns=given, rows=int(sizes.sum()), starts=np.cumsum(sizes) - sizes, refused=refused,
                sql={name: _quoted(c) for name, (c, _) in zip(given, own, strict=True)},
                types={name: t for name, (_, t) in zip(given, own, strict=True)}, problems=problems,
                first_line=_FIRST_LINE[kind])


def _refusals(connection: "DuckDBPyConnection", paths: list[Path]) -> tuple[tuple[RowProblem, ...], tuple[tuple[int, ...], ...]]:
    """Lines that DuckDB could not split into the header's columns."""
    found = connection.execute(
        "SELECT s.file_path, e.line, e.error_type, e.csv_line FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id) "
        "ORDER BY s.file_path, e.line").fetchall()
    connection.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    lines = {str(p): sorted({int(line) for path, line, _, _ in found if path == str(p)}) for p in paths}
    first: dict[tuple[str, str], tuple[int, str]] = {}
    count: Counter[tuple[str, str]] = Counter()
    for path, line, kind, text in found:
        first.setdefault((path, kind), (int(line), text or ""))
        count[path, kind] += 1
    words = {"MISSING COLUMNS": "the row has fewer cells than the header; it is left out",
             "TOO MANY COLUMNS": "the row has more cells than the header (an unquoted comma, or a local decimal?); it is left out",
             "INVALID ENCODING": "the row is not UTF-8; it is left out. Save the file as CSV UTF-8",
             "UNQUOTED VALUE": "a quote is not closed; the row is left out"}
    problems = tuple(RowProblem(file=Path(path).name, line=line, column=None, sample=text[:80], count=count[path, kind],
                                message=words.get(kind, f"the row cannot be read ({kind.lower()}); it is left out"))
                     for (path, kind), (line, text) in first.items())
    return problems, tuple(tuple(lines[str(p)]) for p in paths)


def _which(paths: list[Path], message: str) -> str:
    return next((p.name for p in paths if str(p) in message), paths[0].name)


def _first_sentence(message: str) -> str:
    line = message.strip().splitlines()[0]
    return line.split(": ", 1)[-1].rstrip(".") + ". Export it again."


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
