"""What a cycle thought of each total at each period that it judged: kept, so that `why-not` answers as of that cycle. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from math import isfinite, isnan

from detectors.finding import Finding, NotJudged, Refusal
from detectors.panel import Bools, Floats, Panel, SeriesKey
from detectors.series.gates import Gates


class Standing(StrEnum):
    """What became of a period."""

    TOLD = "told"
    IN_RANGE = "in range"
    REFUSED = "refused"
    DIRECTION = "direction"
    EXEMPT = "exempt"
    PAST_PROBLEM = "past problem"
    OPEN_INCIDENT = "open incident"
    RECOVERY = "recovery"
    LATE_NEWS = "late news"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One total at one period. needed: the p-value below which a single period is news; None: numbers that are not known.

    gate: what kept it, or why it could not be judged, with `detail`. event: a known event widened what was expected.
    """

    channel: str | None
    kpi: str
    segment: tuple[tuple[str, str], ...]
    start: datetime
    standing: Standing
    observed: float | None
    expected: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    needed: float | None
    min_change: float
    min_absolute: float
    min_volume: float
    persist_periods: float
    sensitivity: float
    gate: str = ""
    detail: str = ""
    event: bool = False
    run: tuple[float, float] | None = None  # observed and expected of the whole deviation that was refused, per period


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """A finding that opens nothing, since an incident that is over has told it: its standing, and that incident's id."""

    finding: Finding
    standing: Standing
    incident: str


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was judged of one check: arrays are [series x periods] of the panel, the newest `needed` has are the last ones.

    new: [series] the first period that is judged for the first time, again: that was judged at all; count: the first that was not.
    """

    panel: Panel
    expected: Mapping[str, Floats]  # expected, lower, upper and p_value of the newest periods
    needed: Floats
    gates: Gates
    sensitivity: Callable[[SeriesKey], float]
    exempt: Bools
    over: Bools
    excluded: Bools
    explained: Bools
    new: Sequence[int]
    again: Sequence[int]
    count: Sequence[int]


def verdicts(
    of: Judged, findings: Sequence[Finding], refused: Sequence[Refusal], not_judged: Sequence[NotJudged]
) -> tuple[Verdict, ...]:
    """Of every total and of each segment that deviated: the new periods, and those judged again that are not in range."""
    told: dict[SeriesKey, list[Finding]] = {}
    for finding in findings:
        told.setdefault(finding.key, []).append(finding)
    kept: dict[SeriesKey, list[Refusal]] = {}
    for refusal in refused:
        kept.setdefault(refusal.key, []).append(refusal)
    why = {n.key: n for n in not_judged}
    found = []
    for row, key in enumerate(of.panel.keys):
        if key.segment and key not in told and key not in kept:
            continue
        for period in range(of.again[row], of.count[row]):
            verdict = _verdict(of, row, period, told.get(key, ()), kept.get(key, ()), why.get(key))
            if period >= of.new[row] or verdict.standing is not Standing.IN_RANGE:
                found.append(verdict)
    return tuple(found)


def with_aftermath(thought: Sequence[Verdict], aftermath: Sequence[Aftermath]) -> list[Verdict]:
    """The verdicts of a check, those told with findings that opened nothing named as what they are."""
    if not aftermath:
        return list(thought)
    of = {a.finding.key: a for a in aftermath}

    def standing(verdict: Verdict, key: SeriesKey) -> Verdict:
        found = of.get(key)
        if found is None or verdict.standing is not Standing.TOLD or not _covers(found.finding, verdict.start):
            return verdict
        return replace(verdict, standing=found.standing, detail=found.incident)

    check = aftermath[0].finding.key.check
    return [standing(v, SeriesKey(check, v.channel, v.kpi, v.segment)) for v in thought]


def _verdict(
    of: Judged,
    row: int,
    period: int,
    told: Sequence[Finding],
    kept: Sequence[Refusal],
    why: NotJudged | None,
) -> Verdict:
    key, gates, axis = of.panel.keys[row], of.gates, of.panel.axis
    at = {name: _number(_newest(array, row, period, len(axis))) for name, array in of.expected.items()}
    observed, needed = _number(float(of.panel.values[row, period])), _number(_newest(of.needed, row, period, len(axis)))
    start = axis.start(period)
    refusal = next((r for r in kept if _covers(r, start)), None)
    standing, gate, detail = _standing(of, row, period, start, told, refusal, why, observed, at, needed)
    return Verdict(
        channel=key.channel,
        kpi=key.kpi,
        segment=key.segment,
        start=start,
        standing=standing,
        observed=observed,
        expected=at["expected"],
        lower=at["lower"],
        upper=at["upper"],
        p_value=at["p_value"],
        needed=needed,
        min_change=float(gates.min_change[row]),
        min_absolute=float(gates.min_absolute[row]),
        min_volume=float(gates.min_volume[row]),
        persist_periods=float(gates.persist_periods[row]),
        sensitivity=of.sensitivity(key),
        gate=gate,
        detail=detail,
        event=bool(of.explained[row, period]),
        run=(refusal.observed, refusal.expected) if refusal is not None and standing is Standing.REFUSED else None,
    )


def _standing(
    of: Judged,
    row: int,
    period: int,
    start: datetime,
    told: Sequence[Finding],
    refusal: Refusal | None,
    why: NotJudged | None,
    observed: float | None,
    at: Mapping[str, float | None],
    needed: float | None,
) -> tuple[Standing, str, str]:
    """The first that holds, with the gate and its detail."""
    if any(_covers(f, start) for f in told):
        return Standing.TOLD, "", ""
    if of.over[row, period]:
        return Standing.PAST_PROBLEM, "", ""
    if of.exempt[row, period]:
        return Standing.EXEMPT, "", ""
    if of.excluded[row, period]:
        return Standing.OPEN_INCIDENT, "", ""
    if refusal is not None:
        return Standing.REFUSED, refusal.gate.name.lower(), str(refusal.shape)
    p_value, expected = at["p_value"], at["expected"]
    if p_value is None or observed is None or expected is None:
        return Standing.NOT_JUDGED, why.reason.name.lower() if why else "no_value", why.detail if why else ""
    direction = float(of.gates.direction[row])
    if needed is not None and p_value < needed and direction and (observed - expected) * direction < 0:
        return Standing.DIRECTION, "direction", "up" if direction > 0 else "down"
    return Standing.IN_RANGE, "", ""


def _covers(span: Finding | Refusal, start: datetime) -> bool:
    return span.start <= start and (span.end is None or start < span.end)


def _newest(array: Floats, row: int, period: int, periods: int) -> float:
    """A number of an array that has the newest periods alone; NaN before them."""
    column = period - (periods - array.shape[1])
    return float(array[row, column]) if column >= 0 else float("nan")


def _number(value: float) -> float | None:
    return None if isnan(value) or not isfinite(value) else float(f"{value:.6g}")
