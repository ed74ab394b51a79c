"""Gathers what is known about an incident from every check: movements, the state of the data, the calendar."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from math import log1p
from zoneinfo import ZoneInfo

import numpy as np

from config.kinds import FLAG_OF_KIND, MOMENTS
from config.settings import Settings
from daemon import change_evidence
from daemon.calendar import KnownEvent
from daemon.change_evidence import direction
from daemon.judging import View, between
from daemon.model import Incident, KnownChange
from daemon.sources.health import DataProblem
from detectors.causes.evidence import Evidence, Flag, Health, gather
from detectors.finding import Shape
from detectors.segments.movement import ZERO_EXPECTED, ZERO_SHARE, Movement, movements

# How long before its date a known event may show (clocks and calendars differ), and after its end, or after its start where
# it is done at one moment. What lies farther off is near by chance.
_EARLY = timedelta(days=1)
_LATE: Mapping[str, timedelta] = {
    "holiday": timedelta(days=1),
    "promo": timedelta(),
    "offline_flight": timedelta(days=7),
}
_AFTERWARDS = timedelta(days=2)
# Periods before an onset: what was at nothing in all of them was so already. A week, so that a weekend off is none.
_BEFORE = 7
# A promotion this recently over explains a hangover.
_HANGOVER = timedelta(days=3)


def of_incident(
    incident: Incident,
    views: Mapping[str, View],
    settings: Settings,
    events: Sequence[KnownEvent],
    changes: Sequence[KnownChange] = (),
) -> Evidence:
    """Everything that speaks for or against causes of an incident. changes: all that feeds tell; `incident.changes` are near."""
    problems = [p for view in views.values() for p in view.snapshot.problems]
    return gather(
        moved(incident, views),
        findings=incident.findings,
        kinds={name: str(channel.kind) for name, channel in settings.channels.items()},
        dimensions={
            name: dimension.role or name
            for check in settings.checks.values()
            for name, dimension in check.dimensions.items()
        },
        health=[_health(p) for p in problems if _concerns(p, incident)],
        checked=views.keys(),
        flags=_one_voice(
            change_evidence.flags(
                changes,
                incident.changes,
                settings.changes.values(),
                incident.started_at,
                first_period(incident, views),
            ),
            _flags(events, incident.started_at, ZoneInfo(settings.timezone)),
        ),
    )


def first_period(incident: Incident, views: Mapping[str, View]) -> timedelta:
    """The length of the period that the incident began in: its start is known no better."""
    view = views.get(incident.findings[0].key.check)
    if view is None or len(axis := view.panel.axis) < 2:
        return timedelta(days=1)
    at = min(max(axis.position(incident.started_at), 0), len(axis) - 1)
    return axis.start(at + 1) - axis.start(at)


def _one_voice(logged: Sequence[Flag], planned: Sequence[Flag]) -> list[Flag]:
    """What feeds and the calendar tell. What one of them knows is not absent because the other does not have it."""
    present = {f.role for f in (*logged, *planned) if f.present}
    return [f for f in (*logged, *planned) if f.present or f.role not in present]


def moved(incident: Incident, views: Mapping[str, View]) -> list[Movement]:
    """How every series of every check moved from the incident's start to its end, or its newest judged period."""
    own = log1p(max(incident.findings[0].relative_change, -0.99)) if incident.findings[0].expected else 0.0
    return [movement for view in views.values() for movement in _moved(incident, view, own)]


def _moved(incident: Incident, view: View, own_change: float) -> list[Movement]:
    axis, started = view.panel.axis, incident.started_at
    if not len(axis):
        return []
    start = max(axis.position(started), 0)
    over = _over(incident)
    end = len(axis) if over is None else min(axis.position(over), len(axis))
    # A week that was mostly over when the trouble began says nothing about it.
    if start < len(axis) and started - axis.start(start) > (axis.start(start + 1) - axis.start(start)) / 2:
        start += 1
    if start >= end:
        return []
    expected, scale = (view.periods(x, start, end) for x in (view.expectation.expected, view.expectation.error_scale))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = scale / np.abs(expected)
    window = between(view.panel, start, end)
    found = movements(window, expected, relative, view.roles, 0, end - start, own_change=own_change)
    return [m for row, m in enumerate(found) if not (m.key.segment and _was_over(view, row, start))]


def _was_over(view: View, row: int, start: int) -> bool:
    """Whether a part of the business had ended before the trouble began, as a campaign that ran out: it tells nothing of it."""
    since = max(start - _BEFORE, 0)
    seen, hoped = view.panel.values[row, since:start], view.periods(view.expectation.expected[row], since, start)
    known = np.isfinite(seen) & np.isfinite(hoped)
    expected = float(hoped[known].sum())
    return expected >= ZERO_EXPECTED and float(seen[known].sum()) <= ZERO_SHARE * expected


def _over(incident: Incident) -> datetime | None:
    """The end of an incident; a lift that is missing is told for the days of its event, also while it is still open."""
    worst = incident.findings[0]
    return worst.end if worst.shape is Shape.MISSING_LIFT and worst.end is not None else incident.ended_at


def _concerns(problem: DataProblem, incident: Incident) -> bool:
    """Whether a data problem lies in the incident's time."""
    return problem.since >= incident.started_at - timedelta(days=1)


def _health(problem: DataProblem) -> Health:
    return Health(kind=str(problem.kind), check=problem.check, channel=problem.channel, detail=problem.detail)


def _flags(events: Sequence[KnownEvent], started: datetime, zone: ZoneInfo) -> list[Flag]:
    """Known events near the start; and, for kinds that the calendar keeps, that there is none."""
    day = started.astimezone(zone).date()
    flags, kept, near = [], set(), set()
    for event in events:
        role = FLAG_OF_KIND.get(event.kind)
        if role is None:
            continue
        kept |= {role, "promo_recent"} if event.kind == "promo" else {role}
        last = event.start if event.kind in MOMENTS else event.end
        if event.start - _EARLY <= day <= last + _LATE.get(event.kind, _AFTERWARDS):
            near.add(role)
            flags.append(
                Flag(
                    role=role,
                    direction=direction(event.kind, event.title),
                    title=event.title,
                    channel=event.channel,
                    since=datetime.combine(event.start, time(), zone),
                )
            )
        if event.kind == "promo" and timedelta() < day - event.end <= _HANGOVER:
            near.add("promo_recent")
            flags.append(Flag(role="promo_recent", title=event.title, channel=event.channel))
    return flags + [Flag(role=role, present=False) for role in sorted(kept - near)]
