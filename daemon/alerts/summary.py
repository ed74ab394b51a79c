"""One message for many things: what was already off when channelwatch first looked, and what began at once with a storm of others."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from config.outputs import Severity
from daemon.alerts import dates
from daemon.alerts.alert import Alert, Link
from daemon.alerts.compose import title
from daemon.alerts.numbers import count_of
from daemon.alerts.story import Story
from daemon.listing import Progress
from daemon.model import Change, Listed, Status
from daemon.severity import urgency

MOST_ITEMS = 20
_LIST = "What else began at once"
_ALL = "channelwatch incidents: all of them, as they stand now"


def known_at_start(
    stories: Sequence[Story], incident_id: str = "known-at-start", links: tuple[Link, ...] = ()
) -> Alert:
    """The summary of incidents that began before the first look, in the given order.

    Raises:
        ValueError: there is nothing to summarise.
    """
    if not stories:
        raise ValueError("nothing was off at the start, so there is nothing to summarise")
    were, they = ("was", "It is listed once and") if len(stories) == 1 else ("were", "They are listed once and")
    return Alert(
        incident_id=incident_id,
        change=Change.OPENED,
        severity=Severity.INFO,
        headline=f"{count_of(len(stories), 'thing')} {were} already off when channelwatch began to watch",
        subject="What was already off at the start",
        numbers=f"{they} not sent {'by itself' if len(stories) == 1 else 'one by one'}. You will hear of whatever changes from here on.",
        items=_items(stories),
        links=links,
        at=_at(stories),
    )


def at_once(stories: Sequence[Story], listed: Listed) -> Alert:
    """The summary of incidents that began while more urgent ones did, in the given order, most urgent first.

    Raises:
        ValueError: there is nothing to summarise.
    """
    if not stories:
        raise ValueError("nothing else began, so there is nothing to summarise")
    incidents = [story.incident for story in stories]
    critical = sum(i.severity is Severity.CRITICAL for i in incidents)
    said = f", {critical:,} of them critical" if critical else ""
    return Alert(
        incident_id=listed.id,
        change=Change.OPENED,
        severity=min((i.severity for i in incidents), key=list(Severity).index),
        headline=f"{count_of(len(stories), 'more thing')} began at once{said}",
        subject=_LIST,
        numbers="The most urgent are told one by one; the others stand here, most urgent first. Whatever of it gets worse is told by itself, and once when all is over.",
        items=_items(stories),
        verify=(_ALL,),
        at=_at(stories),
    )


def of_list(progress: Progress, zone: ZoneInfo, now: datetime) -> Alert:
    """What has become of a list: how much of it is over, what is not first."""
    incidents = sorted(progress.incidents, key=lambda i: (i.status is not Status.OPEN, urgency(i)))
    over = [i for i in incidents if i.status is not Status.OPEN]
    critical = [i for i in incidents if i.severity is Severity.CRITICAL]
    of = f"of the list of {dates.moment(progress.listed.at, zone, now)}"
    if progress.is_over:
        said = f", {len(critical):,} critical among them" if critical else ""
        headline = f"Resolved: all {count_of(len(over), 'thing')} {of} are over{said}"
    elif progress.is_milestone:
        critically = f"all {len(critical):,} critical things" if len(critical) > 1 else "the critical thing"
        headline = f"Better: {critically} {of} {'are' if len(critical) > 1 else 'is'} over, {len(over):,} of {len(incidents):,} in all"
    else:
        headline = f"Better: {len(over):,} of {count_of(len(incidents), 'thing')} {of} {'is' if len(over) == 1 else 'are'} over"
    left = len(incidents) - len(over)
    return Alert(
        incident_id=progress.listed.id,
        change=Change.RESOLVED if progress.is_over else Change.BETTER,
        severity=min((i.severity for i in incidents), key=list(Severity).index),
        headline=headline,
        subject=_LIST,
        numbers="" if progress.is_over else f"{count_of(left, 'thing')} still {'lasts' if left == 1 else 'last'}.",
        items=_cut([i.title if i.status is Status.OPEN else f"Over: {i.title}" for i in incidents]),
        verify=() if progress.is_over else (_ALL,),
        at=now.astimezone(zone).isoformat(),
    )


def _items(stories: Sequence[Story]) -> tuple[str, ...]:
    return _cut([title(story) for story in stories[:MOST_ITEMS]], len(stories))


def _cut(titles: Sequence[str], count: int | None = None) -> tuple[str, ...]:
    """So many as anybody reads. count: how many there are, where that is not all of the titles."""
    items, more = list(titles[:MOST_ITEMS]), (count or len(titles)) - MOST_ITEMS
    if more > 0:
        items.append(f"and {more:,} more")
    return tuple(item[:1].upper() + item[1:] for item in items)


def _at(stories: Sequence[Story]) -> str:
    return max(s.now for s in stories).astimezone(stories[0].zone).isoformat()
