"""Incidents against labelled events: which were found, when, under which name, and which incidents were false.

An event counts as found when an incident that names one of its channels began or was first reported within the event's
first 14 days. An incident that touches no event is false, unless it tells of a labelled oddity (counted apart). The
chance rate moves the events to random places and asks again: long windows and many series are hit by luck.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from benchmarks.intervals import wilson as wilson

# Days after its start in which an event must be found.
FOUND_WITHIN = 14
# An incident up to this long after an event still belongs to it: recovery, repair, correction.
AFTERMATH_DAYS = 7
_CHANCE_DRAWS = 200

Incident = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A labelled event. `channels`: those it touches, None for the business as a whole; `causes`: accepted ids.

    due: the day of the first cycle that has its first period to judge; snr: its size in day-to-day noise, if labelled.
    """

    name: str
    start: date
    end: date
    channels: frozenset[str | None]
    causes: frozenset[str]
    due: date
    shape: str = ""
    snr: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Something labelled as harmless, or data that came late: `channels` None = any."""

    kind: str
    start: date
    end: date
    channels: frozenset[str | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an event. rank: place of an accepted cause, 1 = first; delay in days after the first due cycle."""

    event: Event
    incidents: int
    chance: float
    delay: int | None = None
    rank: int | None = None
    said: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether it was found in time."""
        return self.delay is not None

    @property
    def named(self) -> bool:
        """Whether an accepted cause was among the first three."""
        return self.rank is not None and self.rank <= 3

    @property
    def at_once(self) -> bool:
        """Whether it was named in the first cycle in which its first period was due."""
        return self.delay == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account's replay. `apart`: incidents that tell of labelled oddities; `elsewhere`: in an event's time, of other channels."""

    name: str
    weeks: float
    seconds: float
    outcomes: tuple[Outcome, ...]
    incidents: int
    false: tuple[str, ...]
    apart: tuple[str, ...]
    elsewhere: int


def score(
    name: str,
    incidents: Sequence[Incident],
    events: Sequence[Event],
    days: tuple[date, date],
    *,
    oddities: Sequence[Oddity] = (),
    seconds: float = 0.0,
    seed: int = 1,
) -> Account:
    """Score the incidents of one account, replayed over the days [first, last]."""
    rng = random.Random(seed)
    other = [i for i in incidents if not any(_touches(i, e) for e in events)]
    apart = [(i, o) for i in other if (o := next((o for o in oddities if _tells(i, o)), None))]
    odd = {i["id"] for i, _ in apart}
    return Account(
        name=name,
        weeks=((days[1] - days[0]).days + 1) / 7,
        seconds=seconds,
        outcomes=tuple(_outcome(e, incidents, days, rng) for e in events),
        incidents=len(incidents),
        false=tuple(f"{i['first_detected_at'][:10]} {i['title']}" for i in other if i["id"] not in odd),
        apart=tuple(f"{o.kind}: {i['title']}" for i, o in apart),
        elsewhere=sum(
            any(_touches(i, e) for e in events) and not any(_touches(i, e) and _names(i, e) for e in events)
            for i in incidents
        ),
    )


def _outcome(event: Event, incidents: Sequence[Incident], days: tuple[date, date], rng: random.Random) -> Outcome:
    hits = sorted((i for i in incidents if _hits(i, event)), key=lambda i: str(i["first_detected_at"]))
    touching, chance = sum(_touches(i, event) for i in incidents), _chance(incidents, event, days, rng)
    if not hits:
        return Outcome(event=event, incidents=touching, chance=chance)
    said = tuple(cause["id"] for cause in hits[0]["causes"])
    return Outcome(
        event=event,
        incidents=touching,
        chance=chance,
        delay=max((_day(hits[0]["first_detected_at"]) - event.due).days, 0),
        rank=next((i + 1 for i, cause in enumerate(said) if cause in event.causes), None),
        said=said[:3],
    )


def _names(incident: Incident, event: Event) -> bool:
    return bool({f["channel"] for f in incident["findings"]} & event.channels)


def _hits(incident: Incident, event: Event) -> bool:
    last = min(event.end, event.start + timedelta(days=FOUND_WITHIN - 1))
    started, told = _day(incident["started_at"]), _told(incident)
    in_time = event.start - timedelta(days=1) <= started <= last or event.start <= told <= last
    return in_time and told >= event.start and _names(incident, event)


def _touches(incident: Incident, event: Event) -> bool:
    started = _day(incident["started_at"])
    after = event.end + timedelta(days=AFTERMATH_DAYS)
    return event.start - timedelta(days=1) <= max(started, _told(incident)) and started <= after


def _tells(incident: Incident, oddity: Oddity) -> bool:
    near = oddity.start - timedelta(days=1) <= _day(incident["started_at"]) <= oddity.end + timedelta(days=1)
    return near and (oddity.channels is None or bool({f["channel"] for f in incident["findings"]} & oddity.channels))


def _chance(incidents: Sequence[Incident], event: Event, days: tuple[date, date], rng: random.Random) -> float:
    """The probability that the event were found if it lay elsewhere: the mean over random places."""
    length = (event.end - event.start).days
    room = (days[1] - days[0]).days - length
    if room <= 0:
        return 0.0
    hits = 0
    for _ in range(_CHANCE_DRAWS):
        start = days[0] + timedelta(days=rng.randint(0, room))
        moved = Event(
            name="",
            start=start,
            end=start + timedelta(days=length),
            due=start,
            channels=event.channels,
            causes=frozenset(),
        )
        hits += any(_hits(i, moved) for i in incidents)
    return hits / _CHANCE_DRAWS


def _told(incident: Incident) -> date:
    return _day(incident["first_detected_at"]) - timedelta(days=1)


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
