"""A table just as it is, without a configuration: every column as text and as numbers, for the analysts' commands."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from daemon.errors import SourceRejected, SourceUnavailable
from daemon.sources.expressions import is_empty, text, value
from daemon.sources.opening import Format, format_of, open_text
from daemon.sources.scan import scan
from detectors.panel import Bools, Floats


@dataclass(frozen=True, kw_only=True)
class PlainColumn:
    """One column's cells. numbers: NaN where a cell is empty or no number; is_empty: cells that say nothing."""

    text: NDArray[np.str_]
    numbers: Floats
    is_empty: Bools

    @property
    def is_numeric(self) -> bool:
        """Whether every cell that says something is a number."""
        return not self.is_empty.all() and bool((np.isfinite(self.numbers) | self.is_empty).all())


@dataclass(frozen=True, kw_only=True)
class PlainTable:
    """The columns in order. place: file and line of a row; Parquet has no lines."""

    name: str
    columns: dict[str, PlainColumn]
    place: Callable[[int], tuple[str, int | None]]


def read_plain(path: Path, figures: frozenset[str] = frozenset()) -> PlainTable:
    """Read a CSV (also .gz), Parquet or JSON lines file. figures: columns of numbers.

    Raises:
        SourceUnavailable: it cannot be opened.
        SourceRejected: it is no table, has no rows, or a row does not fit its header.
    """
    import duckdb

    kind = format_of(path)
    if kind is None:
        raise SourceRejected(
            f"{path.name} is no table by its name: give a .csv, .csv.gz, .tsv, .parquet or .jsonl file."
        )
    if not path.is_file():
        raise SourceUnavailable(f"{path} does not exist.")
    columns: tuple[str, ...] = ()
    delimiter = ""
    if kind is Format.CSV:
        head = open_text(path)
        columns, delimiter = head.columns, head.delimiter
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET threads = 2; SET preserve_insertion_order = true")
        found = scan(connection, "plain", kind, [path], columns, delimiter, figures)
        if found.problems:
            problem = found.problems[0]
            raise SourceRejected(f"{problem.file} line {problem.line}: {problem.message}. Mend it: {problem.sample!r}")
        if not found.rows:
            raise SourceRejected(f"{path.name} has a header but no rows.")
        cells = {}
        for name, sql in found.sql.items():
            number = value(sql, found.types[name])
            query = f"SELECT {text(sql)} AS t, {number} AS v, {is_empty(sql)} AS e FROM plain"
            row = connection.execute(query).fetchnumpy()
            cells[name] = PlainColumn(
                text=np.asarray(row["t"], dtype=np.str_),
                numbers=np.asarray(np.ma.filled(row["v"], np.nan), dtype=np.float64),
                is_empty=np.asarray(row["e"], dtype=bool),
            )
    return PlainTable(name=path.name, columns=cells, place=found.place)
