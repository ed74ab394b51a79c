"""The long table that every source delivers: typed arrays, with what was wrong in single rows beside it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detectors.panel import Bools, Floats, Instants

Codes = NDArray[np.int32]
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """Something wrong in rows of a table: the first place, and how often. `column` None: the whole row.

    kpi: whose cells count as unknown. loses_row: no period can claim the row, it is missing from its totals.
    leaves_out: the rows are of something that nobody configured: somebody should decide.
    """

    file: str
    line: int | None
    column: str | None
    sample: str
    message: str
    count: int = 1
    kpi: str | None = None
    loses_row: bool = False
    leaves_out: bool = False

    def __str__(self) -> str:
        place = self.file + (f" line {self.line}" if self.line is not None else "")
        more = f" ({self.count} such rows)" if self.count > 1 else ""
        return f"{place}: {self.message}{more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a source said against an answer that was read at `at`; it holds until the next answer."""

    at: datetime
    notices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One row for each (period, channel, dimension values) and time of observation.

    period: [rows] datetime64[s], the wall clock in the check's zone.
    observed: [rows] datetime64[s] in UTC, the instant at which the row was seen; NaT: not known, it counts as seen when
        its period ended and teaches nothing of delays; None: the source does not say.
    gone: [rows] that say that nothing is left of their key; None: none. notices: what the source said of its answers.
    channel: [rows] index into `channels`, whose entry None is the whole business.
    dimensions: [rows x dimensions] index into `dimension_values` of that dimension.
    values: [rows x kpis]; NaN = empty.
    damaged: [n x 2] (row, kpi) of cells that held something unusable; their value is NaN too.
    identity: [rows] equal where two source rows were equal in every column, known to us or not.
    detail: [rows] tells rows apart that share their key, by columns that nobody asked for; None: the key is enough. It
        matters where `observed` does: a later row replaces only the one that it is about.
    row_problems: what was wrong in single rows. unknown_columns: columns that no one asked for.
    """

    period: Instants
    observed: Instants | None
    channel: Codes
    channels: tuple[str | None, ...]
    dimensions: Codes
    dimension_names: tuple[str, ...]
    dimension_values: tuple[tuple[str, ...], ...]
    kpis: tuple[str, ...]
    values: Floats
    damaged: NDArray[np.int64]
    identity: Hashes
    detail: Hashes | None = None
    row_problems: tuple[RowProblem, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    gone: Bools | None = None
    notices: tuple[Said, ...] = ()

    def __len__(self) -> int:
        return len(self.period)

    def without_rows(self) -> Self:
        """What it says of itself, without its rows: they fill the memory."""
        return replace(
            self,
            period=self.period[:0].copy(),
            observed=None if self.observed is None else self.observed[:0].copy(),
            channel=self.channel[:0].copy(),
            dimensions=self.dimensions[:0].copy(),
            values=self.values[:0].copy(),
            damaged=self.damaged[:0].copy(),
            identity=self.identity[:0].copy(),
            detail=None,
            gone=None,
        )
