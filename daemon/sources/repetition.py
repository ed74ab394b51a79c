"""Keys with more rows than they should have at one observation."""

from dataclasses import dataclass

import numpy as np

from daemon.sources.versions import Indices, Versions
from detectors.cadence import Unit
from detectors.panel import Axis, Bools

# Above this share of keys with several rows a table is finer than its key by nature: then only rows count as repeated
# that equal another one in every column.
_UNIQUE_KEYS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """Cells with more rows than they should have: [n] leaf, period, surplus rows.

    excused: [n] in the hour that comes twice when clocks go back; unknown, but nobody's fault.
    """

    leaf: Indices
    period: Indices
    surplus: Indices
    excused: Bools


def repetition_of(versions: Versions, holder: Indices, axis: Axis, first: int, count: int) -> Repetition:
    """The repeated keys among the rows that hold, in `count` periods from period `first` on. axis: that of the versions."""
    v = versions
    if v.is_single and axis.cadence.unit not in (Unit.MINUTE, Unit.HOUR):
        nothing = np.zeros(0, np.int64)
        return Repetition(leaf=nothing, period=nothing, surplus=nothing, excused=nothing.astype(bool))
    cells = np.arange(v.period_cells[first], v.period_cells[first + count]) if count else np.zeros(0, np.int64)
    held = holder[cells]
    cells, held = cells[held >= 0], held[held >= 0]
    period = v.cell_period[cells] - first
    several = np.bincount(period, weights=v.rows[held] > 1, minlength=count)
    share = several / np.maximum(np.bincount(period, minlength=count), 1)
    unique = not len(held) or float(np.median(share[np.unique(period)])) <= _UNIQUE_KEYS
    surplus = v.rows[held] - 1 if unique else v.repeats[held]
    # Clocks go back: the two instants of the hour make its value together; one alone may stand for one or for both.
    twofold = _is_repeated_hour(axis, v.cell_period[cells])
    surplus = np.where(twofold, v.rows[held] - 2, surplus)
    repeated = np.where(twofold, surplus != 0, surplus > 0)
    return Repetition(
        leaf=v.cell_leaf[cells[repeated]],
        period=period[repeated],
        surplus=surplus[repeated],
        excused=twofold[repeated],
    )


def _is_repeated_hour(axis: Axis, period: Indices) -> Bools:
    if axis.cadence.unit not in (Unit.MINUTE, Unit.HOUR):
        return np.zeros(len(period), bool)
    lengths = np.diff(axis.edges).astype(np.int64)
    longer: Bools = lengths[period] > np.median(lengths)
    return longer
