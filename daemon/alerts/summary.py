"""One message for what was already off when channelwatch first looked: listed once, never sent one by one."""

from collections.abc import Sequence

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
    items = [title(story) for story in stories[:MOST_ITEMS]]
    if len(stories) > MOST_ITEMS:
        items.append(f"and {len(stories) - MOST_ITEMS:,} more")
    were, they = ("was", "It is listed once and") if len(stories) == 1 else ("were", "They are listed once and")
    return Alert(
        incident_id=incident_id,
        change=Change.OPENED,
        severity=Severity.INFO,
        headline=f"{count_of(len(stories), 'thing')} {were} already off when channelwatch began to watch",
        subject="What was already off at the start",
        numbers=f"{they} not sent {'by itself' if len(stories) == 1 else 'one by one'}. You will hear of whatever changes from here on.",
        items=tuple(item[:1].upper() + item[1:] for item in items),
        links=links,
        at=max(s.now for s in stories).astimezone(stories[0].zone).isoformat(),
    )
