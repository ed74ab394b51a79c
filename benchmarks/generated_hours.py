"""Hourly businesses made up for measuring: days and nights, weekdays, clock changes, luck by the day and by the hour."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = ZoneInfo("Europe/Berlin")
# Visits of a channel in a mean hour, the share that buys, the mean basket; from busy to next to nothing.
CHANNELS = {
    "paid_search": (420.0, 0.031, 84.0),
    "organic_search": (260.0, 0.022, 91.0),
    "email": (45.0, 0.045, 78.0),
    "referral": (6.0, 0.018, 66.0),
}
DEVICES = {"mobile": 0.64, "desktop": 0.36}
# Relative visits by the hour of the day; the nights of a shop in one country are quiet.
WEEKDAY = (6, 3, 2, 1, 1, 3, 12, 34, 55, 64, 70, 72, 74, 70, 66, 66, 70, 78, 88, 100, 104, 92, 58, 24)
WEEKEND = (12, 7, 4, 2, 1, 2, 6, 16, 38, 66, 88, 96, 92, 88, 86, 86, 88, 92, 98, 104, 108, 96, 62, 28)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that goes wrong in the hours [start, end): `left` of sessions and of orders per session remain.

    channels: () means all. late: the rows of these hours come only when the last has ended.
    """

    name: str
    start: datetime
    end: datetime
    sessions: float = 1.0
    orders: float = 1.0
    channels: tuple[str, ...] = ()
    late: bool = False

    def holds(self, instant: datetime, channel: str) -> bool:
        """Whether an hour of a channel is part of it."""
        return self.start <= instant < self.end and (not self.channels or channel in self.channels)


def troubles(first: date) -> tuple[Trouble, ...]:
    """Five troubles of hours and days, far enough apart to be told from one another; `first`: the first day."""

    def at(day: int, hour: int) -> datetime:
        return datetime.combine(first + timedelta(days=day), time(hour), ZONE).astimezone(UTC)

    return (
        Trouble(name="checkout down for 3 hours", start=at(2, 14), end=at(2, 17), orders=0.03),
        Trouble(name="night load late", start=at(5, 22), end=at(6, 8), late=True),
        Trouble(
            name="search stopped for a day", start=at(9, 9), end=at(10, 9), sessions=0.1, channels=("paid_search",)
        ),
        Trouble(name="half of the orders lost in the evening", start=at(14, 18), end=at(14, 22), orders=0.5),
        Trouble(name="orders a third lower for good", start=at(20, 11), end=at(60, 0), orders=0.66),
    )


def write(path: Path, seed: int, first: date, days: int, planted: Sequence[Trouble] = ()) -> None:
    """One table by hour, channel and device, each row with the instant at which it was seen."""
    luck = np.random.default_rng([7, seed])
    instants = list(_hours(first, days))
    base = _demand(instants, luck)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["hour", "channel", "device", "sessions", "orders", "revenue", "observed_at"])
        for channel, (size, buys, basket) in CHANNELS.items():
            own = base * size * _wander(len(instants), 0.05, 0.6, luck)
            converts = buys * _wander(len(instants), 0.04, 0.8, luck)
            for device, share in DEVICES.items():
                lost = np.array([_left(planted, t, channel) for t in instants])
                sessions = luck.poisson(own * share * lost[:, 0])
                orders = luck.binomial(sessions, np.minimum(converts * lost[:, 1], 1.0))
                for instant, visits, bought in zip(instants, sessions.tolist(), orders.tolist(), strict=True):
                    if not visits:
                        continue  # a system that counts visits writes no row where there were none
                    money = float(luck.lognormal(np.log(basket) - 0.32, 0.8, bought).sum())
                    seen = max([instant + HOUR, *(t.end for t in planted if t.late and t.holds(instant, channel))])
                    wall = instant.astimezone(ZONE).isoformat()
                    rows.writerow(
                        [
                            wall,
                            channel,
                            device,
                            visits,
                            bought,
                            f"{money:.2f}",
                            (seen + timedelta(minutes=5)).isoformat(),
                        ]
                    )


def _hours(first: date, days: int) -> Sequence[datetime]:
    begin, end = (datetime.combine(first + timedelta(days=d), time(), ZONE).astimezone(UTC) for d in (0, days))
    return [begin + i * HOUR for i in range(int((end - begin) / HOUR))]


def _demand(instants: Sequence[datetime], luck: np.random.Generator) -> Array:
    """The rhythm of the hours, with days that are better or worse as a whole."""
    shape = {False: np.array(WEEKDAY) / np.mean(WEEKDAY), True: np.array(WEEKEND) / np.mean(WEEKEND)}
    local = [t.astimezone(ZONE) for t in instants]
    of_day = {d: float(np.exp(luck.normal(0, 0.06))) for d in sorted({t.date() for t in local})}
    return np.array([shape[t.weekday() >= 5][t.hour] * of_day[t.date()] for t in local])


def _wander(count: int, scatter: float, keeps: float, luck: np.random.Generator) -> Array:
    """Factors around one that hang together from hour to hour."""
    steps = luck.normal(0, scatter * np.sqrt(1 - keeps**2), count)
    value, out = 0.0, np.empty(count)
    for i, step in enumerate(steps):
        value = keeps * value + step
        out[i] = value
    factors: Array = np.exp(out)
    return factors


def _left(planted: Sequence[Trouble], instant: datetime, channel: str) -> tuple[float, float]:
    """What is left of visits, and of orders per visit."""
    held = [t for t in planted if t.holds(instant, channel)]
    return float(np.prod([t.sessions for t in held])), float(np.prod([t.orders for t in held]))
