"""From a story to the finished alert. Read this to see what a message holds; `sentences` has the words."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import zip_longest
from typing import assert_never
from urllib.parse import quote

from daemon.alerts import by_hand, dates, made_of, news, sentences
from daemon.alerts.alert import Alert, Link
from daemon.alerts.chart_data import chart_of, sparkline
from daemon.alerts.extent import Extent, extent
from daemon.alerts.money import money_line
from daemon.alerts.newest import newest, whole_business
from daemon.alerts.record import record
from daemon.alerts.repeats import unsaid
from daemon.alerts.scope import Focus, focus
from daemon.alerts.story import Story
from daemon.alerts.untrusted import sentence
from daemon.grouping import DATA_SHAPES, is_data_fault
from daemon.model import Change, Impact
from daemon.transition import Why
from detectors.cadence import INTRADAY
from detectors.finding import Shape
from detectors.panel import SeriesKey

MOST_WHY, MOST_AGAINST, MOST_VERIFY, MOST_OWNERS, MOST_LINKS = 4, 2, 3, 3, 4

_URL_LIMIT = 500
# What is told again though its size is no news.
_AGAIN: dict[Why | None, str] = {Why.BECAME_CRITICAL: "Critical now: ", Why.MUTE_OVER: "Still off: "}
_WEB = ("https://", "http://")


def compose(story: Story) -> Alert:
    """The alert for one change of an incident.

    Raises:
        ValueError: the incident has no findings, or nothing changed.
    """
    match story.change:
        case Change.OPENED:
            return _current(story, "")
        case Change.WORSE:
            return _current(story, _AGAIN.get(story.reason or Why.LARGER, "Worse: "))
        case Change.GROWN:
            return _current(story, "Spreading: ")
        case Change.BETTER:
            return _current(story, "Better: ")
        case Change.REOPENED:
            return _current(story, "Back again: ")
        case Change.RESOLVED | Change.RETRACTED:
            return _over(story)
        case Change.NOTHING:
            raise ValueError(f"nothing changed in incident {story.incident.id}, so there is nothing to tell")
    assert_never(story.change)


def title(story: Story) -> str:
    """The headline as it stands now, without what changed: what an incident is called in lists."""
    told = focus(story)
    return sentences.headline(story, told, sentences.when(story, extent(story, told)))


def subject(story: Story) -> str:
    """What a mailbox calls the incident: what and where, without size; the first words stay, whatever comes later."""
    if story.incident.subject:
        return story.incident.subject
    told = focus(story)
    words = sentences.subject(story, told)
    since = dates.day(extent(story, told).start, story.zone, story.now)
    return sentence(f"{words[:1].upper()}{words[1:]}{',' if ',' in words else ''} from {since}")


def wanted(story: Story) -> tuple[SeriesKey, ...]:
    """The series whose recent periods are shown or told, for `Story.series`: those of the headline, and the whole of its KPI."""
    return tuple(dict.fromkeys([*(f.key for f in focus(story).findings), *whole_business(story)]))


def _current(story: Story, prefix: str) -> Alert:
    """What is off now, and for an update how it differs from what people were last told."""
    told = focus(story)
    face = story.kpi(told.worst.key.kpi)
    time = extent(story, told)
    causes = story.incident.causes
    reasons = story.incident.told_causes
    label, cause = sentences.cause_line(causes, reasons)
    size = sentences.size(told, face)
    latest = newest(story, told)
    was = news.was(story.previous, face.title, size) if prefix and story.previous and not latest else ""
    words = sentences.headline(story, told, sentences.when(story, time), was=was, latest=latest)
    chart = chart_of(story, told, time.start, time.end)
    carried = made_of.carried(story, told.worst.key)
    steady = () if told.worst.shape in DATA_SHAPES else sentences.full(story.incident.steady, 2)
    shifts = sentences.full([s.words for s in story.incident.shifts], 2)
    last_told = news.last_told(story)
    return Alert(
        incident_id=story.incident.id,
        change=story.change,
        severity=story.incident.severity,
        headline=prefix + (words[:1].upper() + words[1:]),
        subject=subject(story),
        size=size,
        scope=told.where,
        news=news.news(story, told, was, last_told),
        numbers=" ".join(filter(None, [sentences.observed_line(story, told), *shifts, carried, *steady])),
        cause=cause,
        cause_label=label or "Likely",
        impact=money_line(_impact(story, told), story.zone, is_over=False, one_period=time.periods == 1),
        why=_why(story, told, _in_turn([c.supporting for c in reasons]), carried, steady),
        against=sentences.full(_in_turn([c.against for c in reasons]), MOST_AGAINST),
        verify=sentences.steps(_in_turn([c.verify for c in reasons]), MOST_VERIFY),
        action=sentences.action(causes),
        owners=_owners(story, told),
        links=_links(story, told),
        chart=chart,
        sparkline=sparkline(chart) if chart else "",
        facts=_facts(story, told.worst.shape, time, last_told if was else ""),
        said=_said(story),
        at=story.now.astimezone(story.zone).isoformat(),
        record=record(story.incident, story.zone),
    )


def _in_turn(of: Sequence[Sequence[str]]) -> list[str]:
    """The first of each, then the second of each, and so on; nothing twice."""
    return list(dict.fromkeys(words for row in zip_longest(*of, fillvalue="") for words in row if words))


def _why(story: Story, told: Focus, reasons: Sequence[str], carried: str, steady: Sequence[str]) -> tuple[str, ...]:
    """What speaks for the likeliest cause and stands nowhere above."""
    fresh = [r for r in reasons if not (carried and made_of.says(story.incident.tree, r))]
    return unsaid(sentences.full(fresh, len(fresh)), steady, is_data=told.worst.shape in DATA_SHAPES)[:MOST_WHY]


def _over(story: Story) -> Alert:
    """How long it lasted and what it cost in total; or that there never was anything."""
    told = focus(story)
    time = extent(story, told)
    chart = chart_of(story, told, time.start, time.end)
    # Neither a number that was wrong nor one that somebody expected has a cause to look for, or costs anything.
    settled = story.change is Change.RETRACTED or by_hand.is_as_it_should_be(story)
    label, cause = sentences.past_cause_line(story.incident.causes)
    headline, numbers = _ending(story, told, time)
    numbers += _first_told(story, told)
    return Alert(
        incident_id=story.incident.id,
        change=story.change,
        severity=story.incident.severity,
        headline=headline,
        subject=subject(story),
        size=sentences.size(told, story.kpi(told.worst.key.kpi)),
        scope=told.where,
        numbers=numbers,
        cause="" if settled else cause,
        cause_label=label or "Was likely",
        impact="" if settled else money_line(_impact(story, told), story.zone, is_over=True, one_period=False),
        owners=_owners(story, told),
        links=_links(story, told),
        chart=chart,
        sparkline=sparkline(chart) if chart else "",
        facts=_facts(story, told.worst.shape, time),
        said=_said(story),
        at=story.now.astimezone(story.zone).isoformat(),
        record=record(story.incident, story.zone),
    )


def _first_told(story: Story, told: Focus) -> str:
    """What people know it by, where the worst of it is another measure by now."""
    first = story.incident.subject
    if (
        not first
        or is_data_fault(told.worst)
        or first.casefold().startswith(story.kpi(told.worst.key.kpi).title.casefold())
    ):
        return ""
    return f" First told as: {first}."


def _ending(story: Story, told: Focus, time: Extent) -> tuple[str, str]:
    start, end = time.start, time.end
    subject = sentences.subject(story, told)
    gap = ", " if "," in subject else " "
    span = dates.span(start, end, story.zone, story.cadence)
    lasted = f"{dates.duration(start, end, story.zone, story.cadence)} ({span})"
    if story.change is Change.RETRACTED:
        return (
            f"Withdrawn: {subject}{gap}normal after all on {span}",
            "The source corrected its numbers since the alert. There is nothing to do.",
        )
    if story.reason is Why.BY_HAND:
        return by_hand.ending(story, told, lasted)
    if told.worst.shape is Shape.MISSING:
        return f"Resolved: {subject}{gap}complete again after {lasted}", "What arrived late has been judged."
    if is_data_fault(told.worst):
        place = sentences.data_place(story, told)
        return f"Resolved: data for {place} in order again after {lasted}", sentences.past_line(story, told)
    if told.worst.shape is Shape.MISSING_LIFT:
        return (
            f"Over: {subject}{gap}did not get the lift of {story.planned or 'what was planned'}, {span}",
            sentences.past_line(story, told),
        )
    if story.reason is Why.NEW_BASE and told.worst.shape is Shape.VARIANCE:
        return (
            f"Closed: {subject}{gap}days as uneven as these are the new normal"
            if told.worst.observed > told.worst.expected
            else f"Closed: {subject}{gap}days as even as these are the new normal",
            f"It has been so since {dates.day(start, story.zone, story.now)}. {sentences.observed_line(story, told)}",
        )
    if story.reason is Why.NEW_BASE:
        return (
            f"Closed: {subject}, {by_hand.new_level(story, told)} is the new normal",
            f"It has stayed there since {dates.day(start, story.zone, story.now)}; from here on it is compared with this level. "
            f"{sentences.usual_line(story, told)}",
        )
    return f"Resolved: {subject}{gap}back in range after {lasted}", sentences.past_line(story, told)


def _impact(story: Story, told: Focus) -> Impact | None:
    """What it costs. Faulty data cost nothing, and periods that are missing put nothing into the record: what looks so is the
    chance of other days.
    """
    impact = story.incident.impact
    if impact is not None and is_data_fault(told.worst) and impact.value:
        return None
    gained = impact is not None and not impact.value and (impact.recorded_value or 0.0) > 0
    if impact is None or told.worst.shape is not Shape.MISSING or not gained:
        return impact
    return replace(impact, recorded_value=0.0)


def _owners(story: Story, told: Focus) -> tuple[str, ...]:
    """Of the channels the headline names; of all channels involved when it names none."""
    names = [f.key.channel for f in told.findings if f.key.channel] or [
        f.key.channel for f in story.incident.findings if f.key.channel
    ]
    owners = [owner for n in names if (owner := story.channel(n).owner)]
    return tuple(dict.fromkeys(owners))[:MOST_OWNERS]


def _links(story: Story, told: Focus) -> tuple[Link, ...]:
    own = [
        Link(label=f"Open {story.channel(f.key.channel).title}", url=url)
        for f in told.findings
        if f.key.channel and (url := _filled(story.channel(f.key.channel).link, dict(f.key.segment)))
    ]
    return tuple(
        link
        for link in dict.fromkeys([*story.links, *own])
        if link.url.startswith(_WEB) and len(link.url) <= _URL_LIMIT
    )[:MOST_LINKS]


def _filled(template: str | None, segment: dict[str, str]) -> str:
    """The link with its {dimensions} filled in; empty when one of them is not known."""
    if not template or any(name not in segment for name in re.findall(r"\{(\w+)\}", template)):
        return ""
    return re.sub(r"\{(\w+)\}", lambda match: quote(segment[match.group(1)], safe=""), template)


def _facts(story: Story, worst: Shape, time: Extent, last_told: str = "") -> tuple[str, ...]:
    seen = dates.moment(story.incident.first_detected_at, story.zone, story.now)
    to = story.data_to
    if worst is Shape.MISSING:
        to = min(to, time.end if story.change in (Change.RESOLVED, Change.RETRACTED) else time.start)
    elif worst in DATA_SHAPES:
        to = max(to, time.end)
    fine = story.cadence.unit in INTRADAY
    last = (
        dates.moment(to, story.zone, story.now) if fine else dates.day(to - timedelta(seconds=1), story.zone, story.now)
    )
    again = (f"Last told {last_told}",) if last_told not in ("", seen) else ()
    return (f"First seen {seen}", *again, f"Data to {last}")


def _said(story: Story) -> tuple[str, ...]:
    """What people said; an end that they set says it itself."""
    return () if story.reason is Why.BY_HAND else by_hand.said(story.incident, story.now, story.zone)
