"""How each kind of problem is drawn: its size, its place, how long it lasts at least, and which businesses can have it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from simulator.business import Basis, Business

Rng = np.random.Generator
Scope = dict[str, tuple[str, ...]]
PLAIN = frozenset({"shop", "shop_backoffice", "leads_table", "app_table"})
"""Businesses of which a team knows one table of channels and days (and perhaps the shop's own orders)."""
PAID = (Basis.AUCTION, Basis.BUDGET)


@dataclass(frozen=True)
class Plan:
    """How a kind of problem is drawn: its size, its place, and how many days it lasts at least."""

    severity: tuple[float, float]
    scope: Callable[[Business, Rng], Scope] = lambda _business, _rng: {}
    days: tuple[int, int] = (1, 14)
    slow: bool = False
    only: frozenset[str] | None = None
    """Businesses that can have it; None for all."""


def paid_channel(business: Business, rng: Rng) -> Scope:
    """One channel that is paid for."""
    return {"channel": (str(rng.choice([c.name for c in business.channels if c.basis in PAID])),)}


def _campaign(business: Business, rng: Rng) -> Scope:
    channel = business.channels[int(rng.choice([i for i, c in enumerate(business.channels) if c.basis in PAID]))]
    largest = max(
        (c for c in channel.campaigns if c.weeks is None),
        key=lambda c: c.volume * (c.ctr if channel.basis is Basis.AUCTION else 1),
    )
    return {"channel": (channel.name,), "campaign": (largest.name,)}


def _paid_or_campaign(business: Business, rng: Rng) -> Scope:
    return paid_channel(business, rng) if rng.random() < 0.6 else _campaign(business, rng)


def _linked(business: Business, rng: Rng) -> Scope:
    names = [c.name for c in business.channels if c.basis in (*PAID, Basis.PARTNER, Basis.MAIL, Basis.MESSAGE)]
    return {"channel": (str(rng.choice(names)),)}


def _device(business: Business, rng: Rng) -> Scope:
    return {"device": (str(rng.choice(list(business.devices))),)} if rng.random() < 0.5 else {}


def _one_device(business: Business, rng: Rng) -> Scope:
    return {"device": (str(rng.choice(list(business.devices))),)}


def _region(business: Business, rng: Rng) -> Scope:
    return {"region": (str(rng.choice(list(business.regions))),)}


def _platform(business: Business, rng: Rng) -> Scope:
    return {"device": (str(rng.choice(list(business.platforms))),)}


def _provider(business: Business, _rng: Rng) -> Scope:
    return {"provider": (max(business.providers, key=lambda p: business.providers[p]),)}


def _site(business: Business, rng: Rng) -> Scope:
    return {"site": (str(rng.choice([s.name for s in business.call_sites])),)}


def _store(business: Business, rng: Rng) -> Scope:
    return {"store": (str(rng.choice([s.name for s in business.stores])),)}


def _source(business: Business, rng: Rng) -> Scope:
    """A faulty load: everything, or one channel."""
    return (
        {}
        if rng.random() < 0.5
        else {
            "channel": (
                str(
                    rng.choice([c.name for c in business.channels if c.basis is not Basis.VISITS or c.name == "direct"])
                ),
            )
        }
    )


def _unit(business: Business, rng: Rng) -> Scope:
    column = str(rng.choice(["revenue", "spend"])) if business.sales is None else "spend"
    place = paid_channel(business, rng) if column == "spend" else _source(business, rng)
    return {**place, "column": (column,)}


def loaded_table(business: Business, rng: Rng) -> Scope:
    """One table that is loaded by itself."""
    tables = ["marketing", *(["stores"] if business.stores else []), *(["call_centre"] if business.call_sites else [])]
    return {"table": (str(rng.choice(tables)),)}


_TABLES = frozenset({"retailer", "leads", "app", "local"})
_SHOPS = frozenset({"retailer", "shop", "shop_backoffice"})
PLANS: Mapping[str, Plan] = {
    "checkout_failure": Plan((0.3, 0.95), _device),
    "site_outage": Plan((0.35, 0.95), days=(1, 2)),
    "landing_page_broken": Plan((0.5, 0.95), paid_channel),
    "release_bug": Plan((0.5, 0.95), _one_device),
    "site_slow": Plan((0.2, 0.5), days=(3, 14)),
    "competitor_offer": Plan((0.2, 0.45), days=(5, 14)),
    "out_of_stock": Plan((0.4, 0.9), _campaign, only=_SHOPS),
    "price_change": Plan((0.12, 0.4), days=(5, 14), only=_SHOPS),
    "promo_start": Plan((0.3, 0.9), days=(2, 10)),
    "promo_end": Plan((0.3, 0.6), days=(4, 8), only=_SHOPS | {"app", "app_table"}),
    "demand_decline": Plan((0.2, 0.5), days=(8, 14), slow=True),
    "news_or_viral": Plan((0.8, 3.0), days=(4, 8)),
    "weather": Plan((0.25, 0.6), _region, days=(1, 3), only=frozenset({"retailer"})),
    "budget_exhausted": Plan((0.3, 0.7), _campaign, days=(2, 10)),
    "budget_cut_or_pause": Plan((0.4, 1.0), _paid_or_campaign, days=(3, 14)),
    "budget_increase": Plan((0.4, 2.0), _paid_or_campaign, days=(3, 14)),
    "ads_account_stopped": Plan((1.0, 1.0), paid_channel, days=(2, 8)),
    "ad_disapproved": Plan((0.9, 1.0), _campaign, days=(2, 8)),
    "auction_competition": Plan((0.3, 1.0), paid_channel, days=(4, 14)),
    "bid_strategy_change": Plan((0.3, 0.8), paid_channel, days=(4, 14)),
    "creative_fatigue": Plan((0.3, 0.6), paid_channel, days=(8, 14), slow=True),
    "targeting_too_broad": Plan((0.6, 2.0), paid_channel, days=(4, 14)),
    "invalid_clicks": Plan((0.6, 2.5), paid_channel, days=(2, 10)),
    "seo_algorithm": Plan((0.3, 0.7), days=(7, 14)),
    "deindexed": Plan((0.4, 0.9), days=(4, 14)),
    "email_deliverability": Plan(
        (0.5, 0.9),
        _provider,
        days=(4, 14),
        only=frozenset({"retailer", "leads", "app", "shop", "shop_backoffice", "leads_table", "app_table"}),
    ),
    "list_fatigue": Plan((0.3, 0.6), days=(10, 14), slow=True, only=frozenset({"retailer", "leads", "app"})),
    "send_missed": Plan((1.0, 1.0), days=(2, 7), only=frozenset({"retailer", "leads", "app"})),
    "app_release_crash": Plan((0.5, 0.9), _platform, days=(3, 10), only=frozenset({"retailer", "app"})),
    "mix_shift": Plan((1.0, 3.0), _campaign, days=(4, 14), only=frozenset()),
    "tracking_break_site": Plan((0.5, 0.98)),
    "tracking_conversion_only": Plan((0.6, 1.0)),
    "tracking_double_fire": Plan((0.7, 1.0), days=(2, 10)),
    "consent_change": Plan((0.25, 0.6), _region, days=(4, 14), only=_TABLES),
    "utm_misattribution": Plan((0.5, 0.95), _linked, days=(3, 14)),
    "attribution_change": Plan((0.35, 0.8), _linked, days=(4, 14)),
    "bot_traffic": Plan((0.8, 3.0), days=(1, 7)),
    "data_late": Plan((0.3, 0.8), _source, days=(1, 3)),
    "duplicate_load": Plan((1.0, 1.0), _source, days=(1, 4)),
    "source_empty": Plan((1.0, 1.0), _source, days=(1, 3), only=PLAIN),
    "unit_or_currency": Plan((1.0, 1.0), _unit, days=(2, 10)),
    "call_queue_overload": Plan((0.3, 0.6), _site, days=(2, 7), only=frozenset({"retailer", "leads", "local"})),
    "call_line_outage": Plan((0.9, 1.0), _site, days=(1, 3), only=frozenset({"retailer", "leads", "local"})),
    "store_closed": Plan((1.0, 1.0), _store, days=(1, 5), only=frozenset({"retailer"})),
    "flight_start": Plan((0.35, 0.9), days=(7, 14), only=frozenset({"retailer", "leads", "local"})),
    "direct_mail_drop": Plan((0.5, 1.2), days=(7, 10), only=frozenset({"retailer", "leads", "local"})),
}
# Rates of exchange and steps of unit that figures are off by.
UNITS = (100.0, 0.01, 1000.0, 0.001, 1.17, 0.85, 1.32, 1.19)
