"""How long things take at each cadence, in periods: what a day, a week or a recovery means to judging."""

from dataclasses import dataclass
from datetime import timedelta

from detectors.cadence import INTRADAY, Cadence, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Numbers of periods.

    absorb: after so many a lasting change is the new normal: history is learned from again. calm: in a row back in
    range before a trouble counts as over. comeback: how long after its end a trouble that returns is the same one.
    wait: how long a late value is waited for. onset: how far apart the onsets of one trouble may lie, beyond the longer of their periods.
    """

    absorb: int
    calm: int
    comeback: int
    wait: int
    onset: int


# On first sight, what began before so many newest periods is no news.
FIRST_PERIODS = 3

_SLOW = Pace(absorb=14, calm=2, comeback=3, wait=7, onset=1)


def pace_of(cadence: Cadence) -> Pace:
    """The pace of a cadence. Within the day it goes by the clock: one quiet hour is no recovery, no day a new normal."""
    if cadence.unit not in INTRADAY:
        return _SLOW
    day = max(cadence.season // 7, 1)
    return Pace(absorb=7 * day, calm=max(2, day // 6), comeback=day, wait=2 * day, onset=max(1, day // 8))


def pace_for(period: timedelta) -> Pace:
    """The pace of periods of such a length."""
    if period >= timedelta(days=1):
        return _SLOW
    return pace_of(Cadence(Unit.MINUTE, max(round(period / timedelta(minutes=1)), 1)))
