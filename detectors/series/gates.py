"""What people tune: a finding is significant, large, of enough volume and lasting enough."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from detectors.cadence import INTRADAY
from detectors.finding import Finding, Gate, Refusal, Shape
from detectors.panel import Bools, Floats, KpiType, Panel
from detectors.series.evidence import Candidate, Evidence
from detectors.series.noise import Nature
from detectors.series.settling import settling

# An expectation below this part of what is usual, over so many periods, is next to nothing.
_NOTHING = 0.05
_USUAL = 91
# A scatter that differs by less than this factor from the usual one, in the KPI's own unit, is how series live.
_MUCH = 1.6


@dataclass(frozen=True, kw_only=True)
class Gates:
    """One number for each series.

    Threshold p-value (budget.thresholds), the same of bursts by the series' own record, direction (+1 up, -1 down, 0
    both), smallest change as a fraction of the expected value and in the KPI's unit, smallest volume (events a
    period: the count itself, or a ratio's exposure), periods in a row. good_up: whose rise is good news, so that a
    planned lift may be asked of it; None: all of them.
    """

    p_value: Floats
    bursts: Floats
    direction: Floats
    min_change: Floats
    min_absolute: Floats
    min_volume: Floats
    persist_periods: Floats
    good_up: Bools | None = None

    def volume(self, panel: Panel, expected: Floats) -> Floats:
        """Events a period: a ratio's exposure, the larger of expected and observed count, else infinite."""
        types = np.array([str(t) for t in panel.types])
        volume = np.full(panel.values.shape, np.inf)
        ratio, count = types == KpiType.RATIO, types == KpiType.COUNT
        volume[ratio] = np.where(np.isfinite(panel.exposure[ratio]), panel.exposure[ratio], np.inf)
        volume[count] = np.fmax(expected[count], panel.values[count])
        return volume


class Expected(Protocol):
    """The part of an expectation that gates read."""

    @property
    def expected(self) -> Floats:
        """Expected values."""

    @property
    def lower(self) -> Floats:
        """Lower bounds."""

    @property
    def upper(self) -> Floats:
        """Upper bounds."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What gates need to put a candidate into the KPI's unit."""

    panel: Panel
    nature: Nature
    expectation: Expected
    season: Floats
    learned: Bools
    share: Floats  # of its final value that each period shows
    scatter: Floats  # of that share


def admit(
    candidates: list[Candidate], seen: Evidence, totals: Totals, gates: Gates
) -> tuple[tuple[Finding, ...], tuple[Refusal, ...]]:
    """Choose the findings, at most one for each series and stretch of time, in the order of the series; and what did not pass."""
    volume = gates.volume(totals.panel, totals.expectation.expected)
    chosen: dict[int, list[Candidate]] = {}
    for raw in candidates:
        known_start = int(seen.since[raw.row])  # what is already open keeps its start
        candidate = (
            replace(raw, start=known_start)
            if 0 <= known_start < (raw.stop or np.inf)
            and abs(raw.start - known_start) <= 3
            and not (raw.shape is Shape.FLATLINE and known_start < raw.start)  # before it, values were not equal
            else raw
        )
        rivals = chosen.setdefault(candidate.row, [])
        clash = next((i for i, other in enumerate(rivals) if _overlap(candidate, other)), None)
        if clash is None:
            rivals.append(candidate)
        elif _tells_more(candidate, rivals[clash]):
            rivals[clash] = candidate
    findings, refused = [], []
    for row in sorted(chosen):
        for candidate in sorted(chosen[row], key=lambda c: c.start):
            finding = _finding(candidate, seen, totals, gates, volume)
            if isinstance(finding, Finding):
                findings.append(finding)
            elif finding is not None:
                refused.append(finding)
    return tuple(findings), tuple(refused)


def _overlap(one: Candidate, other: Candidate) -> bool:
    ends = [np.inf if c.stop is None else c.stop for c in (one, other)]
    return one.start < ends[1] and other.start < ends[0]


def _tells_more(new: Candidate, old: Candidate) -> bool:
    """Let a step that began well before a single spike explain it (dates are sure to one period), or one that outlasts it.

    Otherwise the earlier detector in the list keeps its word.
    """
    if new.usual:
        return False
    if new.shape is Shape.VARIANCE:  # a day far out is one of many by then
        return old.shape in (Shape.SPIKE, Shape.DIP) and new.start < old.start
    steps = (Shape.STEP_UP, Shape.STEP_DOWN)
    if new.shape not in steps or old.shape not in (Shape.SPIKE, Shape.DIP) or new.p_value >= old.p_value:
        return False
    outlasts = new.summed and old.stop is not None and (new.stop is None or new.stop - old.stop >= old.stop - old.start)
    return new.start < old.start - 1 or (outlasts and new.start <= old.start + 1)


def _finding(
    candidate: Candidate, seen: Evidence, totals: Totals, gates: Gates, volume: Floats
) -> Finding | Refusal | None:
    """Put a candidate into the KPI's unit and through the gates; None where it has no size."""
    row, panel, nat = candidate.row, totals.panel, totals.nature
    n = panel.values.shape[1]
    stop = n if candidate.stop is None else candidate.stop
    span = slice(candidate.start, stop)
    observed, expected = panel.values[row, span], totals.expectation.expected[row, span]
    lower, upper = totals.expectation.lower[row, span], totals.expectation.upper[row, span]
    if candidate.base:
        base = _held(candidate.start, span, row, totals)
        shift = base / expected if nat.multiplies[row] else base - expected
        expected, lower, upper = (v * shift if nat.multiplies[row] else v + shift for v in (expected, lower, upper))
    use = np.isfinite(observed) & np.isfinite(expected)
    if not use.any():
        return None
    if candidate.shape in (Shape.DRIFT_UP, Shape.DRIFT_DOWN):
        use[: len(use) // 2] = False  # a drift is as large as its newer half
    mean = [float(np.mean(v[use])) for v in (observed, expected, lower, upper)]
    if candidate.spread is not None:
        mean[2:] = [mean[1] * float(np.exp(-candidate.spread)), mean[1] * float(np.exp(candidate.spread))]
    if candidate.shape is Shape.VARIANCE:
        mean = _scatters(candidate, int(use.sum()), totals)
    gate = _closed(candidate, (mean[0], mean[1]), span, use, seen, totals, gates, volume)
    start, end = panel.axis.start(candidate.start), None if candidate.stop is None else panel.axis.start(candidate.stop)
    if gate is not None:
        return Refusal(
            key=panel.keys[row],
            gate=gate,
            shape=candidate.shape,
            start=start,
            end=end,
            observed=mean[0],
            expected=mean[1],
            p_value=candidate.p_value,
        )
    return Finding(
        key=panel.keys[row],
        shape=candidate.shape,
        start=start,
        end=end,
        observed=mean[0],
        expected=mean[1],
        lower=mean[2],
        upper=mean[3],
        p_value=candidate.p_value,
        settling=settling(observed, totals.share[row, span], totals.scatter[row, span], use),
    )


def _closed(
    candidate: Candidate,
    size: tuple[float, float],
    span: slice,
    use: Bools,
    seen: Evidence,
    totals: Totals,
    gates: Gates,
    volume: Floats,
) -> Gate | None:
    """The first gate that a candidate does not pass. size: observed and expected; use: the periods of the span that are known."""
    row, panel = candidate.row, totals.panel
    observed, expected = size
    if candidate.shape is Shape.VARIANCE and (not expected or _MUCH > observed / expected > 1 / _MUCH):
        return Gate.LIKE_USUAL_SCATTER
    change = observed - expected
    direction = gates.direction[row]
    stuck = candidate.shape is Shape.FLATLINE and observed != 0  # wherever it stands still: that is no change in size
    total = np.sum if candidate.summed else np.median
    shut = (
        (Gate.USUAL_HOURS, candidate.usual),
        (Gate.NEXT_TO_NOTHING, change > 0 and _next_to_nothing(expected, row, candidate.start, span, totals)),
        (Gate.AN_HOUR, change > 0 and _less_than_an_hour(change * int(use.sum()), row, candidate.start, panel)),
        (Gate.DIRECTION, direction != 0 and np.sign(change) != direction and not stuck),
        (Gate.MIN_VOLUME, not total(volume[row, span][use]) >= gates.min_volume[row]),
        (Gate.MIN_CHANGE, not (stuck or abs(change) >= gates.min_change[row] * abs(expected))),
        (Gate.MIN_ABSOLUTE, not (stuck or abs(change) >= gates.min_absolute[row])),
        (Gate.PERSIST, int(use.sum()) < gates.persist_periods[row]),
        (Gate.KNOWN_CHANGE, bool(seen.breaks[row, candidate.start])),
        (Gate.KNOWN_PART, abs(change) <= seen.partly[row, candidate.start] * abs(expected)),
        (Gate.DISAGREES, not _agrees(candidate.shape, change)),
    )
    return next((gate for gate, is_shut in shut if is_shut), None)


def _scatters(candidate: Candidate, periods: int, totals: Totals) -> list[float]:
    """How far periods lay from what was expected, usually and now (root mean squares), and the range of such a figure."""
    gap = totals.panel.values[candidate.row] - totals.expectation.expected[candidate.row]
    now, before = gap[candidate.start : candidate.stop], gap[max(0, candidate.start - _USUAL) : candidate.start]
    rms = [float(np.sqrt(np.nanmean(part**2))) if np.isfinite(part).any() else 0.0 for part in (now, before)]
    luck = 2.0 / float(np.sqrt(2.0 * max(periods, 1)))
    return [*rms, rms[1] * max(1.0 - luck, 0.0), rms[1] * (1.0 + luck)]


def _next_to_nothing(expected: float, row: int, start: int, span: slice, totals: Totals) -> bool:
    """Tell whether so little is expected that no change can be given in percent of it.

    Less than one event, or less than 5 % of what the series usually shows on the days on which it shows something.
    """
    nat = totals.nature
    if not nat.multiplies[row]:
        return False
    events = expected * float(np.median(nat.trials[row, span]))
    past = totals.panel.values[row, max(0, start - _USUAL) : start]
    past = past[past > 0]
    usual = float(np.median(past)) if len(past) else 0.0
    return bool((nat.counted[row] and events < 1.0) or expected < _NOTHING * usual)


def _less_than_an_hour(more: float, row: int, start: int, panel: Panel) -> bool:
    """Tell whether what came more, in hours, is less than a mean hour brings: three times the usual of a night is none."""
    if panel.axis.cadence.unit not in INTRADAY or panel.types[row] not in (KpiType.COUNT, KpiType.AMOUNT):
        return False
    past = panel.values[row, max(0, start - panel.axis.cadence.season) : start]
    return bool(np.isfinite(past).any() and more < np.nanmean(past))


def _held(start: int, span: slice, row: int, totals: Totals) -> Floats:
    """Hold the expectation over the span by the level as it was when the change began."""
    expected, season = totals.expectation.expected[row], totals.season[row]
    unit = totals.nature.unit[row]
    base: Floats
    if totals.nature.multiplies[row]:
        part = totals.share[row, span] / totals.share[row, start]
        base = expected[start] * part * np.exp(season[span] - season[start])
    else:
        base = expected[start] + (season[span] - season[start]) * unit
    return base


def _agrees(shape: Shape, change: float) -> bool:
    """Tell whether the change in the KPI's unit goes the way the shape says."""
    if shape is Shape.VARIANCE:
        return True
    if shape in (Shape.STEP_UP, Shape.DRIFT_UP, Shape.SPIKE):
        return change > 0
    return change < 0 or shape is Shape.FLATLINE
