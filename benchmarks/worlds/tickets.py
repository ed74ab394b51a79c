"""Generator B, the business: Lantern Quay sells tickets for tours and shows. Its places, channels and known dates.

Nothing here is a factor of anything: weekdays add visitors, pay days add visitors, and campaigns are bursts that a budget ends.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

DEVICES = ("app", "phone", "computer")
REGIONS = ("harbour", "hills", "abroad")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where visitors come from. Numbers are people a day."""

    name: str
    base: float
    weekday: tuple[float, ...]
    """People that a weekday brings besides the base, Monday first."""
    pay_day: float = 0.0
    restless: float = 0.0
    """How much the stream of people wanders (square-root diffusion)."""
    excites: float = 0.0
    """Later visitors that each visitor brings along, over some days."""
    buys: float = 0.03
    devices: tuple[float, float, float] = (0.2, 0.5, 0.3)
    onsale: float = 0.0
    """People that a day of an on-sale brings besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bidding:
    """A paid campaign: bids in auctions while its budget lasts."""

    source: str
    name: str
    auctions: float
    """Auctions with a click in them, a day, at the season's middle."""
    bid: float
    rivals: float
    """Median of the best rival bid."""
    daily_budget: float
    impressions_per_click: float
    bursts: bool = False
    """Runs in bursts of one to three weeks instead of always."""


SOURCES = (
    Source(
        name="paid_search",
        base=0,
        weekday=(0.0,) * 7,
        buys=0.045,
        devices=(0.02, 0.63, 0.35),
    ),
    Source(name="paid_social", base=0, weekday=(0.0,) * 7, buys=0.014, devices=(0.01, 0.89, 0.1)),
    Source(
        name="organic_search",
        base=520,
        weekday=(40, 10, 0, 30, 120, 210, 170),
        pay_day=45,
        restless=5.0,
        buys=0.034,
        onsale=240,
    ),
    Source(
        name="direct",
        base=310,
        weekday=(10, 0, 0, 25, 80, 110, 90),
        pay_day=40,
        restless=3.0,
        excites=0.25,
        buys=0.06,
        devices=(0.45, 0.35, 0.2),
        onsale=330,
    ),
    Source(
        name="email",
        base=14,
        weekday=(0, 0, 0, 260, 120, 35, 10),
        restless=1.0,
        buys=0.05,
        onsale=120,
    ),
    Source(
        name="referral",
        base=60,
        weekday=(0, 5, 5, 0, 10, 25, 25),
        restless=3.5,
        excites=0.45,
        buys=0.012,
    ),
    Source(name="affiliate", base=95, weekday=(0, 0, 10, 10, 20, 45, 30), restless=2.0, buys=0.05, onsale=30),
)
BIDDING = (
    Bidding(
        source="paid_search",
        name="quay_brand",
        auctions=150,
        bid=1.4,
        rivals=0.35,
        daily_budget=95,
        impressions_per_click=4,
    ),
    Bidding(
        source="paid_search",
        name="boat_tours",
        auctions=420,
        bid=1.1,
        rivals=0.7,
        daily_budget=240,
        impressions_per_click=19,
    ),
    Bidding(
        source="paid_search",
        name="city_shows",
        auctions=300,
        bid=0.9,
        rivals=0.8,
        daily_budget=170,
        impressions_per_click=22,
    ),
    Bidding(
        source="paid_social",
        name="weekend_ideas",
        auctions=800,
        bid=0.5,
        rivals=0.42,
        daily_budget=160,
        impressions_per_click=95,
    ),
    Bidding(
        source="paid_social",
        name="show_teaser",
        auctions=300,
        bid=0.6,
        rivals=0.45,
        daily_budget=75,
        impressions_per_click=110,
        bursts=True,
    ),
)
PRICES = (14.0, 22.0, 29.0, 45.0, 75.0)
PRICE_ODDS = (0.3, 0.28, 0.22, 0.14, 0.06)
GROUPS = 0.02
"""Share of orders that are a group's: eight to thirty tickets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A date that the team has in its calendar."""

    title: str
    start: date
    end: date
    kind: str
    channel: str | None = None


def known_dates(start: date, days: int, rng: np.random.Generator) -> list[Known]:
    """On-sales, school holidays, bursts of campaigns, and public holidays of a country that starts the week on Sunday."""
    out, end = [], start + timedelta(days=days)
    day = start + timedelta(days=int(rng.integers(5, 25)))
    while day < end:
        long = int(rng.integers(2, 5))
        out.append(Known(title="On-sale", start=day, end=day + timedelta(days=long - 1), kind="promo"))
        day += timedelta(days=int(rng.integers(26, 48)))
    for year in range(start.year, end.year + 1):
        for month, first, long in ((2, 10, 7), (4, 7, 12), (7, 12, 38), (10, 20, 7), (12, 20, 14)):
            begin = date(year, month, first)
            out.append(
                Known(title="School holiday", start=begin, end=begin + timedelta(days=long - 1), kind="school_holiday")
            )
        for month, first in ((1, 1), (3, 25), (5, 1), (6, 24), (8, 15), (11, 1), (12, 25)):
            out.append(
                Known(
                    title="Public holiday", start=date(year, month, first), end=date(year, month, first), kind="holiday"
                )
            )
    for bidding in (b for b in BIDDING if b.bursts):
        day = start + timedelta(days=int(rng.integers(3, 20)))
        while day < end:
            last = day + timedelta(days=int(rng.integers(7, 21)) - 1)
            out += [
                Known(
                    title=f"{bidding.name} starts", start=day, end=day, kind="campaign_start", channel=bidding.source
                ),
                Known(title=f"{bidding.name} ends", start=last, end=last, kind="campaign_end", channel=bidding.source),
            ]
            day = last + timedelta(days=int(rng.integers(12, 40)))
    return sorted(out, key=lambda k: (k.start, k.title))
