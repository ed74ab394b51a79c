"""A problem to plant: its shape, how clearly it shows, where and when; and what an incident must be to have found it."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Shape(StrEnum):
    """What happens."""

    SPIKE = "spike"
    DIP = "dip"
    STEP = "step"
    DRIFT = "drift"
    ATTRIBUTION = "attribution shift"
    TAG_LOSS = "tag loss"
    OUTAGE = "outage"
    CHECKOUT = "checkout failure"
    CAP = "budget cap"
    DUPLICATE = "duplicate records"
    UNIT = "unit error"


LASTS = {
    Shape.SPIKE: 1,
    Shape.DIP: 1,
    Shape.STEP: 12,
    Shape.DRIFT: 28,
    Shape.ATTRIBUTION: 10,
    Shape.TAG_LOSS: 5,
    Shape.OUTAGE: 1,
    Shape.CHECKOUT: 6,
    Shape.CAP: 6,
    Shape.DUPLICATE: 4,
    Shape.UNIT: 7,
}
SNRS = (1.5, 3.0, 4.0, 6.0)
# A series that scatters less counts as scattering so much: by default a change of less than 10 % is no news.
STILL = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One planted problem. `channels`: those it touches, None for the business as a whole."""

    shape: Shape
    snr: float
    """Its size in the series that shows it best, in standard deviations of that series' daily scatter; of a drift: full grown."""
    start: date
    days: int
    channels: frozenset[str | None]
    touched: frozenset[str | None] = frozenset()
    """Channels that it moves besides, too little for being found there."""
    size: float
    """What the generator needs: a share of people, records or spend."""
    shows: str
    """The series that shows it best, in words."""

    @property
    def end(self) -> date:
        """The last day, inclusive."""
        return self.start + timedelta(days=self.days - 1)


def scatter(values: Array) -> float:
    """Relative scatter of a daily series from day to day: each day beside the same weekdays one and two weeks around it.

    Medians, in logarithms, so that campaigns and promotions do not count as scatter; the neighbours' own scatter (the
    median of four normal values varies by .298 of their variance) is taken out.
    """
    logs = np.log(np.maximum(values, 0.5))
    around = np.median(np.stack([logs[:-28], logs[7:-21], logs[21:-7], logs[28:]]), axis=0)
    apart = logs[14:-14] - around
    return max(float(np.median(np.abs(apart)) * 1.4826 / np.sqrt(1.298)), STILL)


def lost(snr: float, deviation: float) -> float:
    """The share that must go for a fall of so many deviations."""
    return float(1 - np.exp(-snr * deviation))


def gained(snr: float, deviation: float) -> float:
    """The share that must be added for a rise of so many deviations."""
    return float(np.exp(snr * deviation) - 1)
