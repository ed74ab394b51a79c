"""Incidents beside planted problems: which were found, how fast, in how many messages, and which incidents were false."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from benchmarks.worlds.problem import Problem, Shape

FOUND_WITHIN = 14
AFTERMATH = 7
CHANCE_DRAWS = 100
Incident = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one problem."""

    problem: Problem
    delay: int | None
    """Days from the first cycle in which the first period was due; None: not found."""
    incidents: int
    """Incidents that are about it."""
    chance: float
    """How often a problem at another time would have been found by these incidents."""
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One replayed world."""

    world: str
    weeks: float
    results: tuple[Result, ...]
    false: tuple[str, ...]
    """Titles of incidents that touch no problem."""
    late: int
    """Incidents that tell of a load that did come late."""


def replayed(
    world: str,
    incidents: Sequence[Incident],
    problems: Sequence[Problem],
    late: frozenset[date],
    first: date,
    days: int,
    rng: np.random.Generator,
) -> Replayed:
    """Judge the incidents of a world whose days [first, first + days) were replayed.

    late: days whose load came late by itself; an incident of nothing but missing periods that begins there is true.
    """
    true = [i for i in incidents if _tells_late(i, late)]
    told = [i for i in incidents if i not in true]
    return Replayed(
        world=world,
        weeks=days / 7,
        results=tuple(_result(problem, told, first, days, rng) for problem in problems),
        false=tuple(
            f"{i['first_detected_at'][:10]} {i['severity']} {i['title']}"
            for i in told
            if not any(_touches(i, p) for p in problems)
        ),
        late=len(true),
    )


def _result(
    problem: Problem, incidents: Sequence[Incident], first: date, days: int, rng: np.random.Generator
) -> Result:
    about = sorted(
        (i for i in incidents if _finds(i, problem, problem.start)), key=lambda i: str(i["first_detected_at"])
    )
    elsewhere = [first + timedelta(days=int(d)) for d in rng.integers(0, max(days - problem.days, 1), CHANCE_DRAWS)]
    return Result(
        problem=problem,
        delay=max((_told(about[0]) - problem.start).days, 0) if about else None,
        incidents=len(about),
        chance=float(np.mean([any(_finds(i, problem, start) for i in incidents) for start in elsewhere])),
        titles=tuple(f"{i['first_detected_at'][:10]} {i['title']}" for i in about),
    )


def _finds(incident: Incident, problem: Problem, start: date) -> bool:
    """Whether an incident is about a problem: it names a channel of it, and is told of it in time.

    In time is within two weeks; a drift, which is small at first, within its length.
    """
    within = problem.days if problem.shape is Shape.DRIFT else FOUND_WITHIN
    last = start + timedelta(days=min(problem.days, within) - 1)
    began, told = _day(incident["started_at"]), _told(incident)
    in_time = start - timedelta(days=1) <= began <= last or start <= told <= last
    return in_time and start <= told < start + timedelta(days=within) and bool(_channels(incident) & problem.channels)


def _touches(incident: Incident, problem: Problem) -> bool:
    """Whether an incident lies in the time of a problem or shortly after, in its channels or the business as a whole."""
    began, told = _day(incident["started_at"]), _told(incident)
    in_time = problem.start - timedelta(days=1) <= max(began, told) and began <= problem.end + timedelta(days=AFTERMATH)
    return in_time and bool(_channels(incident) & (problem.channels | problem.touched | {None}))


def _tells_late(incident: Incident, late: frozenset[date]) -> bool:
    return _day(incident["started_at"]) in late and all(f["shape"] == "missing" for f in incident["findings"])


def _channels(incident: Incident) -> set[str | None]:
    return {finding["channel"] for finding in incident["findings"]}


def _told(incident: Incident) -> date:
    """The newest period when it was told: the day before the cycle."""
    return _day(incident["first_detected_at"]) - timedelta(days=1)


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
