"""Shapes planted on series without incidents, and what a daily replay tells of them."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from benchmarks.null_series import Drawn, draw
from benchmarks.power import default_gates, until
from detectors.finding import Finding, Reason, Shape
from detectors.panel import Bools, Floats, KpiType, Panel
from detectors.series.judge import judge
from detectors.series.known import Masks
from detectors.series.memory import Memory

# How long an open trouble keeps its days out of history, and after how many quiet periods the next is another one.
_ABSORBED, _COMEBACK = 14, 4


class Planted(StrEnum):
    """What is planted; `nothing` leaves the series alone."""

    NOTHING = "nothing"
    SPIKE = "spike"
    DIP = "dip"
    STEP_UP = "step_up"
    STEP_DOWN = "step_down"
    DRIFT_UP = "drift_up"
    DRIFT_DOWN = "drift_down"
    FROZEN = "frozen"
    ZERO = "zero"
    MISSING = "missing"
    UNEVEN = "uneven"


_FALLS = frozenset({Planted.DIP, Planted.STEP_DOWN, Planted.DRIFT_DOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told of one series: shapes from the first to the last word of each trouble, the onset, after how many periods."""

    shapes: tuple[tuple[Shape, Shape], ...]
    start: int = 0
    after: int = 0
    silent: bool = False  # answered as "no value"


def scatter(panel: Panel, before: int) -> Floats:
    """Day-to-day scale of each series around its weekly pattern, robustly, in units."""
    past = panel.values[:, before - 84 : before]
    scale: Floats = 1.4826 * np.nanmedian(np.abs(past[:, 7:] - past[:, :-7]), axis=1) / np.sqrt(2)
    return scale


def drawn(rows_each: int, periods: int, seed: int) -> Drawn:
    """Null series of every kind that all run daily."""
    return draw(rows_each, periods, seed)


def planted(panel: Panel, shapes: list[Planted], onset: int, sigmas: float, seed: int) -> Panel:
    """The panel with one shape a series, from `onset` on; sizes in day-to-day scales."""
    rng = np.random.default_rng(seed)
    values, exposure = panel.values.copy(), panel.exposure.copy()
    size = sigmas * scatter(panel, onset)
    rest = values.shape[1] - onset
    level = np.array([kind == KpiType.LEVEL for kind in panel.types])[:, None]
    usual = np.nanmedian(panel.values[:, onset - 84 : onset], axis=1)

    def moved(of: Floats, by: Floats, row: int) -> Floats:
        """Levels move by sums; everything else by factors, and never below a tenth."""
        result: Floats = of + by if level[row, 0] else of * np.maximum(1.0 + by / usual[row], 0.1)
        return result

    ramp = np.minimum(np.arange(1, rest + 1) / 21.0, 1.0)
    for i, shape in enumerate(shapes):
        sign = -1.0 if shape in _FALLS else 1.0
        match shape:
            case Planted.SPIKE | Planted.DIP:
                values[i, onset] = moved(values[i, onset : onset + 1], sign * size[i], i)[0]
            case Planted.STEP_UP | Planted.STEP_DOWN:
                values[i, onset:] = moved(values[i, onset:], sign * size[i], i)
            case Planted.DRIFT_UP | Planted.DRIFT_DOWN:
                values[i, onset:] = moved(values[i, onset:], sign * ramp * size[i], i)
            case Planted.FROZEN:
                values[i, onset:] = values[i, onset - 1]
            case Planted.ZERO:
                values[i, onset:] = 0.0
            case Planted.MISSING:
                values[i, onset:] = np.nan
                exposure[i, onset:] = np.nan
            case Planted.UNEVEN:
                values[i, onset:] = moved(values[i, onset:], rng.normal(0, 2.8 * size[i] / sigmas, rest), i)
            case Planted.NOTHING:
                pass
    values = np.where(level, values, np.maximum(values, 0.0))
    count = np.array([kind == KpiType.COUNT for kind in panel.types])
    values[count] = np.round(values[count])
    return replace(panel, values=values, exposure=exposure)


def replayed(panel: Panel, first: int, past: Bools | None = None) -> list[Told]:
    """Judge day by day from `first` on, as cycles do: an open trouble teaches nothing and keeps its start.

    past: periods of troubles that ended before.
    """
    rows, n = panel.values.shape
    memory = Memory()
    excluded = np.zeros((rows, n), dtype=np.bool_)
    calendar = Masks.none(rows, n)
    if past is not None:
        calendar = replace(calendar, exempt=past)
    troubles: list[list[tuple[Shape, Shape]]] = [[] for _ in range(rows)]
    starts, after = np.full(rows, -1), np.full(rows, -1)
    seen_until = np.full(rows, -99)
    opened = np.zeros(rows, dtype=np.int64)
    silent = np.zeros(rows, dtype=np.bool_)
    index = {key: i for i, key in enumerate(panel.keys)}
    for end in range(first + 1, n + 1):
        now = until(panel, end)
        answer = judge(
            now,
            end - 1,
            gates=default_gates(now),
            memory=memory,
            excluded=excluded[:, :end],
            masks=calendar.some(list(range(rows)), end),
        )
        for reason in answer.not_judged:
            silent[index[reason.key]] |= reason.reason is Reason.NO_VALUE
        for finding in answer.findings:
            i = index[finding.key]
            start, stop = _span(finding, panel, end)
            if stop < end and stop <= end - 1:
                continue
            if troubles[i] and start <= seen_until[i] + _COMEBACK:
                short = finding.shape in (Shape.SPIKE, Shape.DIP) and start > opened[i]  # one day of what lasts
                troubles[i][-1] = (troubles[i][-1][0], troubles[i][-1][1] if short else finding.shape)
            else:
                troubles[i].append((finding.shape, finding.shape))
                opened[i] = start
                if len(troubles[i]) == 1:
                    starts[i], after[i] = start, end - first
            seen_until[i] = end
            excluded[i, opened[i] : min(end, opened[i] + _ABSORBED)] = True
    return [
        Told(shapes=tuple(troubles[i]), start=int(starts[i]), after=int(after[i]), silent=bool(silent[i]))
        for i in range(rows)
    ]


def _span(finding: Finding, panel: Panel, end: int) -> tuple[int, int]:
    stop = end if finding.end is None else panel.axis.position(finding.end)
    return panel.axis.position(finding.start), stop
