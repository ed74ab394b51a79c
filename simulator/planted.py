"""A planted problem: what, when, how hard, where; and how it acts on arrays of rates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from simulator.chance import Array
from simulator.world import Cells, World

LOADING = frozenset({"duplicate_load", "data_late"})
"""Kinds that only pulls can see: the world and the final tables stay as they are."""


class Onset(StrEnum):
    """How a problem grows."""

    STEP = "step"  # full from the first day
    ROLL_OUT = "roll_out"  # full on the third day
    DRIFT = "drift"  # grows evenly until its last day
    PULSE = "pulse"  # full on the first day, then halves every two days


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One problem to plant."""

    kind: str
    """A kind of `incidents.KINDS`, named like the cause of the knowledge base."""
    start: date
    days: int
    severity: float
    """Size of the mechanism: the share of checkouts that fail, the rise of a price, the share of calls lost ..."""
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Dimension values that it is confined to; `table` for faults of loading."""

    @property
    def end(self) -> date:
        """The last day, inclusive."""
        return self.start + timedelta(days=self.days - 1)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A planted problem laid over a simulated time."""

    planted: Planted
    strength: Array
    """Size of the mechanism, days x 1; 0 outside."""

    def on(self, cells: Cells, **only: tuple[str, ...]) -> Array:
        """Return the strength on each day and cell; `only` confines further, unless the scope names that dimension itself."""
        scope = {**only, **self.planted.scope}
        return np.asarray(self.strength * cells.matching(scope))


def span(planted: Planted, world: World, onset: Onset) -> Span:
    """Lay a problem over the days of a world."""
    age = np.array([(day - planted.start).days for day in world.dates], dtype=float)
    inside = (age >= 0) & (age < planted.days)
    match onset:
        case Onset.STEP:
            shape = np.ones_like(age)
        case Onset.ROLL_OUT:
            shape = np.minimum((age + 1) / 3, 1.0)
        case Onset.DRIFT:
            shape = (age + 1) / planted.days
        case Onset.PULSE:
            shape = 0.5 ** (age / 2)
    return Span(planted=planted, strength=np.where(inside, shape * planted.severity, 0.0)[:, None])
