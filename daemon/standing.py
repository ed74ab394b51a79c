"""How an open incident stands: what this cycle's views say of its series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np

from daemon.fault_end import has_arrived, seen_off_at, stood_still_until
from daemon.grouping import is_data_fault
from daemon.history import base_from
from daemon.incidents import Seen
from daemon.judging import View
from daemon.model import Incident, Verdict
from detectors.cadence import INTRADAY
from detectors.finding import Finding, Shape
from detectors.pace import Pace, pace_of
from detectors.panel import Floats

# Evidence, as a log-likelihood ratio, that a series is back rather than still off: 3 is twenty to one.
_BACK = 3.0
# Series whose deviation is smaller than their daily noise take weeks to tell; others decide where there are any.
_TELLING = 1.0
T = TypeVar("T", int, datetime)

# The source "corrected" a value when more than this part of the deviation is gone from the very periods of the finding.
_CORRECTED = 0.6
# ... and what is left of it is no more than so many times the usual noise.
_ORDINARY = 2.5
# Periods that tell how a series scatters.
_WEEK = 7
# What is off by so much more in its newest periods than it was told, and by so many standard errors, still grows.
_GROWS = 1.33
_NEWEST = 3
_SURE = 2.0
# A single period must be surer of itself.
_ALONE_SURE = 3.0
# ... and hold this part of what a usual one does: at night a handful of orders is many times as many as expected.
_BUSY = 0.5


def seen(incident: Incident, findings: Sequence[Finding], views: Mapping[str, View], judged: Mapping[str, int]) -> Seen:
    """What this cycle's views say of an open incident.

    judged: check -> number of periods newly judged in this cycle.
    """
    if is_data_fault(incident.findings[0]):
        return Seen(
            findings=findings,
            data_arrived=has_arrived(incident, findings, views, judged),
            last_bad_end=stood_still_until(incident, views),
        )
    own = {f.key for f in incident.everything}
    totals = _of_the_finest([f for f in incident.findings if f.key.depth < 2] or list(incident.findings), views)
    absorbs = incident.said.verdict is not Verdict.DATA_FAULT
    looks = [
        look
        for f in totals
        if judged.get(f.key.check)
        and f.key.check in views
        and (look := _look(f, views[f.key.check], incident, absorbs=absorbs)) is not None
    ]
    looks = [look for look in looks if look.telling >= _TELLING] or looks
    if not looks:
        return Seen(findings=findings)
    # KPIs that settle late speak of earlier periods; those that know the newest ones decide.
    newest = max(look.until for look in looks)
    looks = [look for look in looks if look.until == newest]
    return Seen(
        findings=findings,
        calm=0 if any(look.is_off for look in looks) else _middle([look.calm for look in looks]),
        calm_needed=max(look.pace.calm for look in looks),
        restated=all(look.corrected for look in looks),
        spreads=any(f.end is None and f.key not in own and not _settles_late(f, views) for f in findings),
        grows=max(looks, key=lambda look: look.telling).grows,
        newest_size=_newest_size(incident, looks),
        absorbed=any(look.absorbed for look in looks)
        and all(look.absorbed or look.calm >= look.pace.calm for look in looks),
        last_bad_end=_middle([look.last_bad_end for look in looks if look.last_bad_end is not None]),
    )


def _of_the_finest(findings: Sequence[Finding], views: Mapping[str, View]) -> list[Finding]:
    """Where hours are among the findings, they tell whether a trouble is over; the day's sum tells it a day later."""
    intraday = [f for f in findings if f.key.check in views and views[f.key.check].panel.axis.cadence.unit in INTRADAY]
    return intraday or list(findings)


def _settles_late(finding: Finding, views: Mapping[str, View]) -> bool:
    """Whether a KPI is judged behind the others."""
    view = views.get(finding.key.check)
    rows = view.rows_of([finding.key]) if view else []
    return bool(rows) and view is not None and bool(view.settle[rows[0]] > 0)


@dataclass(frozen=True, slots=True)
class _Look:
    """calm: newest periods that speak for recovery; is_off: the newest ones clearly speak against it.

    telling: the deviation in units of daily noise. until: end of the newest known period. grows: it has become larger.
    newest_size: by how much the newest periods are off, in parts of what was expected, where that is clearly more; else 0.
    """

    of: Finding

    calm: int
    is_off: bool
    grows: bool
    newest_size: float
    telling: float
    until: datetime
    corrected: bool
    absorbed: bool
    last_bad_end: datetime | None
    pace: Pace


def _look(finding: Finding, view: View, incident: Incident, *, absorbs: bool) -> _Look | None:
    """How the series of a finding stands now; None where it cannot be told. absorbs: what lasts becomes the base."""
    rows = view.rows_of([finding.key])
    if not rows:
        return None
    axis, row = view.panel.axis, rows[0]
    pace = pace_of(axis.cadence)
    start = max(axis.position(finding.start), 0)
    values = view.panel.values[row, start:]
    expected, noise = (
        view.periods(x[row], start, len(axis)) for x in (view.expectation.expected, view.expectation.error_scale)
    )
    known = np.flatnonzero(np.isfinite(values) & np.isfinite(expected) & (noise > 0))
    change = finding.relative_change if finding.was is None else finding.was
    first = change * abs(finding.expected) if finding.expected else finding.observed
    if not len(known) or not first:
        return None
    deviation, noise = (values - expected)[known], noise[known]
    until = axis.start(start + int(known[-1]) + 1)
    base = base_from(incident, finding, axis) - start
    absorbed = absorbs and len(values) > base
    if finding.shape is Shape.VARIANCE:
        return _look_at_scatter(finding, deviation, noise, until, pace, absorbed=absorbed)
    # What the deviation would be if the trouble went on: the same part of what is expected now.
    ongoing = first / finding.expected * expected[known] if finding.expected else np.full(len(known), first)
    calm = _calm_periods(deviation, ongoing, noise)
    if absorbed:  # now the expectation is the new base: what came before tells whether the trouble was over
        before = known < base
        ended = _calm_periods(deviation[before], ongoing[before], noise[before]) if before.any() else 0
        calm = ended + int((~before).sum()) if ended else 0
        absorbed = not ended
    own = known < max(_length(finding, view), 1)
    left = float(deviation[own].mean()) / first if own.any() else 1.0
    usual = float(noise[own].mean()) if own.any() else 0.0
    if finding.shape is Shape.MISSING_LIFT and finding.end is not None:
        # A planned event is over when it was planned to be.
        calm = int((known >= axis.position(finding.end) - start).sum())
    corrected = left < 1 - _CORRECTED and abs(left * first) <= _ORDINARY * usual and calm == len(known)
    if finding.end is not None and abs(float(values[known[own]].mean()) - finding.observed) < _CORRECTED * abs(first):
        corrected = False  # its periods say what they said: what is expected of them has moved
    bad = len(known) - calm
    if not bad:  # put right, or nearer to what is usual than to what was told, but off
        bad = int(own.sum())
    if corrected and finding.end is None:  # it had been seen to last so long
        bad = max(bad, int((known < axis.position(seen_off_at(incident)) - start).sum()))
    if axis.cadence.unit in INTRADAY:  # nights tell nothing: a trouble of the evening did not end in the morning
        telling = np.flatnonzero(np.abs(ongoing[:bad]) >= noise[:bad])
        bad = int(telling[-1]) + 1 if len(telling) else bad
    return _Look(
        of=finding,
        calm=calm,
        is_off=not calm and float(_evidence(deviation, ongoing, noise)[-pace.calm :].sum()) <= -_BACK,
        grows=_grows(deviation[-_NEWEST:], ongoing[-_NEWEST:], noise[-_NEWEST:]),
        newest_size=_further_off(deviation, ongoing, noise, expected[known]),
        until=until,
        telling=float(np.median(np.abs(ongoing) / noise)),
        corrected=corrected,
        absorbed=absorbed,
        last_bad_end=until if absorbed else axis.start(start + int(known[bad - 1]) + 1) if bad else None,
        pace=pace,
    )


def _look_at_scatter(
    finding: Finding, deviation: Floats, noise: Floats, until: datetime, pace: Pace, *, absorbed: bool
) -> _Look:
    """The same of a series whose scatter changed: it is back when the newest week lies nearer to the usual than to the new."""
    ratio = finding.observed / finding.expected if finding.expected else 1.0
    newest = float(np.sqrt(np.mean((deviation / noise)[-_WEEK:] ** 2)))
    back = len(deviation) > _WEEK and (newest < np.sqrt(ratio) if ratio > 1 else newest > np.sqrt(ratio))
    return _Look(
        of=finding,
        calm=pace.calm if back else 0,
        is_off=not back,
        grows=False,
        newest_size=0.0,
        telling=1.0,
        until=until,
        corrected=False,
        absorbed=absorbed and not back,
        last_bad_end=until,
        pace=pace,
    )


def _calm_periods(deviation: Floats, ongoing: Floats, noise: Floats) -> int:
    """The longest newest run of periods that speaks clearly for recovery and holds no period that speaks against it.

    Each period's evidence is the log-likelihood ratio of "back" (deviation 0) against "goes on", with normal noise; a
    loud series is known to be back after one period, a noisy one only after several.
    """
    summed = np.cumsum(_evidence(deviation, ongoing, noise)[::-1])
    best = int(np.argmax(summed))
    return best + 1 if summed[best] >= _BACK - 1e-9 else 0


def _newest_size(incident: Incident, looks: Sequence[_Look]) -> float:
    """That of the KPI at the head: of the whole business where it is in it, else of the one channel. Several are measured together."""
    kpi = incident.findings[0].key.kpi
    channels = {f.key.channel for f in incident.findings if f.key.kpi == kpi and f.key.depth < 2}
    measured = None if None in channels or len(channels) > 1 else next(iter(channels), None)
    own = [
        look for look in looks if look.of.key.kpi == kpi and look.of.key.channel == measured and not look.of.key.segment
    ]
    return max(own, key=lambda look: look.telling).newest_size if own else 0.0


def _further_off(deviation: Floats, ongoing: Floats, noise: Floats, expected: Floats) -> float:
    """By how much the newest period, or the newest few, are off where they are clearly further off than what was told; else 0."""
    for newest, sure in ((1, _ALONE_SURE), (_NEWEST, _SURE)):
        usual = float(expected[-newest:].sum())
        is_busy = usual > 0 and usual >= _BUSY * newest * float(expected.mean())
        if is_busy and _grows(deviation[-newest:], ongoing[-newest:], noise[-newest:], sure):
            return abs(float(deviation[-newest:].sum())) / usual
    return 0.0


def _grows(deviation: Floats, ongoing: Floats, noise: Floats, sure: float = _SURE) -> bool:
    """Whether the newest periods are clearly further off than if the trouble went on as it was told."""
    usual = float(ongoing.sum())
    more = (float(deviation.sum()) - usual) * np.sign(usual)
    return bool(more >= (_GROWS - 1) * abs(usual) and more >= sure * float(np.sqrt((noise**2).sum())))


def _evidence(deviation: Floats, ongoing: Floats, noise: Floats) -> Floats:
    """Each period's log-likelihood ratio of "back" against "goes on", bounded: no single period says it all."""
    return np.asarray(np.clip(ongoing * (ongoing - 2 * deviation) / (2 * noise**2), -_BACK, _BACK), dtype=np.float64)


def _middle(values: Sequence[T]) -> T | None:
    """The lower median; None of nothing."""
    return sorted(values)[(len(values) - 1) // 2] if values else None


def _length(finding: Finding, view: View) -> int:
    """Periods that the finding covered when it was last reported: up to its end, else its first."""
    axis = view.panel.axis
    start = axis.position(finding.start)
    return (axis.position(finding.end) - start) if finding.end else 1
