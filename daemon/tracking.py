"""What a cycle saw of incidents: new findings are given to the incident they belong to, quiet series are counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from config.settings import Settings
from daemon.grouping import DATA_SHAPES, Sighting, group, related
from daemon.incidents import Seen
from daemon.judging import ABSORB_PERIODS, View
from daemon.model import Incident, Status
from detectors.finding import Finding

# A series counts as still off while it deviates the same way by this part of its first deviation, and visibly so.
_STILL_OFF = 0.4
_VISIBLE_P = 0.05
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
    """Give each group of new findings to the oldest known incident that it belongs to."""
    by_incident: dict[str, list[Finding]] = {}
    incidents = {i.id: i for i, _ in known}
    fresh: list[Assigned] = []
    for members in group(new):
        home = next((i for i, old in known if any(related(m, o) for m in members for o in old)), None)
        findings = [m.finding for m in members]
        if home is None:
            fresh.append(Assigned(incident=None, findings=tuple(findings)))
        else:
            by_incident.setdefault(home.id, []).extend(findings)
    return [Assigned(incident=incidents[i], findings=tuple(f)) for i, f in by_incident.items()] + fresh


def may_return(incident: Incident, period: timedelta, now: datetime) -> bool:
    """Whether a resolved incident ended so recently that the same deviation is its comeback."""
    return (incident.status is Status.RESOLVED and incident.ended_at is not None
            and now - incident.ended_at <= (_COMEBACK_PERIODS + 1) * period)


def seen(incident: Incident, findings: Sequence[Finding], views: Mapping[str, View], judged: Mapping[str, int],
         overdue_checks: set[str]) -> Seen:
    """What this cycle's views say of an open incident.

    judged: check -> number of periods newly judged in this cycle. overdue_checks: those whose data are still missing.
    """
    if incident.findings[0].shape in DATA_SHAPES:
        arrived = not any(f.key.check in overdue_checks for f in incident.findings)
        return Seen(findings=findings, data_arrived=arrived, calm=None)
    totals = [f for f in incident.findings if f.key.depth < 2] or list(incident.findings)
    looked = [_look(f, views[f.key.check]) for f in totals if judged.get(f.key.check) and f.key.check in views]
    looked = [x for x in looked if x is not None]
    if not looked:
        return Seen(findings=findings)
    calm = min(x.calm for x in looked)
    return Seen(
        findings=findings, calm=calm,
        restated=all(x.corrected for x in looked) and calm > 0,
        absorbed=all(x.absorbed for x in looked),
        last_bad_end=max((x.last_bad_end for x in looked if x.last_bad_end is not None), default=None),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    calm: int
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
    values = view.panel.values[row, start:]
    expected, p_value = view.expectation.expected[row, start:], view.expectation.p_value[row, start:]
    known = np.flatnonzero(np.isfinite(values) & np.isfinite(expected))
    if not len(known):
        return None
    first = finding.observed - finding.expected
    deviation = values - expected
    scale = abs(first) / max(abs(finding.expected), 1e-12)
    size = np.abs(deviation) / np.maximum(np.abs(expected), 1e-12)
    off = (np.sign(deviation) == np.sign(first)) & (size >= _STILL_OFF * min(scale, 1.0)) & (p_value < _VISIBLE_P)
    off &= np.isfinite(values)
    calm = 0
    for i in reversed(known):
        if off[i]:
            break
        calm += 1
    bad = np.flatnonzero(off)
    own = known[known < max(_length(finding, view), 1)]
    left = np.nanmean(deviation[own]) / first if len(own) and first else 1.0
    return _Look(
        calm=calm,
        corrected=bool(left < 1 - _CORRECTED) and not off[own].any(),
        absorbed=len(values) > ABSORB_PERIODS,
        last_bad_end=axis.start(start + int(bad[-1]) + 1) if len(bad) else None,
    )


def _length(finding: Finding, view: View) -> int:
    """Periods that the finding covered when it was last reported: up to its end, else its first."""
    axis = view.panel.axis
    start = axis.position(finding.start)
    return (axis.position(finding.end) - start) if finding.end else 1
