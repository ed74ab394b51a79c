"""Single cells that hold nothing usable: text among numbers, impossible values, or empty where figures always were."""

from dataclasses import dataclass

import numpy as np

from daemon.sources.health import Facts
from daemon.sources.problems import DataProblem, ProblemKind, end_of, labels, told_from
from daemon.sources.table import Table
from daemon.sources.versions import Indices, Leaves, Versions
from detectors.panel import Bools

# A leaf fills a KPI as a rule when it did so in this share of at least so many periods; then an empty cell is a fault.
_USUALLY_FILLED = 0.9
_ENOUGH_ROWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """[n] leaf, period, kpi (column of the table) of the cells; unreadable: [n] held something; else it was empty."""

    leaf: Indices
    period: Indices
    kpi: Indices
    unreadable: Bools

    def touches(self, columns: tuple[int, ...]) -> bool:
        """Whether any cell of these columns is damaged."""
        return bool(np.isin(self.kpi, columns).any())

    def doubt(self, columns: tuple[int, ...], leaves: int, periods: int) -> Bools:
        """[leaves x periods] with a damaged cell in any of these columns."""
        result = np.zeros((leaves, periods), bool)
        own = np.isin(self.kpi, columns)
        result[self.leaf[own], self.period[own]] = True
        return result


_NONE = np.zeros(0, np.int64)
_NOTHING = Damage(leaf=_NONE, period=_NONE, kpi=_NONE, unreadable=_NONE.astype(bool))


def damage_of(
    versions: Versions, holder: Indices, leaves: Leaves, may_be_empty: tuple[bool, ...], first: int, count: int
) -> Damage:
    """The damaged cells among the rows that hold, in `count` periods from period `first` on.

    may_be_empty: for each KPI, whether an empty cell is no fault: the mean wait of a day without calls.
    """
    v = versions
    if v.is_complete:
        return _NOTHING
    cells = np.arange(v.period_cells[first], v.period_cells[first + count]) if count else np.zeros(0, np.int64)
    held = holder[cells]
    row, owner = v.rows_of(held[held >= 0])
    cell = cells[held >= 0][owner]
    leaf, period = v.cell_leaf[cell], v.cell_period[cell] - first
    total = np.bincount(leaf, minlength=len(leaves))
    found: list[tuple[Indices, Indices, Indices, Bools]] = []
    for k, free in enumerate(may_be_empty):
        empty = np.isnan(v.values[row, k])
        if not empty.any():
            continue
        unreadable = v.damaged[row, k] if v.damaged is not None else np.zeros(len(row), bool)
        filled = total - np.bincount(leaf[empty], minlength=len(leaves))
        usual = (total >= _ENOUGH_ROWS) & (filled >= _USUALLY_FILLED * total)
        chosen = unreadable if free else unreadable | (empty & usual[leaf])
        found.append((leaf[chosen], period[chosen], np.full(int(chosen.sum()), k), unreadable[chosen]))
    if not found:
        return _NOTHING
    columns = [np.concatenate(part) for part in zip(*found, strict=True)]
    return Damage(leaf=columns[0], period=columns[1], kpi=columns[2], unreadable=columns[3])


def damage_problems(damage: Damage, facts: Facts, table: Table) -> tuple[DataProblem, ...]:
    """One problem for each channel and KPI with recently damaged cells, and one for rows that no period can claim."""
    told = told_from(facts.axis)
    channel = facts.leaves.channel[damage.leaf]
    problems = []
    for c, k in sorted(set(zip(channel.tolist(), damage.kpi.tolist(), strict=True))):
        own = (channel == c) & (damage.kpi == k) & (damage.period >= told)
        if not own.any():
            continue
        periods = np.unique(damage.period[own])
        state = "unreadable" if damage.unreadable[own].any() else "empty, although they are usually filled"
        problems.append(
            DataProblem(
                check=facts.check,
                channel=table.channels[c],
                kind=ProblemKind.PARTIAL,
                since=facts.axis.start(int(periods[0])),
                until=end_of(facts.axis, int(periods[-1])),
                periods=labels(facts.axis, periods),
                overdue=False,
                detail=f"{int(own.sum())} cells of {table.kpis[k]} are {state}{_examples(table, table.kpis[k])}",
            )
        )
    lost = [p for p in table.row_problems if p.loses_row]
    told_of = [f"{_rows(sum(p.count for p in lost))} without a usable date; first {lost[0]}"] if lost else []
    told_of += [str(p) for p in table.row_problems if p.leaves_out]
    if len(facts.axis):
        problems += [_of_rows(facts, detail) for detail in told_of]
    return tuple(problems)


def _rows(count: int) -> str:
    return f"{count} {'rows' if count > 1 else 'row'}"


def _of_rows(facts: Facts, detail: str) -> DataProblem:
    """A problem of rows that belong to no period or channel."""
    return DataProblem(
        check=facts.check,
        channel=None,
        kind=ProblemKind.PARTIAL,
        since=facts.axis.start(len(facts.axis) - 1),
        until=None,
        periods=(),
        overdue=False,
        detail=detail,
    )


def _examples(table: Table, kpi: str) -> str:
    """Where to look: the first place that the reader of the table noticed."""
    own = [p for p in table.row_problems if p.kpi == kpi]
    return f"; first {own[0]}" if own else ""
