"""Generator B, paid clicks: second-price auctions against a rival whose bids wander, until the day's budget is gone."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds.problem import Array
from benchmarks.worlds.tickets import BIDDING, Bidding, Known

SPREAD = 0.45  # scatter of the rival's bid from auction to auction (logarithm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicks:
    """The clicks of all campaigns, one entry each."""

    campaign: NDArray[np.int16]
    day: NDArray[np.int16]
    clock: Array
    """Share of the day's traffic that had passed."""
    cost: Array


def clicks(dates: list[date], known: list[Known], rng: np.random.Generator) -> Clicks:
    """Win what the bid and the budget allow."""
    parts = [_campaign(at, bidding, dates, known, rng) for at, bidding in enumerate(BIDDING)]
    return Clicks(
        campaign=np.concatenate([np.full(len(day), at, dtype=np.int16) for at, (day, _, _) in enumerate(parts)]),
        day=np.concatenate([day for day, _, _ in parts]).astype(np.int16),
        clock=np.concatenate([clock for _, clock, _ in parts]),
        cost=np.concatenate([cost for _, _, cost in parts]),
    )


def _campaign(
    at: int, bidding: Bidding, dates: list[date], known: list[Known], rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    days, clocks, costs = [], [], []
    wander, searches = 0.0, 1.0
    for day, now in enumerate(dates):
        wander = 0.9 * wander + rng.normal(0, 0.05)
        searches = max(0.5, searches + 0.08 * (1 - searches) + 0.05 * np.sqrt(searches) * rng.normal())
        asked = bidding.auctions * (searches + (0.25 if now.weekday() >= 4 else 0.0) + _summer(now))
        number = rng.poisson(asked if _runs(at, bidding, now, known) else 0.0)
        rival = bidding.rivals * np.exp(wander + SPREAD * rng.normal(size=number))
        clock = np.sort(rng.random(number))
        won = rival < bidding.bid
        cost = np.where(won, np.maximum(rival, 0.05), 0.0)
        affordable = won & (np.cumsum(cost) <= bidding.daily_budget)
        days.append(np.full(int(affordable.sum()), day, dtype=float))
        clocks.append(clock[affordable])
        costs.append(np.round(cost[affordable], 2))
    return np.concatenate(days), np.concatenate(clocks), np.concatenate(costs)


def _summer(day: date) -> float:
    return 0.3 * max(0.0, float(np.sin((day.timetuple().tm_yday - 100) / 182.6 * np.pi)))


def _runs(at: int, bidding: Bidding, now: date, known: list[Known]) -> bool:
    if not bidding.bursts:
        return True
    begun = [k.start for k in known if k.title == f"{BIDDING[at].name} starts" and k.start <= now]
    ended = [k.end for k in known if k.title == f"{BIDDING[at].name} ends" and k.end < now]
    return len(begun) > len(ended)
