"""Generator B, problems: who does not come, who comes besides, who cannot buy, and what is recorded of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds.people import People, World
from benchmarks.worlds.problem import Array, Problem, Shape
from benchmarks.worlds.tickets import SOURCES

NAMES = tuple(source.name for source in SOURCES)
DIRECT = NAMES.index("direct")
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What happened to each of the people, and what is recorded of them."""

    clicked: Array
    """How often they came: 0, 1, or more for the crowd of a spike."""
    bought: Mask
    counted: Array
    """How often analytics counts their order."""
    booked: NDArray[np.int16]
    """The source under which analytics books them."""
    unit: Array
    """Factor of the recorded money."""


def happened(world: World, problems: Sequence[Problem]) -> Happened:
    """Let the problems happen; without any, what happened is what would have."""
    people = world.people
    size = len(people.day)
    came, bought = np.ones(size), people.buys.copy()
    counted, unit = np.ones(size), np.ones(size)
    booked = people.source.copy()
    for number, problem in enumerate(problems):
        rng = np.random.default_rng([world.seed, 5, number])
        luck = rng.random(size)
        age = people.day - (problem.start - world.start).days
        within = (age >= 0) & (age < problem.days)
        here = within & np.isin(people.source, [NAMES.index(c) for c in problem.channels if c])
        bought_within = _bought_within(world, problem)
        match problem.shape:
            case Shape.SPIKE:
                came = np.where(here, came + _times(problem.size, luck), came)
            case Shape.DIP | Shape.STEP:
                came = np.where(here & (luck < problem.size), 0.0, came)
            case Shape.DRIFT:
                came = np.where(here & (luck < problem.size * (age + 1) / problem.days), 0.0, came)
            case Shape.OUTAGE:
                came = np.where(within & (abs(people.clock - 0.5) < problem.size / 2), 0.0, came)
            case Shape.CAP:
                came = np.where(here & (people.clock > 1 - problem.size), 0.0, came)
            case Shape.CHECKOUT:
                bought &= ~(bought_within & (luck < problem.size))
            case Shape.ATTRIBUTION:
                booked = np.where(here & (luck < problem.size), DIRECT, booked).astype(np.int16)
            case Shape.TAG_LOSS:
                counted = np.where(bought_within & (luck < problem.size), 0.0, counted)
            case Shape.DUPLICATE:
                counted = np.where(bought_within, 1 + _times(problem.size, luck), counted)
            case Shape.UNIT:
                unit = np.where(bought_within, unit * (1 + problem.size), unit)
    return Happened(clicked=came, bought=bought & (came > 0), counted=counted, booked=booked, unit=unit)


def _times(size: float, luck: Array) -> Array:
    """Whole numbers of mean `size`."""
    return np.asarray(np.floor(size) + (luck < size % 1))


def _bought_within(world: World, problem: Problem) -> Mask:
    first = (problem.start - world.start).days
    people: People = world.people
    return np.asarray((people.bought_on >= first) & (people.bought_on < first + problem.days))
