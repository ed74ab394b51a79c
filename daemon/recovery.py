"""What begins the other way when a trouble ends is its recovery, no trouble of its own. Pure.

Where a level followed a slow decline, the first day after it looks like a jump; after a day without a shop, orders are
made up for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon.grouping import is_data_fault
from daemon.model import Incident, Status
from daemon.sighting import Sighting

# How far the end of a trouble and the beginning of its recovery may lie apart, in periods.
_APART = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A trouble that is over, or back in range and waiting for the next period. members: the worst first."""

    incident: Incident
    members: Sequence[Sighting]
    since: datetime


def ending(incident: Incident, members: Sequence[Sighting], newest: datetime) -> Ending | None:
    """The end of an incident as far as it can be told; None while it lasts. newest: end of the newest known period."""
    if incident.status is Status.RETRACTED or not members:
        return None
    since = incident.ended_at
    if since is None and incident.calm_periods:
        since = newest - incident.calm_periods * members[0].period
    return Ending(incident=incident, members=members, since=since) if since is not None else None


def recovery_of(new: Sequence[Sighting], endings: Sequence[Ending]) -> Incident | None:
    """The trouble of which a group of new sightings is the recovery: at its places, at its end, up where it was down.

    What falls after good news is news. So is what begins when a fault of the data ends, or is one: data that are there
    again are right, and nothing is made up for.
    """
    if any(is_data_fault(m.finding) for m in new):
        return None
    return next((over.incident for over in endings if _recovers(new, over)), None)


def _recovers(new: Sequence[Sighting], over: Ending) -> bool:
    worst = over.members[0]
    if worst.worth > 0 or any(is_data_fault(m.finding) for m in over.members):
        return False
    places = {m.finding.key.channel for m in over.members}
    first = min(new, key=lambda m: m.finding.start)
    near = abs(first.finding.start - over.since) <= _APART * max(first.period, worst.period)
    here = None in places or {m.finding.key.channel for m in new} <= {*places, None}
    better = [m for m in new if m.worth > 0]
    return near and here and 2 * len(better) > len(new)
