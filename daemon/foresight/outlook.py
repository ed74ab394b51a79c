"""Where every target stands: what is there, and what is expected of the rest, by the same expectation that judges each day.

The panel goes on to the end of the month with unknown days, so that weekdays, trend and known events are those of judging. An open
trouble is taken to go on: its level is the base from its beginning on.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from config.targets import Bound, Target
from daemon.calendar_masks import masks
from daemon.costing import next_month
from daemon.foresight.model import Pace
from daemon.gating import gates_of
from daemon.history import history_of
from daemon.judging import View
from daemon.model import Incident, Status, Verdict
from daemon.sources import timeline
from daemon.watch import Watch
from daemon.workers import Task
from detectors.cadence import Unit
from detectors.panel import Floats, Panel
from detectors.series.maturity import Completeness
from detectors.series.pacing import crossing, outlook, used_up
from detectors.series.sums import wander

# A day that shows less of its final value than this is taken as expected.
_COMPLETE = 0.98
_SEASON = 7
# Days after which a level is none the less sure for having been new.
_NEW = 28
# A trend that crosses a limit within sight, and one whose 90 % interval does too, with all of its far end.
_EVEN, _SURE = 0.5, 0.95


def paces(watch: Watch, incidents: Sequence[Incident]) -> list[Pace]:
    """How every target of the configuration stands, in its order."""
    newest = [v.panel.axis.start(len(v.panel.axis)).astimezone(watch.zone).date() for v in watch.views.values()]
    yesterday = max(newest, default=date.min + timedelta(days=1)) - timedelta(days=1)
    return [
        _pace(watch, target, incidents) or replace(_pace_at(yesterday, target, watch), reason="no table reports it")
        for target in watch.settings.targets
    ]


def _pace_at(last: date, target: Target, watch: Watch) -> Pace:
    """The target on a day of which nothing else is known. Goal or budget, where it does not say, by what is good news of its KPI."""
    usual = Bound.GOAL if watch.settings.kpis[target.kpi].good == "up" else Bound.BUDGET
    return Pace(
        kpi=target.kpi,
        channel=target.channel,
        kind=target.kind or usual,
        number=target.month if target.month is not None else target.limit or 0.0,
        last=last,
        month=None if target.month is None else (last + timedelta(days=1)).replace(day=1),
    )


def _pace(watch: Watch, target: Target, incidents: Sequence[Incident]) -> Pace | None:
    for view in watch.views.values():
        row = _row(view, target)
        if row is None:
            continue
        known = len(view.panel.axis) - int(view.settle[row])
        if known <= 0:
            return None
        pace = _pace_at(_day(view.panel, known - 1), target, watch)
        if view.panel.axis.cadence.unit is not Unit.DAY:
            return replace(pace, reason="only what is reported by the day can be foreseen")
        if target.limit is not None:
            return _of_limit(pace, view, row, known)
        return _of_month(pace, watch, view, row, known, incidents)
    return None


def _row(view: View, target: Target) -> int | None:
    """The row of a target's series; where the business has one channel, that is the whole."""
    keys = view.panel.keys
    own = [i for i, k in enumerate(keys) if k.kpi == target.kpi and not k.segment]
    exact = [i for i in own if keys[i].channel == target.channel]
    return exact[0] if exact else own[0] if target.channel is None and len(own) == 1 else None


def _of_limit(pace: Pace, view: View, row: int, known: int) -> Pace:
    values, exposure = view.panel.values[row, :known], view.panel.exposure[row, :known]
    weights = np.where(np.isfinite(exposure), exposure, np.nan) if np.isfinite(exposure).any() else np.ones(known)
    newest = slice(max(known - _SEASON, 0), known)
    usable = np.isfinite(values[newest]) & np.isfinite(weights[newest])
    if not usable.any() or not weights[newest][usable].sum():
        return replace(pace, reason="nothing is known of the last week")
    now = float(np.average(values[newest][usable], weights=weights[newest][usable]))
    upwards = pace.kind is Bound.BUDGET
    if (now > pace.number) if upwards else (now < pace.number):
        return replace(pace, so_far=now, missed=1.0)
    found = crossing(values, weights, _SEASON, pace.number, upwards=upwards)
    if found is None:
        return replace(pace, so_far=now)

    def day(periods: float) -> date:
        return pace.last + timedelta(days=1 + int(periods))

    return replace(
        pace,
        so_far=now,
        missed=_EVEN if found.latest is None else _SURE,
        on=day(found.periods),
        earliest=day(found.earliest),
        latest=None if found.latest is None else day(found.latest),
    )


def _of_month(pace: Pace, watch: Watch, view: View, row: int, known: int, incidents: Sequence[Incident]) -> Pace:
    tomorrow = pace.last + timedelta(days=1)
    first, end = tomorrow.replace(day=1), next_month(tomorrow)
    rest, past = (end - tomorrow).days, (tomorrow - first).days
    pace = replace(pace, rest=rest)
    was = view.periods(view.expectation.expected, 0, known)[row]
    came = _observed(view, row, known)
    ahead, anew = _ahead(watch, view, row, known, rest, incidents)
    learned = wander(came, was, _SEASON, rest)
    so_far = np.where(np.isfinite(came), came, was)[known - past :] if past else np.zeros(0)
    if learned is None or not np.isfinite(ahead).all() or not np.isfinite(so_far).all() or past > known:
        return replace(pace, reason="too little is known of it yet")
    total = float(so_far.sum())
    seen = outlook(total, ahead, learned, anew)
    above = seen.above(pace.number)
    pace = replace(
        pace,
        so_far=total,
        expected=seen.expected,
        lower=seen.lower,
        upper=seen.upper,
        missed=above if pace.kind is Bound.BUDGET else 1 - above,
    )
    if pace.kind is not Bound.BUDGET:
        return pace
    if total > pace.number:
        over = first + timedelta(days=int(np.flatnonzero(np.cumsum(so_far) > pace.number)[0]))
        return replace(pace, missed=1.0, on=over, earliest=over, latest=over)
    part = (seen.upper - seen.expected) / float(ahead.sum()) if ahead.sum() > 0 else 0.0

    def passes(factor: float) -> date | None:
        index = used_up(total, ahead, pace.number, factor)
        return None if index is None else tomorrow + timedelta(days=index)

    return replace(pace, on=passes(1.0), earliest=passes(1 + part), latest=passes(max(1 - part, 0.0)))


def _observed(view: View, row: int, known: int) -> Floats:
    """What came, up to the last known day; unknown where a day still fills up."""
    came = view.panel.values[row, :known].copy()
    if view.age is not None:
        came[view.age.over(len(view.panel.axis))[0][row, :known] < _COMPLETE] = np.nan
    return came


def _ahead(
    watch: Watch, view: View, row: int, known: int, rest: int, incidents: Sequence[Incident]
) -> tuple[Floats, int | None]:
    """What is expected of the days that are left, one by one; and how many days the level is known from, if it is new."""
    panel, check = view.panel.rows([row]), view.check
    number = int(timeline.number(panel.axis.local[:1], panel.axis.cadence)[0])
    unknown = np.full((1, rest), np.nan)
    longer = Panel(
        axis=timeline.axis(number, known + rest, panel.axis.cadence, view.snapshot.zone),
        keys=panel.keys,
        types=panel.types,
        values=np.concatenate([_observed(view, row, known)[None], unknown], axis=1),
        exposure=np.concatenate([panel.exposure[:, :known], unknown], axis=1),
        factor=panel.factor,
    )
    history = history_of(longer, [_going_on(i) for i in incidents])
    calendar = masks(watch.events, longer, watch.closing)
    breaks = calendar.breaks | history.breaks

    def arguments() -> dict[str, Any]:
        return {
            "panel": longer,
            "first": known,
            "judged": known,
            "gates": gates_of(longer, watch.settings, np.zeros(1)),
            "excluded": history.excluded,
            "age": Completeness.full(1),
            "masks": replace(calendar, exempt=calendar.exempt | history.over, breaks=breaks),
        }

    judged = watch.workers.run([Task(name=f"{check}/ahead/{panel.keys[0]}", series=1, arguments=arguments)])[0]
    newest = np.flatnonzero(breaks[0, max(known - _NEW, 0) : known])
    return judged.expectation.expected[0, -rest:], min(known, _NEW) - int(newest[-1]) if len(newest) else None


def _going_on(incident: Incident) -> Incident:
    """An open trouble as the new normal, which it is for the rest of the month unless somebody ends it."""
    if incident.status is not Status.OPEN or incident.said.verdict is Verdict.DATA_FAULT:
        return incident
    lasting = tuple(f for f in incident.everything if f.end is None)
    return replace(incident, findings=lasting, consequences=(), said=replace(incident.said, verdict=Verdict.NEW_NORMAL))


def _day(panel: Panel, period: int) -> date:
    day: date = panel.axis.local[period].astype("datetime64[D]").astype(date)
    return day
