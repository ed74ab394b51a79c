"""How late a source usually is, learned from when rows were first seen."""

from dataclasses import dataclass

import numpy as np

from detectors.cadence import Cadence, Unit
from detectors.panel import Floats

HOUR = 3600.0
# Periods whose arrival was seen before the usual delay is believed, and how many of the newest count.
_ENOUGH_PERIODS = {
    Unit.MINUTE: 8,
    Unit.HOUR: 8,
    Unit.DAY: 8,
    Unit.WEEK: 4,
    Unit.MONTH: 3,
    Unit.QUARTER: 3,
    Unit.YEAR: 2,
}
_LEARNED_FROM = 90
_USUAL_QUANTILE = 0.95
# Past due by so much a period is overdue while nothing is learned. Weekly and monthly reports are slower by nature.
_UNLEARNED_SECONDS = {
    Unit.MINUTE: 24 * HOUR,
    Unit.HOUR: 24 * HOUR,
    Unit.DAY: 24 * HOUR,
    Unit.WEEK: 72 * HOUR,
    Unit.MONTH: 168 * HOUR,
    Unit.QUARTER: 336 * HOUR,
    Unit.YEAR: 336 * HOUR,
}
# Past the usual delay by so much a period is overdue: one more daily pull must have missed it.
_GRACE_SECONDS = {Unit.MINUTE: HOUR, Unit.HOUR: 6 * HOUR}
_GRACE_OTHERWISE = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Lateness:
    """Seconds after a period's end: up to `usual` nothing is late, beyond `limit` someone must act."""

    usual: float
    limit: float
    learned: bool

    def words(self) -> str:
        """How the delay is told to people."""
        if not self.learned:
            return "how late it usually is has not been learned yet"
        hours = self.usual / HOUR
        return (
            f"usually seen within {hours / 24:.0f} days"
            if hours >= 48
            else f"usually seen within {max(hours, 1):.0f} hours"
        )


def learn(delays: Floats, cadence: Cadence, due_seconds: float) -> Lateness:
    """The usual delay and its limit.

    delays: seconds from a period's end to its first row, of periods that ended while the source was pulled; NaN: no row yet.
    due_seconds: from a period's end to the moment at which its check looks at it.
    """
    known = delays[~np.isnan(delays)][-_LEARNED_FROM:]
    if len(known) < _ENOUGH_PERIODS[cadence.unit]:
        # Late from the moment at which its check looks: a look for another check's sake, before it, expects nothing.
        return Lateness(max(due_seconds - 1, 0.0), due_seconds + _UNLEARNED_SECONDS[cadence.unit], learned=False)
    usual = float(np.quantile(known, _USUAL_QUANTILE))
    return Lateness(usual, usual + _GRACE_SECONDS.get(cadence.unit, _GRACE_OTHERWISE), learned=True)


def lateness_of(delays: Floats, cadence: Cadence, due_seconds: float) -> tuple[Lateness, ...]:
    """The lateness of each channel, and last of the whole table. delays: [channels x periods]."""
    table = np.fmin.reduce(delays, axis=0) if len(delays) else np.zeros(0)
    return tuple(learn(own, cadence, due_seconds) for own in [*delays, table])


def due_seconds(at: str) -> float:
    """From midnight to the time of day at which a check looks."""
    hours, minutes = at.split(":")
    return int(hours) * HOUR + int(minutes) * 60.0
