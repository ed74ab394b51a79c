"""Which rows hold at an instant: of one key, all rows with its latest `observed_at` not after it.

Vocabulary here: a leaf is one channel with one value of every dimension; a cell is one leaf in one period; a version is
what was seen of a cell at one observation (more than one row where the source repeats itself).
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from daemon.sources.table import Codes, Table
from detectors.panel import Bools, Floats, Instants

Indices = NDArray[np.signedinteger[Any]]
# Numbers of rows, versions and cells: of millions of rows they are most of what is held.
_Short = np.int32
# A table of cells this many times as large as the rows in them is worth its room: it sorts without comparing.
_MOST_EMPTY = 4


@dataclass(frozen=True, kw_only=True)
class Leaves:
    """The distinct (channel, dimension values, detail) of a table, ordered by channel. Arrays are [leaves] and [leaves x dimensions]."""

    channel: Codes
    dimensions: Codes

    def __len__(self) -> int:
        return len(self.channel)


def leaves_of(table: Table) -> tuple[Leaves, Indices]:
    """The leaves, and each row's leaf."""
    columns: list[Indices] = [table.channel, *table.dimensions.T]
    if table.detail is not None:
        columns.append(np.unique(table.detail, return_inverse=True)[1])
    code = np.zeros(len(table), np.int64)
    for column in columns:  # mixed radix, made dense at each step so that it cannot overflow
        radix = int(column.max(initial=0)) + 1
        code = _dense(code * radix + column, (int(code.max(initial=0)) + 1) * radix)
    first = np.zeros(int(code.max(initial=-1)) + 1, np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]  # of several assignments the last one stays: the first row
    return Leaves(channel=table.channel[first], dimensions=table.dimensions[first]), code


def _dense(code: Indices, size: int) -> NDArray[np.int64]:
    """The same order without holes. size: above every code."""
    if size > _MOST_EMPTY * len(code):
        return np.unique(code, return_inverse=True)[1]
    used = np.zeros(size, bool)
    used[code] = True
    return (np.cumsum(used) - 1)[code]


def when_seen(table: Table, ended: Instants) -> tuple[Indices, Bools]:
    """[rows] UTC seconds at which each was seen, and those of which that is known. ended: [rows] the end of their period."""
    if table.observed is None:
        return ended.astype(np.int64), np.zeros(len(table), bool)
    timed = ~np.isnat(table.observed)
    return np.where(timed, table.observed, ended).astype(np.int64), timed


@dataclass(frozen=True, kw_only=True)
class Versions:
    """Rows sorted by (cell, time seen), and the versions they form.

    cell, seen (UTC seconds), start, rows, repeats, gone: [versions]; of a version that is `gone` no row is left; `repeats` counts rows that equal an earlier one of the
    version in every column. previous: the version before of the same cell, -1 for the first.
    cell_leaf, cell_period: [cells], ordered by period; the cells of period p are period_cells[p] .. period_cells[p + 1].
    values, damaged: the sorted rows' figures.
    """

    cell: Indices
    seen: Indices
    start: Indices
    rows: Indices
    repeats: Indices
    gone: Bools
    previous: Indices
    by_seen: Indices
    cell_leaf: Indices
    cell_period: Indices
    period_cells: Indices
    values: Floats
    damaged: Bools | None

    @classmethod
    def sort(
        cls, table: Table, leaf: Indices, period: Indices, seen: Indices, leaf_count: int, period_count: int
    ) -> Self:
        """Order a table's rows. leaf, period, seen: [rows]."""
        key = period * leaf_count + leaf
        order = _order(key, seen, leaf_count * period_count)
        key = key[order]
        new_cell = np.r_[True, key[1:] != key[:-1]] if len(key) else np.zeros(0, bool)
        new_version = new_cell | np.r_[True, np.diff(seen[order]) != 0] if len(key) else new_cell
        start = np.flatnonzero(new_version).astype(_Short)
        cells = key[new_cell]
        cell = (np.cumsum(new_cell, dtype=_Short) - 1)[start]
        damaged = None
        if len(table.damaged):
            damaged = np.zeros(table.values.shape, bool)
            damaged[table.damaged[:, 0], table.damaged[:, 1]] = True
            damaged = damaged[order]
        values = table.values[order]
        rows = np.diff(start, append=_Short(len(key)))
        return cls(
            cell=cell,
            seen=seen[order][start],
            start=start,
            rows=rows,
            repeats=_repeats(table.identity, order, start, rows),
            gone=np.zeros(len(start), bool) if table.gone is None else table.gone[order][start],
            previous=np.where(
                np.r_[False, np.diff(cell) == 0] if len(cell) else np.zeros(0, bool),
                np.arange(len(cell), dtype=_Short) - 1,
                _Short(-1),
            ),
            by_seen=_in_time(seen[order][start]),
            cell_leaf=(cells % max(leaf_count, 1)).astype(_Short),
            cell_period=(cells // max(leaf_count, 1)).astype(_Short),
            period_cells=np.searchsorted(cells, np.arange(period_count + 1) * leaf_count),
            values=values,
            damaged=damaged,
        )

    @property
    def is_complete(self) -> bool:
        """Whether every row has all its figures, and every version is one row: there is nothing to look for."""
        return not np.isnan(self.values).any() and self.is_single

    @property
    def is_single(self) -> bool:
        """Whether every version is one row."""
        return bool((self.rows == 1).all())

    def rows_of(self, versions: Indices) -> tuple[Indices, Indices]:
        """Row numbers of versions, and for each row the position of its version in the argument."""
        counts = self.rows[versions]
        if (counts == 1).all():
            return self.start[versions], np.arange(len(versions))
        owner = np.repeat(np.arange(len(versions)), counts)
        offset = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self.start[versions][owner] + offset, owner


def _order(key: Indices, seen: Indices, cells: int) -> Indices:
    """Row numbers by (key, time seen), equal ones as they came. cells: how many keys there could be."""
    if cells <= _MOST_EMPTY * len(key):
        place = np.full(cells, -1, _Short)
        place[key] = np.arange(len(key), dtype=_Short)
        order = place[place >= 0]
        if len(order) == len(key):
            return order
    return np.lexsort((seen, key)).astype(_Short)


def _in_time(seen: Indices) -> Indices:
    """Versions by the time when they were seen; mostly they lie that way."""
    if (np.diff(seen) >= 0).all():
        return np.arange(len(seen), dtype=_Short)
    return np.argsort(seen, kind="stable").astype(_Short)


def _repeats(identity: NDArray[np.uint64], order: Indices, start: Indices, rows: Indices) -> Indices:
    """How many rows of each version equal an earlier row of it in every column."""
    repeats = np.zeros(len(start), _Short)
    for version in np.flatnonzero(rows > 1):
        own = identity[order[start[version] : start[version] + rows[version]]]
        repeats[version] = len(own) - len(np.unique(own))
    return repeats


def fingerprints(values: Floats) -> NDArray[np.uint64]:
    """One number for all figures of a row: equal rows have equal ones."""
    total = np.zeros(len(values), np.uint64)
    for k in range(values.shape[1]):
        bits = np.ascontiguousarray(values[:, k] + 0.0).view(np.uint64)  # + 0.0 makes -0.0 and 0.0 alike
        total = _mixed(total ^ (bits * np.uint64(0x9E3779B97F4A7C15) + np.uint64(k + 1)))
    return total


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def first_seen(versions: Versions, leaves: Leaves, channels: int, periods: int) -> Indices:
    """[channels x periods] when the first row of a channel's period was seen; far in the future where none is."""
    result = np.full((channels, periods), np.iinfo(np.int64).max)
    channel = leaves.channel[versions.cell_leaf[versions.cell]]
    np.minimum.at(result, (channel, versions.cell_period[versions.cell]), versions.seen)
    return result
