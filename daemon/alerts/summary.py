"""One message for many things: what was already off when channelwatch first looked, and what began at once with a storm of others."""

from collections.abc import Sequence
from hashlib import blake2s

from config.outputs import Severity
from daemon.alerts.alert import Alert, Link
from daemon.alerts.compose import title
from daemon.alerts.numbers import count_of
from daemon.alerts.story import Story
from daemon.model import Change

MOST_ITEMS = 20


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


def at_once(stories: Sequence[Story]) -> Alert:
    """The summary of incidents that began while more urgent ones did, in the given order, most urgent first.

    Raises:
        ValueError: there is nothing to summarise.
    """
    if not stories:
        raise ValueError("nothing else began, so there is nothing to summarise")
    incidents = [story.incident for story in stories]
    critical = sum(i.severity is Severity.CRITICAL for i in incidents)
    said = f", {critical:,} of them critical" if critical else ""
    mark = blake2s("|".join(i.id for i in incidents).encode(), digest_size=4).hexdigest()
    return Alert(
        incident_id=f"at-once-{mark}",
        change=Change.OPENED,
        severity=min((i.severity for i in incidents), key=list(Severity).index),
        headline=f"{count_of(len(stories), 'more thing')} began at once{said}",
        subject="What else began at once",
        numbers="The most urgent are told one by one; the others stand here, most urgent first. Whatever of it gets worse is told by itself.",
        items=_items(stories),
        verify=("channelwatch incidents: all of them, as they stand now",),
        at=_at(stories),
    )


def _items(stories: Sequence[Story]) -> tuple[str, ...]:
    items = [title(story) for story in stories[:MOST_ITEMS]]
    if len(stories) > MOST_ITEMS:
        items.append(f"and {len(stories) - MOST_ITEMS:,} more")
    return tuple(item[:1].upper() + item[1:] for item in items)


def _at(stories: Sequence[Story]) -> str:
    return max(s.now for s in stories).astimezone(stories[0].zone).isoformat()
