"""How an update differs from what people were last told."""

import re
from datetime import datetime

from daemon.alerts import dates
from daemon.alerts.alert import Alert
from daemon.alerts.scope import Focus
from daemon.alerts.story import Story
from daemon.model import Change
from daemon.transition import Why

# How an update begins.
_PREFIX = re.compile(r"^(Critical now|Still off|Worse|Spreading|Better|Back again): ")


def was(before: Alert, title: str, size: str) -> str:
    """` (was -15 %)`, where people were last told of the same measure, and it can be said in a word."""
    sayable = before.size not in ("", size) and "(" not in before.size
    return f" (was {before.size})" if sayable and _is_of(before, title) else ""


def _is_of(before: Alert, title: str) -> bool:
    """Whether an alert spoke of the measure with this title."""
    return f"{title} {before.size}".casefold() in before.headline.casefold()


def last_told(story: Story) -> str:
    """When people last heard of what is not new to them; empty where nothing is to be compared."""
    before = story.previous
    if before is None or story.change in (Change.OPENED, Change.REOPENED) or not before.at:
        return ""
    return dates.moment(datetime.fromisoformat(before.at), story.zone, story.now)


def news(story: Story, told: Focus, was: str, last_told: str) -> str:
    """What people were last told, as far as the headline does not say it (`was -15 %`), and whether that was wrong."""
    before, corrected = story.previous, story.reason is Why.RESTATED
    if before is None or not last_told:
        return ""
    if was and before.scope == told.where:
        last = ""
    elif _is_of(before, story.kpi(told.worst.key.kpi).title):
        last = f"Last told {last_told}: {before.size} {before.scope}."
    else:
        last = f"Last told {last_told}: {_PREFIX.sub('', before.headline)}."
    return " ".join(filter(None, ["The source corrected its numbers." if corrected else "", last]))
