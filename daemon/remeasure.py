"""An open incident follows its source: what was corrected, or has filled up since, is measured again. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import isfinite

import numpy as np

from daemon.grouping import is_data_fault
from daemon.judging import View
from daemon.model import Change, Incident, Status
from daemon.news import BETTER_AT, WORSE_BY, size, told
from daemon.transition import Transition, Why
from detectors.cadence import INTRADAY
from detectors.finding import Finding, Shape
from detectors.pace import pace_of
from detectors.panel import Bools
from detectors.series.settling import settling

# A figure that changed by less stays as it was told.
_LEAST = 0.005
# What these tell of is not the mean of their periods: a scatter, a lift that was planned, values that stand still or
# that are not there, the newer half of something slow.
_NO_MEAN = frozenset(
    {Shape.VARIANCE, Shape.MISSING_LIFT, Shape.FLATLINE, Shape.MISSING, Shape.DRIFT_UP, Shape.DRIFT_DOWN}
)


def remeasured(transition: Transition, views: Mapping[str, View]) -> Transition:
    """The transition with the incident's numbers as the source says them now; that it shrank by half so is news."""
    before = transition.incident
    if before.status is Status.RETRACTED:
        return transition  # what was taken back is told as it was told
    after = _incident(before, views)
    if after == before:
        return transition
    now, was = size(after.findings), after.told_size
    if transition.change is Change.NOTHING and was - now >= WORSE_BY and now <= BETTER_AT * was:
        return Transition(incident=told(after), change=Change.BETTER, why=Why.RESTATED)
    return replace(transition, incident=after)


def from_the_beginning(found: Sequence[Finding], incident: Incident, views: Mapping[str, View]) -> tuple[Finding, ...]:
    """What is found anew of a trouble by the hour, measured since it began: the newest night by itself says little."""
    begun = {(f.key, f.observed >= f.expected): f.start for f in incident.everything}
    return tuple(
        _since(f, begun.get((f.key, f.observed >= f.expected), f.start), views.get(f.key.check)) for f in found
    )


def _since(finding: Finding, start: datetime, view: View | None) -> Finding:
    if view is None or finding.end is not None or finding.shape in _NO_MEAN or start >= finding.start:
        return finding
    axis = view.panel.axis
    if axis.cadence.unit not in INTRADAY or not (rows := view.rows_of([finding.key])):
        return finding
    span = slice(max(axis.position(start), 0), len(axis))
    observed = view.panel.values[rows[0], span]
    use = np.isfinite(observed)
    usual = _usual(view, rows[0], span, use) if use.any() else None
    if usual is None:
        return finding
    expected, lower, upper = usual
    return replace(
        finding, start=start, observed=float(observed[use].mean()), expected=expected, lower=lower, upper=upper
    )


def _incident(incident: Incident, views: Mapping[str, View]) -> Incident:
    findings, consequences = (
        tuple(_finding(f, views.get(f.key.check)) for f in some) for some in (incident.findings, incident.consequences)
    )
    return replace(incident, findings=findings, consequences=consequences)


def _finding(finding: Finding, view: View | None) -> Finding:
    """What is over is measured over its own periods; what goes on is measured anew whenever it is found."""
    if finding.shape in _NO_MEAN or is_data_fault(finding):
        return finding
    if view is None or finding.end is None or not (rows := view.rows_of([finding.key])):
        return finding
    axis, row = view.panel.axis, rows[0]
    first, end = axis.position(finding.start), min(axis.position(finding.end), len(axis))
    if first < 0 or end <= first:
        return finding
    span = slice(first, end)
    observed = view.panel.values[row, span]
    use = np.isfinite(observed)
    if not use.any() or not (isfinite(finding.observed) and finding.expected):
        return finding
    share, scatter = np.ones(end - first), np.zeros(end - first)
    if view.age is not None:
        whole, doubt, _ = view.age.over(len(axis))
        share, scatter = whole[row, span], np.sqrt(doubt[row, span])
    mean = float(observed[use].mean())
    grown = float(share[use].mean()) / (finding.settling.share if finding.settling else 1.0)
    if abs(mean - finding.observed) <= _LEAST * abs(finding.observed) and abs(grown - 1.0) <= _LEAST:
        return finding
    expected, lower, upper = _usual(view, row, span, use) or (
        usual * grown for usual in (finding.expected, finding.lower, finding.upper)
    )
    return replace(
        finding,
        observed=mean,
        expected=expected,
        lower=lower,
        upper=upper,
        settling=settling(observed, share, scatter, use),
        was=finding.relative_change if finding.was is None else finding.was,
    )


def _usual(view: View, row: int, span: slice, use: Bools) -> tuple[float, float, float] | None:
    """What was expected of the same periods, and its range; None where it is not known, or has taken the trouble in.

    A finding may have been measured before its end was known: of a closed shop, on the day before it opened again.
    """
    if span.stop - span.start >= pace_of(view.panel.axis.cadence).absorb:
        return None
    of = view.expectation
    periods = [view.periods(x[row], span.start, span.stop)[use] for x in (of.expected, of.lower, of.upper)]
    if not all(np.isfinite(x).all() for x in periods) or not periods[0].mean():
        return None
    expected, lower, upper = (float(x.mean()) for x in periods)
    return expected, lower, upper
