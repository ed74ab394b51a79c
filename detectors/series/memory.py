"""What successive calls on a growing panel remember: each computes only what is new. It never changes an answer.

A remembered pass over time is taken up again before the first period of which anything differs from what was seen.
"""

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from detectors.panel import Bools, Floats, SeriesKey
from detectors.series.state import Inputs, State

# States are kept this many periods before the end (late values, new incidents), and on a grid of the calendar for what
# changes further back.
NEAR = 15
GRID = 28


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A pass over time from period `begin` on: marks of what it read, what it gave, its states before some periods.

    marks: one for each period. results: [periods x series].
    """

    fixed: tuple[NDArray[np.generic], ...]
    marks: tuple[bytes, ...]
    begin: int
    results: dict[str, Floats]
    learned: Bools
    states: dict[int, State]


@dataclass
class Memory:
    """Profiles and passes of earlier calls."""

    profiles: dict[SeriesKey, tuple[int, float, Floats]] = field(default_factory=dict)
    passes: dict[tuple[SeriesKey, ...], Passage] = field(default_factory=dict)


def marks_of(inputs: Inputs, begin: int) -> tuple[bytes, ...]:
    """A mark of all that a pass reads in each period from `begin` on: equal where it is the same."""
    marks = []
    for t in range(begin, len(inputs.y)):
        mark = blake2b(digest_size=16)
        for array in vars(inputs).values():
            mark.update(np.ascontiguousarray(array[t]).data)
        marks.append(mark.digest())
    return tuple(marks)


def agree_until(one: tuple[bytes, ...], other: tuple[bytes, ...]) -> int:
    """How many periods are marked alike before the first that differs, or where the shorter one ends."""
    return next((t for t, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def all_equal(one: tuple[NDArray[np.generic], ...], other: tuple[NDArray[np.generic], ...]) -> bool:
    """Whether arrays are the same, NaN like NaN."""
    return len(one) == len(other) and all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(one, other, strict=True)
    )
