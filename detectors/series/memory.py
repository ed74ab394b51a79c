"""What successive calls on a growing panel remember: each computes only what is new. It never changes an answer.

A remembered pass over time is taken up again before the first period of which anything differs from what was seen.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detectors.panel import Floats, SeriesKey
from detectors.series.state import Inputs, State

# States are kept this many periods before the end (late values, new incidents), and on a grid of the calendar for what
# changes further back.
NEAR = 15
GRID = 28


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A pass over time: what it read, what it gave [periods x series], and its states before some periods."""

    fixed: tuple[NDArray[np.generic], ...]
    inputs: Inputs
    begin: int
    results: dict[str, Floats]
    states: dict[int, State]


@dataclass
class Memory:
    """Profiles and passes of earlier calls."""

    profiles: dict[SeriesKey, tuple[int, float, Floats]] = field(default_factory=dict)
    passes: dict[tuple[SeriesKey, ...], Passage] = field(default_factory=dict)


def agree_until(one: Inputs, other: Inputs) -> int:
    """The first period at which two inputs differ (or where the shorter one ends)."""
    until = min(len(one.y), len(other.y))
    for name, mine in vars(one).items():
        a, b = mine[:until], getattr(other, name)[:until]
        if a.shape != b.shape:
            return 0
        same = (a == b) | ((a != a) & (b != b)) if a.dtype.kind == "f" else a == b  # NaN
        differs = ~(same if same.ndim == 1 else same.all(axis=1))
        if differs.any():
            until = int(differs.argmax())
    return until


def all_equal(one: tuple[NDArray[np.generic], ...], other: tuple[NDArray[np.generic], ...]) -> bool:
    """Whether arrays are the same, NaN like NaN."""
    return len(one) == len(other) and all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(one, other, strict=True)
    )
