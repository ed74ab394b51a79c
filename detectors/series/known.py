"""Calendar knowledge: promotions and holidays explain a deviation, budget changes explain a new level."""

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from annotated_types import Ge

from detectors.panel import Bools, Floats, Ints
from detectors.series.month_days import MonthDays
from detectors.series.occasions import Occasions


@dataclass(frozen=True, kw_only=True)
class Masks:
    """What the calendar says, [series x periods].

    exempt: not judged, not learned from. explained: a known promotion or holiday, judged with tolerance, not learned
    from. breaks: a known lasting change may begin here. occasions: the events themselves, where they are told apart.
    growing: an open trouble still grew here: however long it lasts, that is no new level yet.
    """

    exempt: Bools
    explained: Bools
    breaks: Bools
    occasions: Occasions | None = None
    growing: Bools | None = None

    @classmethod
    def none(cls, rows: int, periods: int) -> "Masks":
        """Make an empty calendar."""
        empty = np.zeros((rows, periods), dtype=np.bool_)
        return cls(exempt=empty, explained=empty, breaks=empty)

    def own(self) -> Bools:
        """Explained periods but those in which only a part of the series had an event: weeks of television, to the shop."""
        if self.occasions is None:
            return self.explained
        return self.explained & self.occasions.own(self.explained.shape[1])

    def some(self, rows: list[int], periods: int) -> "Masks":
        """What it says about the first periods of the chosen series."""
        return Masks(
            exempt=self.exempt[rows, :periods],
            explained=self.explained[rows, :periods],
            breaks=self.breaks[rows, :periods],
            occasions=None if self.occasions is None else self.occasions.some(rows, periods),
            growing=None if self.growing is None else self.growing[rows, :periods],
        )


@dataclass(frozen=True, kw_only=True)
class Explained:
    """How far a known promotion or holiday may reach, as log factors (0.5: x 1.65 or / 1.65)."""

    unknown_up: float = 1.4
    unknown_down: float = 0.9
    known: float = 0.35
    known_well: float = 0.2  # the same where two earlier years, or six periods of the kind, agree on the range
    day_to_day: float = 0.2  # how far below one day of an event the next may fall for no other reason
    little: float = 0.05  # how far apart the effects of two events are that did nothing before,
    in_proportion: float = 0.5  # and how much more for each part of what they did
    years_apart: float = 0.15  # how much the same event differs from year to year at least
    large_part: float = 0.2  # of a series, from which on a known lasting change of it makes a new level
    partly: float = 1.0  # relative change that a known lasting change of a part may bring to that part
    month_days: MonthDays = field(default_factory=MonthDays)
    least_effects: Annotated[int, Ge(1)] = 1

    def apart(self, effect: Floats, number: Floats) -> Floats:
        """How far the next event, or its next day, may be from so many that had this mean effect (two standard deviations).

        What events never moved, they hardly move the next time: effects differ in proportion to their size.
        """
        spread = self.little + self.in_proportion * np.abs(effect)
        return np.asarray(2.0 * spread * np.sqrt(1.0 + 1.0 / np.maximum(number, 1.0)), dtype=np.float64)

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

    def around(self, effect: Floats) -> tuple[Floats, Floats]:
        """The same where the effect is known: from none to it, plus the margin."""
        change = np.log(np.maximum(1.0 + effect, 0.02))
        return 1.0 - np.exp(-np.fmax(-change, 0.0) - self.known), np.exp(np.fmax(change, 0.0) + self.known) - 1.0


def lately(error: Floats, weight: Floats, periods: int, needed: int) -> Floats:
    """The error of so many periods before each together; NaN where fewer than `needed` are known."""
    known = np.isfinite(error) & np.isfinite(weight)

    def before(values: Floats | Bools) -> Floats:
        total = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
        at = np.arange(values.shape[1])
        window: Floats = total[:, at] - total[:, np.maximum(at - periods, 0)]
        return window

    whole = before(np.where(known, weight, 0.0))
    gap = before(np.where(known, error * weight, 0.0))
    return np.where((before(known) >= needed) & (whole > 0), gap / np.where(whole > 0, whole, 1.0), np.nan)


def by_days(error: Floats, weight: Floats, days: Ints) -> tuple[Floats, Ints]:
    """Errors of whole days [series x days] and each period's day: nights would teach that anything can happen.

    weight: what was expected, [series x periods]; days: the day of each period, by any number.
    """
    _, first, day = np.unique(days, return_index=True, return_inverse=True)
    known = np.isfinite(error) & np.isfinite(weight)
    total = np.add.reduceat(np.where(known, weight, 0.0), first, axis=1)
    gap = np.add.reduceat(np.where(known, error * weight, 0.0), first, axis=1)
    return np.where(total > 0, gap / np.where(total > 0, total, 1.0), np.nan), np.asarray(day, dtype=np.int64)


def near_break(breaks: Bools, reach: int) -> Bools:
    """Periods within `reach` of a known lasting change."""
    near = breaks.copy()
    for shift in range(1, reach + 1):
        near[:, shift:] |= breaks[:, :-shift]
        near[:, :-shift] |= breaks[:, shift:]
    return near
