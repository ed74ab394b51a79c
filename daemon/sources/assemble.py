"""From a loaded group of files to typed arrays, and from these to one Table."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.settings import Settings
from daemon.errors import SourceRejected
from daemon.sources import expressions, timeline, words
from daemon.sources.columns import Mapping, Measured, nearest
from daemon.sources.reshape import Wide, needs_detail, pivoted, with_channels
from daemon.sources.scan import Scan
from daemon.sources.table import RowProblem, Table
from daemon.sources.timeline import zone_of
from daemon.sources.versions import Indices
from detectors.panel import Bools, Instants, KpiType

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# When so large a part of the dates cannot be read, it is the format that is wrong and not a few rows.
_MOST = 0.5


@dataclass(frozen=True, kw_only=True)
class Piece:
    """The rows of one group of files that can be placed in time."""

    wide: Wide
    problems: tuple[RowProblem, ...]
    unknown_columns: tuple[str, ...]

    @staticmethod
    def read(connection: "DuckDBPyConnection", scan: Scan, mapping: Mapping, held: tuple[str, ...], settings: Settings,
             zone: ZoneInfo) -> "Piece":
        """Read dates, numbers and names of a group; note what cannot be read."""
        reader = _Reader(connection, scan, mapping, settings, zone)
        return reader.piece(held)


class _Reader:
    """Holds what every step of reading one group needs."""

    def __init__(self, connection: "DuckDBPyConnection", scan: Scan, mapping: Mapping, settings: Settings, zone: ZoneInfo) -> None:
        self.connection, self.scan, self.mapping, self.settings, self.zone = connection, scan, mapping, settings, zone
        self.problems = list(scan.problems)
        self.instants = (mapping.check.period, mapping.check.observed_at)

    def piece(self, held: tuple[str, ...]) -> Piece:
        check = self.mapping.check
        period, dated = self.times(check.period, check.period_format, "period")
        observed, usable = None, dated
        if check.observed_at is not None:
            instants, seen = self.times(check.observed_at, None, "observed_at")
            observed, usable = timeline.to_utc(instants, self.zone), dated & seen
        channel, channels = self.channels(usable)
        usable = usable & (channel >= 0)
        dimensions = [self.codes(column) for _, column in self.mapping.dimensions]
        identity = self.fetch(f"hash({', '.join(self.scan.sql.values())})").astype(np.uint64)
        wide = Wide(period=period, observed=observed, channel=channel, channels=channels, identity=identity, detail=self.detail(held),
                    dimensions=tuple(c for c, _ in dimensions), labels=tuple(v for _, v in dimensions),
                    measured=(), values=np.zeros((self.scan.rows, 0)), damaged=np.zeros((self.scan.rows, 0), bool))
        wide = self.long(wide, usable) if self.mapping.is_long else self.wide(wide, held, usable)
        used = {*self.mapping.keys, *held}
        return Piece(wide=wide, problems=tuple(self.problems),
                     unknown_columns=tuple(c for c in self.scan.columns if c not in used))

    def detail(self, held: tuple[str, ...]) -> NDArray[np.uint64]:
        """A number for what columns say that nobody asked for: identifiers and names, no figures."""
        used = {*self.mapping.keys, *held}
        if self.mapping.check.observed_at is None:
            return np.zeros(self.scan.rows, np.uint64)
        names = [c for c in self.scan.columns if c not in used and (c.lower() == "id" or c.lower().endswith("_id") or self.is_text(c))]
        if not names:
            return np.zeros(self.scan.rows, np.uint64)
        return self.fetch(f"hash({', '.join(self.scan.sql[c] for c in names)})").astype(np.uint64)

    def is_text(self, column: str) -> bool:
        """Whether a column holds names rather than figures."""
        sql = self.scan.sql[column]
        figures = f"count(*) FILTER (NOT isnan({expressions.value(sql, self.scan.types[column])}))"
        row = self.connection.execute(f"SELECT {figures} FROM {self.scan.table}").fetchone()
        return row is not None and row[0] == 0

    def fetch(self, expression: str) -> NDArray[np.generic]:
        """One value for each row, in order."""
        result = self.connection.execute(f"SELECT {expression} AS x FROM {self.scan.table} ORDER BY rowid").fetchnumpy()["x"]
        return np.ma.getdata(result)

    def times(self, column: str, pattern: str | None, key: str) -> tuple[Instants, Bools]:
        """The wall clock of each row, and which rows have one."""
        sql, kind = self.scan.sql[column], self.scan.types[column]
        local = self.fetch(expressions.wall_seconds(sql, kind, pattern)).astype(np.int64)
        instant = self.fetch(expressions.instant_seconds(sql, kind, pattern)).astype(np.int64)
        has_offset = instant != expressions.NO_TIME
        if has_offset.any():
            moved = timeline.to_local(instant[has_offset].astype("datetime64[s]"), self.zone)
            local = local.copy()
            local[has_offset] = moved.astype(np.int64)
        known = local != expressions.NO_TIME
        if not known.all():
            self.undated(column, pattern, key, np.flatnonzero(~known))
        return np.where(known, local, 0).astype("datetime64[s]"), known

    def undated(self, column: str, pattern: str | None, key: str, rows: Indices) -> None:
        samples = self.fetch(expressions.text(self.scan.sql[column]))
        blank = self.blank_rows() if key == "period" else np.zeros(self.scan.rows, bool)
        rows = rows[~blank[rows]]
        if not len(rows):
            return
        if len(rows) > _MOST * (self.scan.rows - blank.sum()):
            file, line = self.scan.place(int(rows[0]))
            raise SourceRejected(self.wrong_format(file, line, column, pattern, key, [str(samples[r]) for r in rows[:200]]))
        self.note(rows, column, [words.date_trouble(str(samples[r])) for r in rows], [str(samples[r]) for r in rows])

    def wrong_format(self, file: str, line: int | None, column: str, pattern: str | None, key: str, samples: list[str]) -> str:
        place = file if line is None else f"{file} line {line}"
        said = f"{place}: column {column!r} holds {samples[0]!r}, "
        if key != "period":
            return f"{said}which is no instant. Write it like 2024-05-31T08:00:00+01:00, or change checks.{self.mapping.check_name}.{key}."
        fits = next((p for p in words.PATTERNS if all(_matches(s, p) for s in samples if s)), None)
        remedy = f'Set checks.{self.mapping.check_name}.period_format: "{fits}"' if fits else f"Set checks.{self.mapping.check_name}.period_format"
        return f"{said}which is not {f'of the format {pattern!r}' if pattern else 'an ISO date'}. {remedy}."

    def blank_rows(self) -> Bools:
        """Rows without anything in them, as spreadsheets leave at their end."""
        empty = " AND ".join(expressions.is_empty(c) for c in self.scan.sql.values())
        return self.fetch(empty).astype(bool)

    def note(self, rows: Indices, column: str | None, messages: list[str], samples: list[str], kpi: str | None = None) -> None:
        """Tell problems of rows: one for each file and kind of sentence, with the first place."""
        told: dict[tuple[str, str], list[int]] = {}
        for i, row in enumerate(rows.tolist()):
            if row >= self.scan.mended:  # told already, as a line that does not fit the header
                continue
            file, _ = self.scan.place(row)
            told.setdefault((file, words.kind_of(messages[i])), []).append(i)
        for (file, _), members in told.items():
            first = members[0]
            self.problems.append(RowProblem(file=file, line=self.scan.place(int(rows[first]))[1], column=column, sample=samples[first][:80],
                                            message=messages[first], count=len(members), kpi=kpi, loses_row=column in self.instants))

    def codes(self, column: str) -> tuple[Indices, tuple[str, ...]]:
        """A column of names as numbers into the distinct names; no name is "(none)"."""
        words_of = expressions.text(self.scan.sql[column])
        labels = [str(r[0]) for r in self.connection.execute(f"SELECT DISTINCT {words_of} AS x FROM {self.scan.table} ORDER BY x").fetchall()]
        kind = f"names_{self.scan.table}_{self.scan.columns.index(column)}"
        if labels:
            self.connection.execute(f"CREATE TYPE {kind} AS ENUM (SELECT DISTINCT {words_of} AS x FROM {self.scan.table} ORDER BY x)")
            codes = self.fetch(f"CAST(enum_code(CAST({words_of} AS {kind})) AS INTEGER)").astype(np.int64)
            self.connection.execute(f"DROP TYPE {kind}")
        else:
            codes = np.zeros(0, np.int64)
        return codes, tuple(label or "(none)" for label in labels)

    def channels(self, usable: Bools) -> tuple[Indices, tuple[str | None, ...]]:
        """Each row's channel as an index; -1: a channel that nobody configured, or that columns name themselves."""
        check = self.mapping.check
        if check.channel_column is None:
            return np.zeros(self.scan.rows, np.int64), (check.channel,)
        codes, labels = self.codes(check.channel_column)
        known = np.array([not self.settings.channels or label in self.settings.channels for label in labels], dtype=bool)
        if len(labels) and not known.any():
            near = nearest(labels[0], list(self.settings.channels))
            raise SourceRejected(
                f"{self.scan.paths[0].name}: none of the channels in column {check.channel_column!r} is configured, for example {labels[0]!r}"
                f"{f' (nearest: {near!r})' if near else ''}. Add them under channels, by exactly these names.")
        strange = np.flatnonzero(~known[codes] & usable) if len(codes) else codes
        names = [labels[int(codes[r])] for r in strange]
        for name in dict.fromkeys(names):
            own = strange[[n == name for n in names]]
            said = (f"{name!r} is a totals row; it is left out: remove it from the file" if words.is_total(name)
                    else f"channel {name!r} is not configured; its rows are left out: add it under channels")
            self.note(own, check.channel_column, [said] * len(own), [name] * len(own))
        return np.where(known[codes], codes, -1) if len(codes) else codes, labels

    def wide(self, rows: Wide, held: tuple[str, ...], usable: Bools) -> Wide:
        """KPIs in columns."""
        measured = tuple(m for m in self.mapping.measured if m.column in held)
        values = np.full((self.scan.rows, len(measured)), np.nan)
        damaged = np.zeros(values.shape, bool)
        for k, m in enumerate(measured):
            if m.column in self.scan.columns:
                values[:, k], damaged[:, k] = self.numbers(m.column, usable)
                values[:, k] /= m.divide_by
                self.negative(values, damaged, k, m, usable)
        return rows.chosen(usable, measured, values, damaged)

    def long(self, rows: Wide, usable: Bools) -> Wide:
        """KPIs in rows: one column names them, one holds their values."""
        check = self.mapping.check
        kpi_column, value_column = check.kpi_column or "", check.value_column or ""
        codes, labels = self.codes(kpi_column)
        values, damaged = self.numbers(value_column, usable)
        of = {m.column: k for k, m in enumerate(self.mapping.measured)}
        column = np.array([of.get(label, -1) for label in labels], dtype=np.int64)[codes] if len(codes) else codes
        strange = np.flatnonzero((column < 0) & usable)
        names = [labels[int(codes[r])] for r in strange]
        for name in dict.fromkeys(names):
            own = strange[[n == name for n in names]]
            self.note(own, kpi_column, [f"KPI {name!r} is not configured; its rows are left out"] * len(own), [name] * len(own))
        if len(codes) and not (column >= 0).any():
            raise SourceRejected(f"{self.scan.paths[0].name}: none of the KPIs in column {kpi_column!r} is configured, for example {labels[0]!r}. "
                                 f"Name them under checks.{self.mapping.check_name}.columns.")
        usable = usable & (column >= 0)
        wide, problems = pivoted(rows, usable, column, values, damaged, self.mapping.measured), self.problems
        for k, m in enumerate(self.mapping.measured):
            if self.settings.kpis[m.kpi].type is KpiType.COUNT and (wide.values[:, k] < 0).any():
                bad = wide.values[:, k] < 0
                problems.append(RowProblem(file=self.scan.paths[0].name, line=None, column=m.column, sample=str(wide.values[bad, k][0]), kpi=m.kpi,
                                           message=f"{m.column} holds {wide.values[bad, k][0]:g}; a count cannot be negative", count=int(bad.sum())))
                wide.values[bad, k], wide.damaged[bad, k] = np.nan, True
        return wide

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
                raise SourceRejected(f"{place}: column {column!r} holds no numbers at all: it {words.number_trouble(str(samples[0]))}.")
            kpi = next((m.kpi for m in self.mapping.measured if m.column == column), None)
            self.note(rows, column, [f"column {column!r} {words.number_trouble(str(s))}; the cell counts as unknown" for s in samples],
                      [str(s) for s in samples], kpi)
        return values, damaged

    def negative(self, values: NDArray[np.float64], damaged: Bools, k: int, m: Measured, usable: Bools) -> None:
        """A count below zero is a fault of the table."""
        if self.settings.kpis[m.kpi].type is not KpiType.COUNT:
            return
        below = values[:, k] < 0
        rows = np.flatnonzero(below & usable)
        samples = [f"{v:g}" for v in values[rows, k]]
        self.note(rows, m.column, [f"column {m.column!r} holds {s}; a count cannot be negative, the cell counts as unknown" for s in samples],
                  ["" for _ in samples], m.kpi)
        values[below, k], damaged[below, k] = np.nan, True


def _matches(sample: str, pattern: str) -> bool:
    try:
        datetime.strptime(sample, pattern)  # noqa: DTZ007 (only asks whether it fits)
    except ValueError:
        return False
    return True


def assemble(pieces: list[Piece], mapping: Mapping, settings: Settings, problems: list[RowProblem],
             until: datetime | None) -> Table:
    """Join the groups to one table."""
    table = with_channels([p.wide for p in pieces], mapping)
    told = [*problems, *(p for piece in pieces for p in piece.problems)]
    if not len(table.period):
        first = f" First: {told[0]}." if told else ""
        raise SourceRejected(f"checks.{mapping.check_name}: its files have a header and no usable rows.{first}")
    if until is not None:
        ahead = table.period > timeline.wall(until, zone_of(mapping.check, settings))
        if ahead.any():
            latest = str(table.period[ahead].max().astype("datetime64[D]"))
            told.append(RowProblem(file=mapping.check_name, line=None, column=mapping.check.period, sample=latest, count=int(ahead.sum()),
                                   message=f"rows lie in the future, up to {latest}; they are not looked at before their time"))
    unknown = dict.fromkeys(c for piece in pieces for c in piece.unknown_columns)
    return Table(
        period=table.period, observed=table.observed, channel=table.channel, channels=table.channels, dimensions=table.dimensions,
        dimension_names=tuple(sorted(d for d, _ in mapping.dimensions)), dimension_values=table.labels, kpis=table.kpis, values=table.values,
        damaged=np.argwhere(table.damaged), identity=table.identity,
        detail=table.detail if needs_detail(table) else None, row_problems=tuple(told), unknown_columns=tuple(unknown))
