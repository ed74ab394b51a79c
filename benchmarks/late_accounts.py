"""Generated accounts whose figures fill up for days: conversions that come late, in several ways, and what is planted.

Every conversion is counted on the day of its click and becomes known later. What a pull could see is written as rows
with the instant at which they were seen. The same account is also written as if everything had been known at once.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

START = date(2024, 1, 1)
HISTORY, WATCHED = 150, 56
CHANNELS = {"paid_search": 320.0, "paid_social": 180.0, "display": 90.0, "affiliates": 60.0}
CAMPAIGNS = ("brand", "core")
_LONGEST = 40


@dataclass(frozen=True, kw_only=True)
class Drop:
    """A part of a channel's conversions is lost from `start` for some days (numbers of days)."""

    channel: str
    start: int
    days: int
    part: float


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """At the looks of some days the source shows too little of one day, and puts it right afterwards."""

    channel: str
    day: int
    looks: int
    part: float


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account: `family` of lags, and what is planted."""

    seed: int
    family: str
    drops: tuple[Drop, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    days: int = field(default=HISTORY + WATCHED)


def geometric(day: int, look: int) -> float:
    """Half of them at once, the others within some days."""
    return 1.0 - 0.45 * float(np.exp(-(look - day - 1) / 3.0))


def batch(day: int, look: int) -> float:
    """Half of them at once, the others when the shop sends its list on Mondays, Wednesdays and Fridays."""
    sent = any((START + timedelta(days=d)).weekday() in (0, 2, 4) for d in range(day + 2, look + 1))
    return 1.0 if sent else 0.5


def weekend(day: int, look: int) -> float:
    """Nobody confirms conversions on Saturdays and Sundays."""
    worked = sum((START + timedelta(days=d)).weekday() < 5 for d in range(day + 1, look))
    return 1.0 - 0.5 * float(np.exp(-worked / 1.5))


def window(day: int, look: int) -> float:
    """An attribution window of 28 days."""
    age = look - day - 1
    return 1.0 if age >= 28 else 0.45 + 0.5 * (1.0 - float(np.exp(-age / 6.0))) / (1.0 - float(np.exp(-28 / 6.0)))


def slowing(day: int, look: int) -> float:
    """Confirming takes ever longer: from 2 days on average to 5."""
    slower = min(max((look - HISTORY - 20) / 40.0, 0.0), 1.0)
    return 1.0 - 0.45 * float(np.exp(-(look - day - 1) / (2.0 + 3.0 * slower)))


FAMILIES: dict[str, Callable[[int, int], float]] = {
    "geometric": geometric,
    "batch": batch,
    "weekend": weekend,
    "window": window,
    "slowing": slowing,
}


def write(account: Account, folder: Path, *, at_once: bool) -> Path:
    """Write the account's table: what was seen when, or everything as soon as its day is over."""
    rng = np.random.default_rng([account.seed, list(FAMILIES).index(account.family)])
    path = folder / "ads_daily.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(
            ("date", "channel", "campaign", "spend", "clicks", "platform_conversions", "qualified_leads", "observed_at")
        )
        for channel, size in CHANNELS.items():
            for campaign in CAMPAIGNS:
                cell = _cell(account, channel, size, campaign, rng)
                rows.writerows(_rows(account, channel, campaign, *cell, at_once=at_once))
    return path


def _cell(
    account: Account, channel: str, size: float, campaign: str, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array]:
    """Spend, clicks, and the final conversions and leads seen by each look: [days x looks after the first]."""
    days = np.arange(account.days)
    wander = np.zeros(account.days)
    for day in days[1:]:
        wander[day] = 0.8 * wander[day - 1] + rng.normal(0.0, 0.03)
    demand = size * (0.65 if campaign == "core" else 0.35) * np.exp(wander + rng.normal(0.0, 0.05, account.days))
    demand *= np.array([1.0, 1.05, 1.05, 1.0, 0.95, 0.8, 0.85])[days % 7]
    clicks = rng.poisson(demand * 20.0).astype(np.float64)
    spend = np.round(clicks * rng.lognormal(0.0, 0.04, account.days), 2)
    kept = np.ones(account.days)
    for drop in account.drops:
        if drop.channel == channel:
            kept[drop.start : drop.start + drop.days] -= drop.part
    seen = [
        _filled(account, channel, rng.poisson(clicks * rate * np.exp(rng.normal(0.0, 0.04, account.days)) * kept), rng)
        for rate in (0.05, 0.03)
    ]
    return spend, clicks, seen[0], seen[1]


def _filled(account: Account, channel: str, final: NDArray[np.int64], rng: np.random.Generator) -> Array:
    """How many of the final ones are known at each look after the first."""
    share_of = FAMILIES[account.family]
    out = np.zeros((account.days, _LONGEST + 1))
    for day, whole in enumerate(final.tolist()):
        luck = np.sort(rng.random(whole))
        slow = float(np.exp(rng.normal(0.0, 0.06)))
        for age in range(_LONGEST + 1):
            share = 1.0 if age == _LONGEST else share_of(day, day + 1 + age) ** slow
            out[day, age] = np.searchsorted(luck, share)
    for short in account.shortfalls:
        if short.channel == channel:
            out[short.day, : short.looks] = np.floor(out[short.day, : short.looks] * (1.0 - short.part))
    return out


def _rows(
    account: Account, channel: str, campaign: str, spend: Array, clicks: Array, *seen: Array, at_once: bool
) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for day in range(account.days):
        before: tuple[float, ...] = ()
        for age in range(1 if at_once else _LONGEST + 1):
            look = day + 1 + age
            if look < HISTORY and age < _LONGEST and not at_once:
                continue  # the first pull tells what stands by then
            now = tuple(float(s[day, _LONGEST if at_once else age]) for s in seen)
            if now == before:
                continue
            before = now
            at = START + timedelta(days=max(look, HISTORY))
            rows.append(
                (
                    (START + timedelta(days=day)).isoformat(),
                    channel,
                    campaign,
                    spend[day],
                    int(clicks[day]),
                    *map(int, now),
                    f"{at.isoformat()}T07:00:00+00:00",
                )
            )
    return rows
