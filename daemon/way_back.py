"""The way back from a level that had become the normal one: the end of an old trouble, no new one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log1p

from daemon.grouping import group
from daemon.model import Incident
from daemon.sighting import Sighting
from detectors.finding import Finding
from detectors.pace import pace_for

# The level of before is remembered for so many times as long as it takes a new one to become the base; later, a season
# or the business itself may have moved it.
_REMEMBERED = 3
# More or less of it is neither good nor bad by itself.
_NEITHER = frozenset({"spend"})
# What is left of the old change after the way back, as a part of it, at most.
_LEFT = 0.5
# A fall to next to nothing counts as this, so that its logarithm exists.
_LEAST = -0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """An incident whose level was the base, the sightings that lead back from it, and since when it is over."""

    incident: Incident
    sightings: tuple[Sighting, ...]
    since: datetime


def ways_back(new: Sequence[Sighting], known: Sequence[Incident], now: datetime) -> list[Return]:
    """The groups among new sightings that undo what an incident of a new base did, with that incident.

    Most of what a group shares with the incident must be undone. What it does not share goes along: the whole business
    may be in it although only a channel was in the incident. A fall after a rise is news, whatever there was before it.
    """
    based = [i for i in known if i.new_base and i.ended_at is not None]
    undone: dict[str, list[Sighting]] = {}
    for members in group(new) if based else ():
        home = next((i for i in based if _undoes(members, i, now)), None)
        if home is not None:
            undone.setdefault(home.id, []).extend(members)
    return [
        Return(incident=i, sightings=tuple(undone[i.id]), since=min(m.finding.start for m in undone[i.id]))
        for i in based
        if i.id in undone
    ]


def _undoes(members: Sequence[Sighting], incident: Incident, now: datetime) -> bool:
    lines = {f.key: f for f in incident.everything}
    shared = [m for m in members if m.finding.key in lines]
    undone = [m for m in shared if _is_inverse(m.finding, lines[m.finding.key])]
    if not any(m.worth > 0 or m.role in _NEITHER for m in undone):
        return False
    return 2 * len(undone) > len(shared) and all(_is_remembered(m, incident, now) for m in undone)


def _is_remembered(one: Sighting, incident: Incident, now: datetime) -> bool:
    lasted = pace_for(one.period).absorb * one.period
    return incident.ended_at is not None and now - incident.ended_at <= _REMEMBERED * lasted


def _is_inverse(newer: Finding, older: Finding) -> bool:
    """Whether a change leads back to where the older one began: their log changes cancel but for a rest."""
    if newer.start < (older.end or newer.start) or not (newer.expected > 0 and older.expected > 0):
        return False
    went, came = (log1p(max(f.relative_change, _LEAST)) for f in (older, newer))
    return went * came < 0 and abs(went + came) <= _LEFT * abs(went)
