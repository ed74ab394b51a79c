"""Of which time an alert's headline speaks."""

from dataclasses import dataclass
from datetime import datetime

from daemon.alerts import dates
from daemon.alerts.scope import Focus
from daemon.alerts.story import Story
from daemon.grouping import DATA_SHAPES, is_data_fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """[start, end) of what the headline speaks of, whether it goes on, and how many periods that are."""

    start: datetime
    end: datetime
    goes_on: bool
    periods: int


def extent(story: Story, told: Focus) -> Extent:
    """From the first onset to the last end, or to the newest data of what goes on."""
    start = min(f.start for f in told.findings)
    ends = [f.end for f in told.findings]
    goes_on = story.incident.ended_at is None and None in ends
    known = [e for e in ends if e is not None]
    to = story.data_to
    if told.worst.shape in DATA_SHAPES:  # nothing of theirs is judged: they last until now
        to = max(to, dates.over_by(story.now, start, story.zone, story.cadence))
    end = to if goes_on else (max(known) if known else story.incident.ended_at or story.data_to)
    if is_data_fault(told.worst) and not goes_on:  # they came at some hour of a period that nobody missed yet
        end = dates.over_by(end, start, story.zone, story.cadence)
    end = max(start, end)
    return Extent(start=start, end=end, goes_on=goes_on, periods=dates.periods(start, end, story.zone, story.cadence))
