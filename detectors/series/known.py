"""Calendar knowledge: promotions and holidays explain a deviation, budget changes explain a new level."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from detectors.panel import Bools, Floats


@dataclass(frozen=True, kw_only=True)
class Masks:
    """What the calendar says, [series x periods].

    exempt: not judged, not learned from. explained: a known promotion or holiday, judged with tolerance, not learned
    from. breaks: a known lasting change may begin here.
    """

    exempt: Bools
    explained: Bools
    breaks: Bools

    @classmethod
    def none(cls, rows: int, periods: int) -> "Masks":
        """Make an empty calendar."""
        empty = np.zeros((rows, periods), dtype=np.bool_)
        return cls(exempt=empty, explained=empty, breaks=empty)


@dataclass(frozen=True, kw_only=True)
class Explained:
    """How far a known promotion or holiday may reach, as log factors (0.5: x 1.65 or / 1.65)."""

    unknown_up: float = 1.4
    unknown_down: float = 0.9
    known: float = 0.35
    least_effects: Annotated[int, Ge(1)] = 1

    def tolerance(self, error: Floats, explained: Bools) -> tuple[Floats, Floats]:
        """The relative error that is allowed below and above the expectation; 0 where nothing is known.

        Earlier explained periods of the series teach how it reacts: their range, from no effect on, plus a margin.
        Without any, a wide range holds. Only earlier periods are used for each one.
        """
        below, above = np.zeros(error.shape), np.zeros(error.shape)
        columns = np.flatnonzero(explained.any(axis=0))  # nothing else teaches or is allowed anything
        if not len(columns):
            return below, above
        here, wrong = explained[:, columns], error[:, columns]
        change = np.where(here & np.isfinite(wrong), np.log(np.maximum(1.0 + wrong, 0.02)), np.nan)
        before = np.concatenate([np.full((len(error), 1), np.nan), change[:, :-1]], axis=1)
        highest = np.fmax.accumulate(before, axis=1)
        lowest = np.fmin.accumulate(before, axis=1)
        seen = np.cumsum(np.isfinite(before), axis=1) >= self.least_effects
        up = np.where(seen, np.fmax(highest, 0.0) + self.known, self.unknown_up)
        down = np.where(seen, np.fmax(-lowest, 0.0) + self.known, self.unknown_down)
        above[:, columns] = np.where(here, np.exp(up) - 1.0, 0.0)
        below[:, columns] = np.where(here, 1.0 - np.exp(-down), 0.0)
        return below, above


def near_break(breaks: Bools, reach: int) -> Bools:
    """Periods within `reach` of a known lasting change."""
    near = breaks.copy()
    for shift in range(1, reach + 1):
        near[:, shift:] |= breaks[:, :-shift]
        near[:, :-shift] |= breaks[:, shift:]
    return near
