"""What each cell of a finding's KPI had and should have had: its finest segments over the finding's periods."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from daemon.judging import View
from detectors.cadence import Cadence, Unit
from detectors.finding import Finding
from detectors.panel import Floats
from detectors.segments.cells import BASE, MEASURED, Cells, cells

# Periods after which the spread over cells is alike: a week of days, a day of hours.
_SEASON = {Unit.DAY: 7, Unit.HOUR: 24}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The cells of one KPI over some periods.

    dimensions: name -> [cells] values. actual: [cells] sums. of: what was expected. mix: of a ratio's change the part that is
    there because other cells than usual make up the whole; 0 for what is no ratio.
    """

    dimensions: dict[str, NDArray[np.str_]]
    actual: Floats
    of: Cells
    mix: float = 0.0


def window(view: View, worst: Finding, channel: str | None) -> Window | None:
    """The cells of a finding's KPI in one channel, or in all; None where cells tell nothing.

    The level is the expectation of the whole; its spread over cells comes from the same periods of earlier seasons.
    """
    axis, kpi = view.panel.axis, worst.key.kpi
    start = max(axis.position(worst.start), 0)
    end = max(min(axis.position(worst.end), len(axis)), start + 1) if worst.end else len(axis)
    rows = [i for i, k in enumerate(view.panel.keys) if k.kpi == kpi and k.channel == channel and not k.segment]
    table = view.snapshot.leaf_table(kpi, channel)
    dimensions = dict(zip(table.dimensions, table.values, strict=True))
    if channel is None and len(set(table.channels)) > 1:
        dimensions = {"channel": table.channels, **dimensions}
    step = _step(axis.cadence, end - start)
    windows = [slice(start - k * step, end - k * step) for k in range(BASE + MEASURED + 1) if start - k * step >= 0]
    if not rows or not dimensions or len(windows) < 2:
        return None
    top = np.stack([_total(table.top[:, w]) for w in windows])
    by = None if table.bottom is None else np.stack([_total(table.bottom[:, w]) for w in windows])
    actual = np.nan_to_num(top[0])
    whole = _whole(view, rows[0], start, end, actual, by)
    of = cells(actual, top[1:], whole, by)
    return Window(
        dimensions=dimensions, actual=actual, of=of, mix=0.0 if by is None else _mix(actual, of, whole, by[0])
    )


def _mix(actual: Floats, of: Cells, whole: float, by: Floats) -> float:
    """The part of a ratio's change that cells with their usual rates would have brought, as they were made up now."""
    usual = whole * float(np.nansum(by))
    change = float(actual.sum()) - usual
    return (float(of.expected.sum()) - usual) / change if change else 0.0


def _step(cadence: Cadence, periods: int) -> int:
    """How far one window lies before the next, so that they do not overlap and fall on the same days or hours."""
    season = _SEASON.get(cadence.unit, 1)
    return -(-periods // season) * season


def _whole(view: View, row: int, start: int, end: int, actual: Floats, by: Floats | None) -> float:
    """What all cells together should have had, in the measure of the cells; for ratios the ratio.

    Young periods are expected at their age, as they are observed: the ratio of the two holds for the cells as well.
    """
    values, wanted = view.panel.values[row, start:end], view.periods(view.expectation.expected[row], start, end)
    usable = np.isfinite(values) & np.isfinite(wanted)
    weight = np.ones(end - start) if by is None else np.nan_to_num(view.panel.exposure[row, start:end], nan=1.0)
    observed, expected = (float((of * weight)[usable].sum()) for of in (values, wanted))
    had = float(actual.sum()) / (1.0 if by is None else max(float(np.nansum(by[0])), 1e-12))
    return had * expected / observed if observed > 0 else expected


def _total(values: Floats) -> Floats:
    """[cells] sums over periods; NaN where none is known."""
    known = np.isfinite(values)
    return np.asarray(np.where(known.any(axis=1), np.where(known, values, 0.0).sum(axis=1), np.nan), dtype=np.float64)
