"""What begins the other way when a trouble ends is its recovery, no trouble of its own. Pure.

Where a level followed a slow decline, the first day after it looks like a jump; after a day without a shop, orders are
made up for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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


def is_recovery(new: Sequence[Sighting], endings: Sequence[Ending]) -> bool:
    """Whether a group of new sightings is what one of the endings leaves behind: at its places, at its time, the other way."""
    return any(_recovers(new, over) for over in endings)


def _recovers(new: Sequence[Sighting], over: Ending) -> bool:
    worst = over.members[0]
    places = {m.finding.key.channel for m in over.members}
    first = min(new, key=lambda m: m.finding.start)
    near = abs(first.finding.start - over.since) <= _APART * max(first.period, worst.period)
    here = None in places or {m.finding.key.channel for m in new} <= {*places, None}
    opposite = [m for m in new if m.worth != worst.worth]
    return near and here and 2 * len(opposite) > len(new)
