"""The words for what people did: an incident that somebody closed, acknowledged or muted."""

from datetime import datetime
from zoneinfo import ZoneInfo

from daemon.alerts import dates, sentences
from daemon.alerts.numbers import quantity
from daemon.alerts.scope import Focus
from daemon.alerts.story import Story
from daemon.alerts.untrusted import clean, sentence
from daemon.model import Incident, Said, Status, Verdict
from daemon.replies import VERDICT_WORDS
from daemon.transition import Why


def ending(story: Story, told: Focus, lasted: str) -> tuple[str, str]:
    """The headline and the numbers of an end that a person set."""
    said, subject = story.incident.said, sentences.subject(story, told)
    who, was = clean(said.closed_by), sentences.past_line(story, told)
    gap = ", " if "," in subject else " "
    match said.verdict:
        case Verdict.EXPECTED:
            headline = f"Closed by {who} as expected: {subject}{gap}for {lasted}"
            rest = "It is not told again, and nothing is learned from it."
        case Verdict.NEW_NORMAL:
            headline = f"Closed by {who}: {subject}, {new_level(story, told)} is the new normal"
            rest = "From its start on it is compared with this level."
        case _:
            headline = f"Closed by {who}: {subject}{gap}after {lasted}"
            rest = "It is told again only when it gets clearly worse."
    return headline, " ".join(filter(None, [_quoted(said), was, rest]))


def is_as_it_should_be(story: Story) -> bool:
    """Whether a person closed it as something that is meant to be so."""
    return story.reason is Why.BY_HAND and story.incident.said.verdict in (Verdict.EXPECTED, Verdict.NEW_NORMAL)


def new_level(story: Story, told: Focus) -> str:
    """The level that is the normal one from now on: `188 a day`."""
    face = story.kpi(told.worst.key.kpi)
    each = f" {dates.each(story.cadence)}" if face.adds_up else ""
    return f"{quantity(told.observed * face.scale(told.expected), face.unit)}{each}"


def said(incident: Incident, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """Who looks at it already, who asked for silence, and what people called it."""
    of, found = incident.said, []
    if of.closed_at is None and incident.status is Status.OPEN:
        says_the_verdict = of.verdict is Verdict.DATA_FAULT and of.verdict_by == of.acknowledged_by
        if of.acknowledged_by and not says_the_verdict:
            at = f", {dates.moment(of.acknowledged_at, zone, now)}" if of.acknowledged_at else ""
            found.append(f"Acknowledged by {clean(of.acknowledged_by)}{at}")
        if of.muted_until is not None and now < of.muted_until:
            found.append(f"Muted by {clean(of.muted_by)} until {dates.moment(of.muted_until, zone, now)}")
    if of.verdict is not None:
        found.append(f"Called {VERDICT_WORDS[of.verdict]} by {clean(of.verdict_by)}")
    return tuple(found)


def _quoted(said: Said) -> str:
    return f"“{sentence(said.comment)}”." if said.comment else ""
