"""Generator B, people: who came, from where, who bought, when and for how much. What befalls them is in `mishaps.py`."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds.auctions import Clicks, clicks
from benchmarks.worlds.problem import Array
from benchmarks.worlds.tickets import (
    BIDDING,
    DEVICES,
    GROUPS,
    PRICE_ODDS,
    PRICES,
    REGIONS,
    SOURCES,
    Known,
    Source,
    known_dates,
)

LANDS = 0.86  # share of paid clicks that see the page
CONSENT = 0.88
AT_ONCE = 0.62  # share of buyers that buy on the same visit
EXCITED_FADES = 0.7  # what is left of word of mouth the day after


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Everybody who came or clicked, one entry each; `source` and `campaign` are places in `tickets.py`, -1 for no campaign."""

    source: NDArray[np.int16]
    campaign: NDArray[np.int16]
    day: NDArray[np.int16]
    clock: Array
    cost: Array
    lands: NDArray[np.bool_]
    device: NDArray[np.int16]
    region: NDArray[np.int16]
    consents: NDArray[np.bool_]
    tardy: NDArray[np.bool_]
    """Their visit reaches analytics a day late."""
    buys: NDArray[np.bool_]
    bought_on: NDArray[np.int16]
    value: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A time of the business in which nothing went wrong."""

    seed: int
    start: date
    days: int
    known: list[Known]
    people: People


def world(seed: int, start: date, days: int) -> World:
    """Let the time pass."""
    rng = np.random.default_rng([seed, 77])
    dates = [start + timedelta(days=day) for day in range(days)]
    known = known_dates(start, days, rng)
    paid = clicks(dates, known, rng)
    unpaid = [(at, _arrivals(source, dates, known, rng)) for at, source in enumerate(SOURCES) if source.base]
    return World(seed=seed, start=start, days=days, known=known, people=_gather(paid, unpaid, dates, rng))


def _arrivals(source: Source, dates: list[date], known: list[Known], rng: np.random.Generator) -> Array:
    """Visitors of each day: a wandering stream, additions of known days, and those whom earlier visitors bring along."""
    out = np.zeros(len(dates))
    restless, excited = source.base, 0.0
    for day, now in enumerate(dates):
        restless += (
            0.06 * (source.base - restless) + source.restless * 0.35 * np.sqrt(max(restless, 0.0)) * rng.normal() * 0.3
        )
        expected = max(restless, 0.1 * source.base) + source.weekday[now.weekday()] + 0.05 * source.base * day / 365
        expected += source.base * 0.2 * np.sin((now.timetuple().tm_yday - 100) / 182.6 * np.pi)
        expected += source.pay_day * (now.day in (10, 11, 12))
        for event in known:
            if event.start <= now <= event.end:
                fading = 1.0 if now == event.start else 0.55
                expected += fading * source.onsale if event.kind == "promo" else 0.0
                expected += 0.12 * source.base if event.kind == "school_holiday" else 0.0
                expected += 0.2 * source.base if event.kind == "holiday" else 0.0
        number = rng.poisson(max(expected, 1.0) + excited)
        excited = EXCITED_FADES * excited + (1 - EXCITED_FADES) * source.excites * number
        out[day] = number
    return out


def _gather(paid: Clicks, unpaid: list[tuple[int, Array]], dates: list[date], rng: np.random.Generator) -> People:
    names = [source.name for source in SOURCES]
    home = np.array([names.index(b.source) for b in BIDDING])
    source = np.concatenate([home[paid.campaign], *(np.full(int(n.sum()), at) for at, n in unpaid)]).astype(np.int16)
    day = np.concatenate([paid.day, *(np.repeat(np.arange(len(n)), n.astype(int)) for _, n in unpaid)]).astype(np.int16)
    size, first = len(source), len(paid.day)
    free = size - first
    lands = np.concatenate([rng.random(first) < LANDS, np.ones(free, dtype=bool)])
    odds = np.cumsum([s.devices for s in SOURCES], axis=1)
    device = (rng.random(size)[:, None] > odds[source]).sum(axis=1).clip(0, len(DEVICES) - 1).astype(np.int16)
    region = rng.choice(len(REGIONS), size, p=(0.45, 0.3, 0.25)).astype(np.int16)
    clock = np.concatenate([paid.clock, rng.random(free)])
    keen = rng.beta(1.2, 12.0, size) / (1.2 / 13.2)
    mood = _mood(len(dates), rng)[day] + np.array([0.12, 0.0, 0.18])[device]
    chance = np.array([s.buys for s in SOURCES])[source] * keen * np.exp(mood)
    buys = lands & (rng.random(size) < np.minimum(chance, 0.9))
    wait = np.where(rng.random(size) < AT_ONCE, 0.0, rng.lognormal(0.1, 0.9, size))
    return People(
        source=source,
        campaign=np.concatenate([paid.campaign, np.full(free, -1)]).astype(np.int16),
        day=day,
        clock=clock,
        cost=np.concatenate([paid.cost, np.zeros(free)]),
        lands=lands,
        device=device,
        region=region,
        consents=rng.random(size) < CONSENT,
        tardy=rng.random(size) < 0.03,
        buys=buys,
        bought_on=np.minimum(day + np.floor(clock + wait), 30_000).astype(np.int16),
        value=_values(size, rng),
    )


def _mood(days: int, rng: np.random.Generator) -> Array:
    out = np.zeros(days)
    for day in range(1, days):
        out[day] = 0.75 * out[day - 1] + rng.normal(0, 0.025)
    return out


def _values(size: int, rng: np.random.Generator) -> Array:
    tickets = np.where(rng.random(size) < GROUPS, rng.integers(8, 31, size), 1 + rng.geometric(0.5, size))
    return np.asarray(rng.choice(PRICES, size, p=PRICE_ODDS) * tickets, dtype=float)
