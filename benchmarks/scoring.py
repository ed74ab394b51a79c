"""Incidents against labelled events: which were found, which incidents were false, and what chance would find.

An event counts as found when an incident that names one of its channels began or was first reported within the event's
first 14 days. An incident that touches no event is false. The chance rate moves the events to random places and asks
again: long windows and many series are hit by luck, and a recall without that number says little.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

# Days after its start in which an event must be found.
FOUND_WITHIN = 14
# An incident up to this long after an event still belongs to it: recovery, repair, correction.
AFTERMATH_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A labelled event. `channels`: those it touches, None for the business as a whole; `causes`: accepted ids."""

    name: str
    start: date
    end: date
    channels: frozenset[str | None]
    causes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts over one or more accounts."""

    events: int = 0
    found: int = 0
    chance: float = 0.0
    incidents: int = 0
    false: int = 0
    weeks: float = 0.0
    top1: int = 0
    top3: int = 0
    delay_days: tuple[int, ...] = ()
    false_titles: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    confused: tuple[str, ...] = ()

    def __add__(self, other: "Score") -> "Score":
        names = (
            "events",
            "found",
            "chance",
            "incidents",
            "false",
            "weeks",
            "top1",
            "top3",
            "delay_days",
            "false_titles",
            "missed",
            "confused",
        )
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in names})


def score(
    incidents: Sequence[dict[str, Any]],
    events: Sequence[Event],
    first: date,
    last: date,
    *,
    seed: int = 1,
    benign: Sequence[tuple[date, date]] = (),
) -> Score:
    """Score the incidents of one account, replayed over the days [first, last].

    benign: labelled harmless oddities; an incident that begins in one is neither found nor false.
    """
    found, missed, confused, delays, top1, top3 = 0, [], [], [], 0, 0
    for event in events:
        hits = sorted((i for i in incidents if _hits(i, event)), key=lambda i: i["first_detected_at"])
        if not hits:
            missed.append(event.name)
            continue
        found += 1
        delays.append(max((_day(hits[0]["first_detected_at"]) - event.start).days - 1, 0))
        ids = [cause["id"] for cause in hits[0]["causes"]]
        top1 += bool(event.causes & set(ids[:1]))
        top3 += bool(event.causes & set(ids[:3]))
        if not event.causes & set(ids[:1]):
            confused.append(f"{event.name}: said {', '.join(ids[:3]) or 'nothing'}")
    false = [i for i in incidents if not any(_touches(i, e) for e in events) and not _is_benign(i, benign)]
    return Score(
        events=len(events),
        found=found,
        chance=_chance(incidents, events, first, last, random.Random(seed)),
        incidents=len(incidents),
        false=len(false),
        weeks=((last - first).days + 1) / 7,
        top1=top1,
        top3=top3,
        delay_days=tuple(delays),
        missed=tuple(missed),
        confused=tuple(confused),
        false_titles=tuple(f"{i['first_detected_at'][:10]} {i['title']}" for i in false),
    )


def _hits(incident: dict[str, Any], event: Event) -> bool:
    last = min(event.end, event.start + timedelta(days=FOUND_WITHIN - 1))
    started, told = _day(incident["started_at"]), _day(incident["first_detected_at"]) - timedelta(days=1)
    in_time = event.start - timedelta(days=1) <= started <= last or event.start <= told <= last
    return in_time and told >= event.start and bool({f["channel"] for f in incident["findings"]} & event.channels)


def _touches(incident: dict[str, Any], event: Event) -> bool:
    started = _day(incident["started_at"])
    told = _day(incident["first_detected_at"]) - timedelta(days=1)
    return event.start - timedelta(days=1) <= max(started, told) and started <= event.end + timedelta(
        days=AFTERMATH_DAYS
    )


def _is_benign(incident: dict[str, Any], benign: Sequence[tuple[date, date]]) -> bool:
    started = _day(incident["started_at"])
    return any(start - timedelta(days=1) <= started <= end + timedelta(days=1) for start, end in benign)


def _chance(
    incidents: Sequence[dict[str, Any]], events: Sequence[Event], first: date, last: date, rng: random.Random
) -> float:
    """Expected number of events found if they lay elsewhere: the mean over 200 random placements of each."""
    hits, draws = 0.0, 200
    for event in events:
        length = (event.end - event.start).days
        room = (last - first).days - length
        if room <= 0:
            continue
        for _ in range(draws):
            start = first + timedelta(days=rng.randint(0, room))
            moved = Event(
                name="", start=start, end=start + timedelta(days=length), channels=event.channels, causes=frozenset()
            )
            hits += any(_hits(i, moved) for i in incidents) / draws
    return hits


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if not of:
        return 0.0, 1.0
    z, p = 1.96, hits / of
    middle, half = (
        (p + z * z / (2 * of)) / (1 + z * z / of),
        z * sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of),
    )
    return max(0.0, middle - half), min(1.0, middle + half)


def lines(name: str, total: Score, seconds: float, accounts: int) -> list[str]:
    """The score as lines of text."""
    low, high = wilson(total.found, total.events)
    median = sorted(total.delay_days)[len(total.delay_days) // 2] if total.delay_days else None
    rate = total.false / total.weeks if total.weeks else 0.0
    return [
        f"## {name}",
        "",
        "| measure | value |",
        "|---|---|",
        f"| accounts, account-weeks | {accounts}, {total.weeks:.0f} |",
        f"| events found | {total.found} of {total.events} = {total.found / max(total.events, 1):.2f} (95 % interval {low:.2f} to {high:.2f}) |",
        f"| found by chance | {total.chance / max(total.events, 1):.2f} |",
        f"| false incidents per account-week | {rate:.3f} ({total.false} in all) |",
        f"| cause first / among three, of those found | {total.top1 / max(total.found, 1):.2f} / {total.top3 / max(total.found, 1):.2f} |",
        f"| median delay | {median} days |",
        f"| seconds per account | {seconds / max(accounts, 1):.1f} |",
        "",
        *(f"- missed: {m}" for m in total.missed),
        *(f"- cause: {c}" for c in total.confused),
        *(f"- false: {f}" for f in total.false_titles),
        "",
    ]
