"""The cells of one loaded group of files: fetched as numbers, names or words, with a note of what cannot be read."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.settings import Settings
from daemon.errors import SourceRejected
from daemon.sources import expressions, words
from daemon.sources.columns import Mapping
from daemon.sources.scan import Scan
from daemon.sources.table import RowProblem
from daemon.sources.versions import Indices
from detectors.panel import Bools

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


# What an empty name is called.
NO_NAME = "(none)"


class Cells:
    """One group's cells; `problems` grows as they are read."""

    def __init__(
        self, connection: "DuckDBPyConnection", scan: Scan, mapping: Mapping, settings: Settings, zone: ZoneInfo
    ) -> None:
        self.connection, self.scan, self.mapping, self.settings, self.zone = connection, scan, mapping, settings, zone
        self.problems = list(scan.problems)
        self.instants = (mapping.check.period, mapping.check.observed_at)

    def fetch(self, expression: str) -> NDArray[np.generic]:
        """One value for each row, in order (the connection preserves the order of insertion)."""
        result = self.connection.execute(f"SELECT {expression} AS x FROM {self.scan.table}").fetchnumpy()["x"]
        return np.ma.getdata(result)

    def blank_rows(self) -> Bools:
        """Rows without anything in them, as spreadsheets leave at their end."""
        empty = " AND ".join(expressions.is_empty(c) for c in self.scan.sql.values())
        return self.fetch(empty).astype(bool)

    def is_text(self, column: str) -> bool:
        """Whether a column holds names rather than figures."""
        sql = self.scan.sql[column]
        figures = f"count(*) FILTER (NOT isnan({expressions.value(sql, self.scan.types[column])}))"
        row = self.connection.execute(f"SELECT {figures} FROM {self.scan.table}").fetchone()
        return row is not None and row[0] == 0

    def codes(self, column: str) -> tuple[Indices, tuple[str, ...]]:
        """A column of names as numbers into the distinct names; no name is "(none)"."""
        words_of = expressions.text(self.scan.sql[column])
        labels = [
            str(r[0])
            for r in self.connection.execute(
                f"SELECT DISTINCT {words_of} AS x FROM {self.scan.table} ORDER BY x"
            ).fetchall()
        ]
        kind = f"names_{self.scan.table}_{self.scan.columns.index(column)}"
        if labels:
            self.connection.execute(
                f"CREATE TYPE {kind} AS ENUM (SELECT DISTINCT {words_of} AS x FROM {self.scan.table} ORDER BY x)"
            )
            codes = self.fetch(f"CAST(enum_code(CAST({words_of} AS {kind})) AS INTEGER)").astype(np.int64)
            self.connection.execute(f"DROP TYPE {kind}")
        else:
            codes = np.zeros(0, np.int64)
        return codes, tuple(label or NO_NAME for label in labels)

    def numbers(self, column: str, usable: Bools) -> tuple[NDArray[np.float64], Bools]:
        """A column's numbers, and which cells hold something else. Nothing else becomes a number."""
        sql, kind = self.scan.sql[column], self.scan.types[column]
        values = self.fetch(expressions.value(sql, kind)).astype(np.float64)
        missing = np.isnan(values)
        if not missing.any():
            return values, missing
        damaged = missing & ~self.fetch(expressions.is_empty(sql)).astype(bool)
        rows = np.flatnonzero(damaged & usable)
        if len(rows):
            samples = self.fetch(expressions.text(sql))[rows]
            rows, samples = rows[samples != words.UNREADABLE], samples[samples != words.UNREADABLE]
        if len(rows):
            if missing[usable].all():
                file, line = self.scan.place(int(rows[0]))
                place = file if line is None else f"{file} line {line}"
                raise SourceRejected(
                    f"{place}: column {column!r} holds no numbers at all: it {words.number_trouble(str(samples[0]))}."
                )
            kpi = next((m.kpi for m in self.mapping.measured if m.column == column), None)
            self.note(
                rows,
                column,
                [f"column {column!r} {words.number_trouble(str(s))}; the cell counts as unknown" for s in samples],
                [str(s) for s in samples],
                kpi,
            )
        return values, damaged

    def note(
        self,
        rows: Indices,
        column: str | None,
        messages: list[str],
        samples: list[str],
        kpi: str | None = None,
        *,
        leaves_out: bool = False,
    ) -> None:
        """Tell problems of rows: one for each file and kind of sentence, with the first place."""
        told: dict[tuple[str, str], list[int]] = {}
        for i, row in enumerate(rows.tolist()):
            if row >= self.scan.mended:  # told already, as a line that does not fit the header
                continue
            file, _ = self.scan.place(row)
            told.setdefault((file, words.kind_of(messages[i])), []).append(i)
        for (file, _), members in told.items():
            first = members[0]
            self.problems.append(
                RowProblem(
                    file=file,
                    line=self.scan.place(int(rows[first]))[1],
                    column=column,
                    sample=samples[first][:80],
                    message=messages[first],
                    count=len(members),
                    kpi=kpi,
                    loses_row=column in self.instants,
                    leaves_out=leaves_out,
                )
            )
