"""What the rows of an answer, or of all answers that are kept, say of each key: to find what is new, other, or gone.

A key is a channel with one value of every dimension in one period. Its rows come and go together: where one of them
differs all are kept again, so that a source that repeats itself is seen to do so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from config.settings import Settings
from daemon.sources import expressions, kept
from daemon.sources.cells import Cells
from daemon.sources.columns import Mapping
from daemon.sources.instants import times
from daemon.sources.scan import Scan
from daemon.sources.table import Hashes, RowProblem
from daemon.sources.versions import Indices
from detectors.panel import Bools, Instants

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Parts the bits of a period's number, so that the same name in two periods is two keys.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, kw_only=True)
class Sightings:
    """Rows in order. period: the wall clock of each; dated: [rows] that have one; names, figures: equal where their words are.

    seen: when each was seen, 0 for no instant. problems: what could not be read as a date.
    """

    period: Instants
    dated: Bools
    names: Hashes
    figures: Hashes
    seen: Indices
    gone: Bools
    problems: tuple[RowProblem, ...]

    def __len__(self) -> int:
        return len(self.period)


def look(
    connection: "DuckDBPyConnection", scan: Scan, mapping: Mapping, settings: Settings, zone: ZoneInfo
) -> Sightings:
    """Look at the rows of a group of files.

    Raises:
        SourceRejected: most of the dates cannot be read.
    """
    cells, check = Cells(connection, scan, mapping, settings, zone), mapping.check
    period, dated = times(cells, check.period, check.period_format, "period")
    is_kept = kept.SEEN in scan.columns
    instants = kept.seen(cells) if is_kept else np.full(scan.rows, np.datetime64("NaT", "s"))
    channel = [check.channel_column] if check.channel_column is not None else []
    return Sightings(
        period=period,
        dated=dated,
        names=_hashed(cells, [*channel, *(column for _, column in mapping.dimensions)]),
        figures=_hashed(cells, _figures(mapping, scan)),
        seen=np.where(np.isnat(instants), 0, instants.astype(np.int64)),
        gone=kept.gone(cells) if is_kept else np.zeros(scan.rows, bool),
        problems=tuple(p for p in cells.problems if p.loses_row),
    )


def together(parts: list[Sightings]) -> Sightings:
    """Sightings one after the other."""
    nothing = np.zeros(0, np.int64)
    return Sightings(
        period=np.concatenate([nothing.astype("datetime64[s]"), *(p.period for p in parts)]),
        dated=np.concatenate([nothing.astype(bool), *(p.dated for p in parts)]),
        names=np.concatenate([nothing.astype(np.uint64), *(p.names for p in parts)]),
        figures=np.concatenate([nothing.astype(np.uint64), *(p.figures for p in parts)]),
        seen=np.concatenate([nothing, *(p.seen for p in parts)]),
        gone=np.concatenate([nothing.astype(bool), *(p.gone for p in parts)]),
        problems=tuple(problem for p in parts for problem in p.problems),
    )


def _figures(mapping: Mapping, scan: Scan) -> list[str]:
    check = mapping.check
    if check.kpi_column is not None and check.value_column is not None:
        return [check.kpi_column, check.value_column]
    return [m.column for m in mapping.measured if m.column in scan.columns]


def _hashed(cells: Cells, columns: list[str]) -> Hashes:
    if not columns:
        return np.zeros(cells.scan.rows, np.uint64)
    words = ", ".join(expressions.text(cells.scan.sql[column]) for column in columns)
    return cells.fetch(f"hash({words})").astype(np.uint64)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The distinct keys of some rows, ascending. number: of each key's period; rows, total: what its rows say.

    of_row: [rows] each row's key, -1 where another version of it holds. first: [keys] a row of each.
    """

    key: Hashes
    number: Indices
    rows: Indices
    total: Hashes
    gone: Bools
    first: Indices
    of_row: Indices

    @classmethod
    def of(cls, rows: Sightings, numbers: Indices, chosen: Bools) -> "Keys":
        """What the chosen rows say; of each key only those that were seen last. numbers: [rows] of their periods."""
        at = np.flatnonzero(chosen)
        key, of = np.unique(rows.names[at] + numbers[at].astype(np.uint64) * _SPREAD, return_inverse=True)
        last = np.full(len(key), -1)
        np.maximum.at(last, of, rows.seen[at])
        holds = rows.seen[at] == last[of]
        at, of = at[holds], of[holds]
        total = np.zeros(len(key), np.uint64)
        np.add.at(total, of, rows.figures[at])
        first = np.zeros(len(key), np.int64)
        first[of[::-1]] = at[::-1]
        of_row = np.full(len(rows), -1)
        of_row[at] = of
        return cls(
            key=key,
            number=numbers[first] if len(key) else np.zeros(0, np.int64),
            rows=np.bincount(of, minlength=len(key)),
            total=total,
            gone=rows.gone[first] if len(key) else np.zeros(0, bool),
            first=first,
            of_row=of_row,
        )

    def same_as(self, other: "Keys") -> tuple[Bools, Bools]:
        """[keys] that `other` has at all, and those of which it says the same."""
        if not len(other.key):
            return np.zeros(len(self.key), bool), np.zeros(len(self.key), bool)
        at = np.minimum(np.searchsorted(other.key, self.key), len(other.key) - 1)
        known = other.key[at] == self.key
        same = (other.rows[at] == self.rows) & (other.total[at] == self.total) & (other.gone[at] == self.gone)
        return known, known & same


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The periods asked for, by number: [since, until)."""

    since: int
    until: int

    def holds(self, numbers: Indices, dated: Bools) -> Bools:
        """[rows] whose period was asked for."""
        inside: Bools = dated & (numbers >= self.since) & (numbers < self.until)
        return inside


@dataclass(frozen=True, kw_only=True)
class News:
    """inside: how many rows of the answer lie in periods that were asked for.

    fresh: [rows of the answer] to be kept; untimed: [rows of it] of which nobody knows when they came.
    gone: rows, of those that are kept, whose keys the source has no longer. known: keys of the window so far.
    """

    inside: int
    fresh: Bools
    untimed: Bools
    gone: Indices
    known: int


def compare(
    answer: Sightings, before: Sightings, number_of: Callable[[Instants], Indices], span: Span, asked_until: int | None
) -> News:
    """What an answer says that was not known, or not known so.

    number_of: the period of a wall-clock time. asked_until: the first period that was never asked for before; None: none was.

    Periods without any row at the old end of an answer are no longer kept by the source: what is known of them stands.
    A period that could have been asked for earlier, but was not, teaches nothing of how late its rows came.
    """
    numbers, numbers_before = number_of(answer.period), number_of(before.period)
    inside, inside_before = span.holds(numbers, answer.dated), span.holds(numbers_before, before.dated)
    here, there = Keys.of(answer, numbers, inside), Keys.of(before, numbers_before, inside_before)
    known, same = here.same_as(there)
    fresh = inside & ~np.append(same, True)[here.of_row]
    oldest = int(here.number.min(initial=np.iinfo(np.int64).max))
    left, _ = there.same_as(here)
    gone = there.first[~left & ~there.gone & (there.number >= oldest)]
    if asked_until is None:
        untimed = fresh
    else:
        missed = (here.number >= asked_until) & (here.number < span.until - 1) & ~known
        untimed = fresh & np.append(missed, False)[here.of_row]
    return News(inside=int(inside.sum()), fresh=fresh, untimed=untimed, gone=gone, known=int((~there.gone).sum()))
