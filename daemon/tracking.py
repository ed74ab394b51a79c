"""What a cycle saw of incidents: new findings are given to the incident they belong to, quiet series are counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from config.settings import Settings
from daemon.grouping import DATA_SHAPES, Sighting, belongs, group, is_data_fault
from daemon.incidents import CALM_PERIODS, Seen
from daemon.judging import ABSORB_PERIODS, View
from daemon.model import Incident, Status
from detectors.finding import Finding
from detectors.panel import Floats

# Evidence, as a log-likelihood ratio, that a series is back rather than still off: 3 is twenty to one.
_BACK = 3.0
# Series whose deviation is smaller than their daily noise take weeks to tell; others decide where there are any.
_TELLING = 1.0
# The source "corrected" a value when more than this part of the deviation is gone from the very periods of the finding.
_CORRECTED = 0.6
# How long after its end a trouble that returns is the same one, in periods.
_COMEBACK_PERIODS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Findings of one trouble, with the incident they belong to (None: a new one)."""

    incident: Incident | None
    findings: tuple[Finding, ...]


def sighting(finding: Finding, settings: Settings, period: timedelta) -> Sighting:
    """A finding with what grouping has to know of it."""
    kpi = settings.kpis.get(finding.key.kpi)
    parts = frozenset(p for p in (kpi.numerator, kpi.denominator) if p) if kpi else frozenset[str]()
    return Sighting(finding=finding, role=(kpi.role if kpi else None) or finding.key.kpi, period=period, parts=parts)


def assign(new: Sequence[Sighting], known: Sequence[tuple[Incident, Sequence[Sighting]]]) -> list[Assigned]:
    """Give each group of new findings to the incident it belongs to: of its own series, open and old ones first."""
    by_incident: dict[str, list[Finding]] = {}
    incidents = {i.id: i for i, _ in known}
    fresh: list[Assigned] = []
    for members in group(new):
        keys = {m.finding.key for m in members}
        homes = [(i, old) for i, old in known if any(belongs(m, old) for m in members)]
        home = min(
            (i for i, old in homes),
            default=None,
            key=lambda i: (
                keys.isdisjoint(f.key for f in i.everything),
                i.status is not Status.OPEN,
                i.started_at,
                i.id,
            ),
        )
        findings = [m.finding for m in members]
        if home is None:
            fresh.append(Assigned(incident=None, findings=tuple(findings)))
        else:
            by_incident.setdefault(home.id, []).extend(findings)
    return [Assigned(incident=incidents[i], findings=tuple(f)) for i, f in by_incident.items()] + fresh


def may_return(incident: Incident, period: timedelta, now: datetime) -> bool:
    """Whether a resolved incident ended so recently that the same deviation is its comeback.

    What has become the base does not come back: a deviation from the new base is a new trouble.
    """
    return (
        incident.status is Status.RESOLVED
        and incident.ended_at is not None
        and now - incident.ended_at <= (_COMEBACK_PERIODS + 1) * period
        and incident.ended_at - incident.started_at < ABSORB_PERIODS * period
    )


def seen(incident: Incident, findings: Sequence[Finding], views: Mapping[str, View], judged: Mapping[str, int]) -> Seen:
    """What this cycle's views say of an open incident.

    judged: check -> number of periods newly judged in this cycle.
    """
    if is_data_fault(incident.findings[0]):
        return Seen(findings=findings, data_arrived=_has_arrived(incident, findings, views, judged))
    totals = [f for f in incident.findings if f.key.depth < 2] or list(incident.findings)
    looks = [
        look
        for f in totals
        if judged.get(f.key.check) and f.key.check in views and (look := _look(f, views[f.key.check])) is not None
    ]
    looks = [look for look in looks if look.telling >= _TELLING] or looks
    if not looks:
        return Seen(findings=findings)
    return Seen(
        findings=findings,
        calm=min(look.calm for look in looks),
        restated=all(look.corrected for look in looks),
        absorbed=any(look.absorbed for look in looks)
        and all(look.absorbed or look.calm >= CALM_PERIODS for look in looks),
        last_bad_end=max((look.last_bad_end for look in looks if look.last_bad_end is not None), default=None),
    )


def _has_arrived(
    incident: Incident, findings: Sequence[Finding], views: Mapping[str, View], judged: Mapping[str, int]
) -> bool:
    """Whether a data fault is over: every cycle that reads the table reports it again for as long as it lasts.

    That values stand still is only seen where a period is judged.
    """
    checks = {f.key.check for f in incident.findings}
    read = checks & views.keys() if incident.findings[0].shape in DATA_SHAPES else {c for c in checks if judged.get(c)}
    return checks == read and not any(is_data_fault(f) for f in findings)


@dataclass(frozen=True, slots=True)
class _Look:
    """calm: newest periods that speak for recovery; telling: the deviation in units of daily noise."""

    calm: int
    telling: float
    corrected: bool
    absorbed: bool
    last_bad_end: datetime | None


def _look(finding: Finding, view: View) -> _Look | None:
    """How the series of a finding stands now; None where it cannot be told."""
    rows = view.rows_of([finding.key])
    if not rows:
        return None
    axis, row = view.panel.axis, rows[0]
    start = max(axis.position(finding.start), 0)
    values, expected, noise = (
        x[row, start:] for x in (view.panel.values, view.expectation.expected, view.expectation.error_scale)
    )
    known = np.flatnonzero(np.isfinite(values) & np.isfinite(expected) & (noise > 0))
    first = finding.observed - finding.expected
    if not len(known) or not first:
        return None
    deviation, noise = (values - expected)[known], noise[known]
    # What the deviation would be if the trouble went on: the same part of what is expected now.
    ongoing = first / finding.expected * expected[known] if finding.expected else np.full(len(known), first)
    calm = _calm_periods(deviation, ongoing, noise)
    absorbed = len(values) > ABSORB_PERIODS
    if absorbed:  # now the expectation is the new base: what came before tells whether the trouble was over
        before = known < ABSORB_PERIODS
        ended = _calm_periods(deviation[before], ongoing[before], noise[before]) if before.any() else 0
        calm = ended + int((~before).sum()) if ended else 0
        absorbed = not ended
    own = known < max(_length(finding, view), 1)
    left = float(deviation[own].mean()) / first if own.any() else 1.0
    bad = len(known) - calm
    return _Look(
        calm=calm,
        telling=float(np.median(np.abs(ongoing) / noise)),
        corrected=left < 1 - _CORRECTED and calm == len(known),
        absorbed=absorbed,
        last_bad_end=axis.start(start + int(known[bad - 1]) + 1) if bad else None,
    )


def _calm_periods(deviation: Floats, ongoing: Floats, noise: Floats) -> int:
    """The longest newest run of periods that speaks clearly for recovery and holds no period that speaks against it.

    Each period's evidence is the log-likelihood ratio of "back" (deviation 0) against "goes on", with normal noise; a
    loud series is known to be back after one period, a noisy one only after several.
    """
    evidence = ongoing * (ongoing - 2 * deviation) / (2 * noise**2)
    summed = np.cumsum(np.clip(evidence, -_BACK, _BACK)[::-1])
    best = int(np.argmax(summed))
    return best + 1 if summed[best] >= _BACK - 1e-9 else 0


def _length(finding: Finding, view: View) -> int:
    """Periods that the finding covered when it was last reported: up to its end, else its first."""
    axis = view.panel.axis
    start = axis.position(finding.start)
    return (axis.position(finding.end) - start) if finding.end else 1
