"""Where an incident sits, why, what it costs, and the words for it: puts the pure parts together for the cycle."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from math import isfinite
from typing import Any

from config.context import Action
from daemon import evidence, impact, place, severity
from daemon.alerts import summary
from daemon.alerts.alert import SCHEMA, Alert
from daemon.alerts.compose import compose, subject, title, wanted
from daemon.alerts.dates import DAY
from daemon.alerts.made_of import told_in, with_words
from daemon.alerts.shift_words import Speech
from daemon.alerts.story import Series, Story, channel_faces, kpi_faces
from daemon.calendar import KnownEvent
from daemon.change_evidence import near
from daemon.consequences import without_consequences
from daemon.costing import cost, money_per_day
from daemon.history import base_from
from daemon.judging import View
from daemon.made_of import tree_of
from daemon.model import Change, Incident, KnownChange, Listed, Shift, Status
from daemon.replies import as_told
from daemon.shifts import shifts_of
from daemon.transition import Transition, Why
from daemon.watch import Watch
from daemon.why import explain as causes_of
from detectors.cadence import Cadence
from detectors.causes.evidence import Evidence
from detectors.finding import Finding, Shape
from detectors.panel import Floats, SeriesKey
from detectors.segments.movement import Movement

# Periods that a chart shows.
_CHART_PERIODS = 28


def explain(watch: Watch, incident: Incident, now: datetime) -> Incident:
    """The incident with where, causes, impact, severity and consequences as they stand now."""
    incident = _over_with_its_event(incident, watch)
    incident = replace(incident, findings=incident.everything, consequences=())
    incident = replace(incident, changes=_changed(watch, incident))
    known = evidence.of_incident(incident, watch.views, watch.settings, watch.events, watch.log.changes)
    incident = replace(incident, where=place.where(incident, watch.views, watch.settings))
    tree = tree_of(incident, known, _alike(watch.views, incident), watch.identities)
    tree = tree and with_words(tree, watch.settings, watch.identities)
    explained = causes_of(watch.causes, known, incident, watch.settings, told_in(tree))
    incident = replace(
        incident,
        tree=tree,
        causes=explained.causes,
        steady=explained.steady,
        together=explained.together,
        decides=explained.decides,
    )
    findings, consequences = without_consequences(incident.findings, tree, watch.settings)
    # What follows from the findings counts for what they cost, though it is not told.
    impact = cost(watch, incident, known.movements, now)
    incident = replace(incident, findings=findings, consequences=consequences, impact=impact)
    return _weighed(watch, replace(incident, shifts=_shifts(watch, incident, known)), known.movements)


def costed(watch: Watch, incident: Incident, now: datetime) -> Incident:
    """The incident with what it costs by now, and how much it matters; why and where stand as they were told."""
    moved = evidence.moved(incident, watch.views)
    whole = replace(incident, findings=incident.everything, consequences=())
    return _weighed(watch, replace(incident, impact=cost(watch, whole, moved, now)), moved)


def _weighed(watch: Watch, incident: Incident, moved: Sequence[Movement]) -> Incident:
    money = money_per_day(moved, watch.views)
    return replace(incident, severity=severity.severity(incident, watch.settings, money_per_day=money, moved=moved))


def _shifts(watch: Watch, incident: Incident, known: Evidence) -> tuple[Shift, ...]:
    """What of it only moved from part to part, since what is worst of it began: days before dilute what moved."""
    worst = incident.findings[0]
    if worst.start != incident.started_at:
        since = replace(incident, started_at=worst.start)
        known = evidence.of_incident(since, watch.views, watch.settings, watch.events)
    check = watch.settings.checks.get(worst.key.check)
    speech = Speech.of(watch.settings, Cadence.parse(check.cadence) if check else DAY)
    return shifts_of(incident, known.movements, watch.settings, speech)


def _changed(watch: Watch, incident: Incident) -> tuple[KnownChange, ...]:
    """What was changed around its start, in its channels or for all of them."""
    focus = frozenset(f.key.channel for f in incident.findings if f.key.channel is not None)
    period = evidence.first_period(incident, watch.views)
    return near(watch.log.changes, incident.started_at, period, focus)


def _alike(views: Mapping[str, View], incident: Incident) -> frozenset[str]:
    """The checks whose periods are as long as those of the check that raised the alarm."""
    own = views.get(incident.findings[0].key.check)
    return frozenset(n for n, v in views.items() if own is not None and v.panel.axis.cadence == own.panel.axis.cadence)


def settle(watch: Watch, incident: Incident, now: datetime) -> Incident:
    """A closed incident with its final cost; what the source took back cost nothing.

    Of one that lasted so long that its level became the base, the time before is measured: later it is compared with itself.
    """
    if incident.impact is None or incident.impact.value is None:
        return incident
    if incident.status is Status.RETRACTED:
        return replace(incident, impact=replace(incident.impact, value=0.0, lower=0.0, upper=0.0, recorded_value=0.0))
    view = watch.views.get(incident.findings[0].key.check)
    measurable, ended = incident, incident.ended_at
    if view is not None and ended is not None:
        axis = view.panel.axis
        base = min(base_from(incident, incident.findings[0], axis), len(axis))
        measurable = replace(incident, ended_at=min(ended, axis.start(base)))
    moved = evidence.moved(measurable, watch.views)
    final = cost(watch, measurable, moved, now)
    if final is not None and ended is not None and measurable.ended_at is not None and measurable.ended_at < ended:
        lasted, measured = ended - incident.started_at, measurable.ended_at - incident.started_at
        final = replace(impact.prolonged(final, lasted / measured), to=ended)
    return replace(incident, impact=final)


def alert(watch: Watch, transition: Transition, now: datetime, told: Mapping[str, Any] | None = None) -> Alert:
    """The words for one transition. told: the newest stored alert about the incident that arrived."""
    previous = Alert.from_dict(told) if told is not None and told.get("schema") == SCHEMA else None
    return compose(
        replace(
            _story(watch, transition.incident, now), change=transition.change, reason=transition.why, previous=previous
        )
    )


def farewell(watch: Watch, incident: Incident, now: datetime) -> Alert:
    """The words for an incident that a person closed, also where no table has been read."""
    story = _story(watch, incident, now)
    # How long it lasted is told in periods that are known, whenever somebody closed it.
    known = tuple(replace(f, end=max(min(f.end or now, story.data_to), f.start)) for f in incident.findings)
    story = replace(story, incident=replace(incident, findings=known), change=Change.RESOLVED, reason=Why.BY_HAND)
    return compose(story)


def named(watch: Watch, incident: Incident, now: datetime) -> Incident:
    """The incident with what lists call it now, and what mailboxes call it for good."""
    story = _story(watch, as_told(incident), now)
    return replace(incident, title=title(story), subject=subject(story))


def known_at_start(watch: Watch, incidents: Sequence[Incident], now: datetime) -> Alert:
    """One message for what was already off at first sight."""
    return summary.known_at_start([_story(watch, i, now) for i in incidents])


def at_once(watch: Watch, listed: Listed, incidents: Sequence[Incident], now: datetime) -> Alert:
    """One message for what began at the same time as more urgent things that are told one by one."""
    return summary.at_once([_story(watch, i, now) for i in incidents], listed)


def _story(watch: Watch, incident: Incident, now: datetime) -> Story:
    check = incident.findings[0].key.check
    view = watch.views.get(check)
    axis = view.panel.axis if view else None
    story = Story(
        incident=incident,
        change=Change.OPENED,
        now=now,
        zone=watch.zone,
        currency=watch.settings.currency,
        data_to=axis.start(len(axis)) if axis else _known_to(incident, now),
        channels=channel_faces(watch.settings),
        kpis=kpi_faces(watch.settings),
        reporting=_reporting(watch.views),
        planned=_planned(watch, incident.findings[0]),
    )
    if axis:
        story = replace(story, cadence=axis.cadence)
    elif check in watch.settings.checks:
        story = replace(story, cadence=Cadence.parse(watch.settings.checks[check].cadence))
    return replace(
        story, series={key: found for key in wanted(story) if (found := _series(watch.views, key)) is not None}
    )


def _planned(watch: Watch, worst: Finding) -> str:
    """The event of which a lift was expected when it went missing."""
    event = _lifting(watch, worst)
    return event.title if event is not None else ""


def _lifting(watch: Watch, finding: Finding) -> KnownEvent | None:
    if finding.shape is not Shape.MISSING_LIFT:
        return None
    day = finding.start.astimezone(watch.zone).date()
    lifting = [e for e in watch.events if e.action is Action.EXPECT_LIFT and e.concerns(finding.key.channel)]
    return next((e for e in lifting if e.start <= day < e.end), None)


def _over_with_its_event(incident: Incident, watch: Watch) -> Incident:
    """The incident whose missing lifts end when their event did, also those that its last day made too small to tell."""

    def ended(finding: Finding) -> Finding:
        event, view = _lifting(watch, finding), watch.views.get(finding.key.check)
        if finding.end is not None or event is None or view is None:
            return finding
        end = datetime.combine(event.end, time(), view.snapshot.zone).astimezone(finding.start.tzinfo)
        return replace(finding, end=end) if end <= view.panel.axis.start(len(view.panel.axis)) else finding

    return replace(
        incident,
        findings=tuple(ended(f) for f in incident.findings),
        consequences=tuple(ended(f) for f in incident.consequences),
    )


def _known_to(incident: Incident, now: datetime) -> datetime:
    """How far the data reached when an incident was last explained."""
    return incident.impact.to if incident.impact is not None else incident.updated_at or now


def _reporting(views: Mapping[str, View]) -> dict[str, frozenset[str]]:
    """KPI -> channels that report it."""
    channels: dict[str, set[str]] = {}
    for view in views.values():
        for key in view.panel.keys:
            if key.channel is not None and not key.segment:
                channels.setdefault(key.kpi, set()).add(key.channel)
    return {kpi: frozenset(names) for kpi, names in channels.items()}


def _series(views: Mapping[str, View], key: SeriesKey) -> Series | None:
    """The newest periods of a series, as a chart shows them; what the table says where it cannot be trusted is not shown."""
    view = views.get(key.check)
    if view is None or not (rows := view.rows_of([key])):
        return None
    row, axis, of = rows[0], view.panel.axis, view.expectation
    window = range(max(len(axis) - _CHART_PERIODS, 0), len(axis))

    def plain(values: Floats) -> tuple[float | None, ...]:
        return tuple(float(value) if isfinite(value) else None for value in values)

    def of_window(array: Floats) -> tuple[float | None, ...]:
        return plain(view.periods(array[row], window.start, window.stop))

    return Series(
        starts=tuple(axis.start(i) for i in window),
        observed=plain(view.panel.values[row, window.start :]),
        expected=of_window(of.expected),
        lower=of_window(of.lower),
        upper=of_window(of.upper),
    )
