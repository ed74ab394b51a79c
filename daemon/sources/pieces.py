"""The rows of one group of files: who, when and how much, in arrays."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.settings import Settings
from daemon.errors import SourceRejected
from daemon.sources import kept, timeline, words
from daemon.sources.cells import NO_NAME, Cells
from daemon.sources.columns import Mapping, Measured, nearest
from daemon.sources.instants import times
from daemon.sources.reshape import Wide, pivoted
from daemon.sources.scan import Scan
from daemon.sources.table import RowProblem
from daemon.sources.versions import Indices
from detectors.panel import Bools, KpiType

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, kw_only=True)
class Piece:
    """The rows of one group of files that can be placed in time."""

    wide: Wide
    problems: tuple[RowProblem, ...]
    unknown_columns: tuple[str, ...]

    @staticmethod
    def read(
        connection: "DuckDBPyConnection",
        scan: Scan,
        mapping: Mapping,
        held: tuple[str, ...],
        settings: Settings,
        zone: ZoneInfo,
    ) -> "Piece":
        """Read dates, numbers and names of a group; note what cannot be read. held: KPI columns that some file has."""
        return _piece(Cells(connection, scan, mapping, settings, zone), held)


def _piece(cells: Cells, held: tuple[str, ...]) -> Piece:
    check = cells.mapping.check
    period, dated = times(cells, check.period, check.period_format, "period")
    observed, usable, gone = None, dated, np.zeros(cells.scan.rows, bool)
    if cells.mapping.origin is not None:
        observed, gone = kept.seen(cells), kept.gone(cells)
    elif check.observed_at is not None:
        instants, seen = times(cells, check.observed_at, None, "observed_at")
        observed, usable = timeline.to_utc(instants, cells.zone), dated & seen
    channel, channels = _channels(cells, usable)
    usable = usable & (channel >= 0)
    dimensions = [cells.codes(column) for _, column in cells.mapping.dimensions]
    identity = cells.fetch(f"hash({', '.join(cells.scan.sql.values())})").astype(np.uint64, copy=False)
    wide = Wide(
        period=period,
        observed=observed,
        gone=gone,
        channel=channel,
        channels=channels,
        identity=identity,
        detail=_detail(cells, held),
        dimensions=tuple(c for c, _ in dimensions),
        labels=tuple(v for _, v in dimensions),
        measured=(),
        values=np.zeros((cells.scan.rows, 0)),
        damaged=np.zeros((cells.scan.rows, 0), bool),
    )
    wide = _long(cells, wide, usable) if cells.mapping.is_long else _wide(cells, wide, held, usable)
    used = {*cells.mapping.keys, *held, kept.SEEN, kept.GONE}
    return Piece(
        wide=wide,
        problems=tuple(cells.problems),
        unknown_columns=tuple(c for c in cells.scan.columns if c not in used),
    )


def _detail(cells: Cells, held: tuple[str, ...]) -> NDArray[np.uint64]:
    """A number for what columns say that nobody asked for: identifiers and names, no figures."""
    used = {*cells.mapping.keys, *held}
    if cells.mapping.check.observed_at is None:  # answers that are kept have a key whose rows come and go together
        return np.zeros(cells.scan.rows, np.uint64)
    names = [
        c
        for c in cells.scan.columns
        if c not in used and (c.lower() == "id" or c.lower().endswith("_id") or cells.is_text(c))
    ]
    if not names:
        return np.zeros(cells.scan.rows, np.uint64)
    return cells.fetch(f"hash({', '.join(cells.scan.sql[c] for c in names)})").astype(np.uint64)


def _channels(cells: Cells, usable: Bools) -> tuple[Indices, tuple[str | None, ...]]:
    """Each row's channel as an index; -1: a channel that nobody configured, or that columns name themselves."""
    check = cells.mapping.check
    if check.channel_column is None:
        return np.zeros(cells.scan.rows, np.int64), (check.channel,)
    codes, labels = cells.codes(check.channel_column)
    known = np.array([not cells.settings.channels or label in cells.settings.channels for label in labels], dtype=bool)
    if len(labels) and not known.any():
        near = nearest(labels[0], list(cells.settings.channels))
        raise SourceRejected(
            f"{cells.scan.name}: none of the channels in column {check.channel_column!r} is configured, for example {labels[0]!r}"
            f"{f' (nearest: {near!r})' if near else ''}. Add them under channels, by exactly these names."
        )
    strange = np.flatnonzero(~known[codes] & usable) if len(codes) else codes
    names = [labels[int(codes[r])] for r in strange]
    for name in dict.fromkeys(names):
        own = strange[[n == name for n in names]]
        is_total = words.is_total(name)
        said = (
            f"{name!r} is a totals row; it is left out: remove it from the file"
            if is_total
            else "rows without a channel are left out: fill in the column, or filter them"
            if name == NO_NAME
            else f"channel {name!r} is not configured; its rows are left out: add it under channels"
        )
        cells.note(own, check.channel_column, [said] * len(own), [name] * len(own), leaves_out=not is_total)
    return np.where(known[codes], codes, -1) if len(codes) else codes, labels


def _wide(cells: Cells, rows: Wide, held: tuple[str, ...], usable: Bools) -> Wide:
    """KPIs in columns."""
    measured = tuple(m for m in cells.mapping.measured if m.column in held)
    values = np.full((cells.scan.rows, len(measured)), np.nan)
    damaged = np.zeros(values.shape, bool)
    for k, m in enumerate(measured):
        if m.column in cells.scan.columns:
            values[:, k], damaged[:, k] = cells.numbers(m.column, usable)
            if m.divide_by != 1:
                values[:, k] /= m.divide_by
            _forbid_negative(cells, values, damaged, k, m, usable)
    return rows.chosen(usable, measured, values, damaged)


def _long(cells: Cells, rows: Wide, usable: Bools) -> Wide:
    """KPIs in rows: one column names them, one holds their values."""
    check = cells.mapping.check
    kpi_column, value_column = check.kpi_column or "", check.value_column or ""
    codes, labels = cells.codes(kpi_column)
    values, damaged = cells.numbers(value_column, usable)
    of = {m.column: k for k, m in enumerate(cells.mapping.measured)}
    column = np.array([of.get(label, -1) for label in labels], dtype=np.int64)[codes] if len(codes) else codes
    column = np.where(rows.gone, 0, column)  # of a key that is gone no KPI is left: any of them tells
    strange = np.flatnonzero((column < 0) & usable)
    names = [labels[int(codes[r])] for r in strange]
    for name in dict.fromkeys(names):
        own = strange[[n == name for n in names]]
        cells.note(
            own,
            kpi_column,
            [f"KPI {name!r} is not configured; its rows are left out"] * len(own),
            [name] * len(own),
        )
    if len(codes) and not (column >= 0).any():
        raise SourceRejected(
            f"{cells.scan.name}: none of the KPIs in column {kpi_column!r} is configured, for example {labels[0]!r}. "
            f"Name them under checks.{cells.mapping.check_name}.columns."
        )
    usable = usable & (column >= 0)
    wide, problems = pivoted(rows, usable, column, values, damaged, cells.mapping.measured), cells.problems
    for k, m in enumerate(cells.mapping.measured):
        if cells.settings.kpis[m.kpi].type is KpiType.COUNT and (wide.values[:, k] < 0).any():
            bad = wide.values[:, k] < 0
            problems.append(
                RowProblem(
                    file=cells.scan.name,
                    line=None,
                    column=m.column,
                    sample=str(wide.values[bad, k][0]),
                    kpi=m.kpi,
                    message=f"{m.column} holds {wide.values[bad, k][0]:g}; a count cannot be negative",
                    count=int(bad.sum()),
                )
            )
            wide.values[bad, k], wide.damaged[bad, k] = np.nan, True
    return wide


def _forbid_negative(
    cells: Cells, values: NDArray[np.float64], damaged: Bools, k: int, m: Measured, usable: Bools
) -> None:
    """A count below zero is a fault of the table."""
    if cells.settings.kpis[m.kpi].type is not KpiType.COUNT:
        return
    below = values[:, k] < 0
    rows = np.flatnonzero(below & usable)
    samples = [f"{v:g}" for v in values[rows, k]]
    cells.note(
        rows,
        m.column,
        [f"column {m.column!r} holds {s}; a count cannot be negative, the cell counts as unknown" for s in samples],
        ["" for _ in samples],
        m.kpi,
    )
    values[below, k], damaged[below, k] = np.nan, True
