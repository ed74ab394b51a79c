"""The true rates away from the website: mailings, call sites, stores, site and app health, weekly media."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product

import numpy as np

from simulator import demand
from simulator.business import Business
from simulator.chance import Array
from simulator.world import Calls, Cells, Health, Mail, Offline, Shops

CALL_WEEK = (1.28, 1.16, 1.08, 1.05, 1.07, 0.82, 0.54)
STORE_WEEK = (0.74, 0.78, 0.84, 0.98, 1.06, 1.62, 0.98)
RESPONSE_WEEKS = (0.45, 0.38, 0.17)  # when households answer a mailing, by week since the drop
RESPONSE_RATE = 0.0062


def mail(business: Business, dates: Sequence[date], seed: int) -> Mail:
    """Return mailings per campaign and mailbox provider."""
    cells = Cells(
        dimensions=("campaign", "provider"),
        keys=tuple((mailing.campaign, provider) for mailing in business.mailings for provider in business.providers),
    )
    blank = np.ones((len(dates), len(cells.keys)))
    sent, clicked = blank.copy(), blank.copy()
    sale = _promotion_mail_days(business, dates)
    lift = np.exp(0.5 * demand.shared(business, dates, seed) + 0.4 * demand.season(business, dates))
    for at, (mailing, provider) in enumerate(product(business.mailings, business.providers)):
        on = sale if mailing.promo_only else np.array([float(day.weekday() in mailing.weekdays) for day in dates])
        sent[:, at] = on * mailing.size * business.providers[provider] * np.exp(0.08 * np.arange(len(dates)) / 365.25)
        subject = demand.wander(seed, f"subject/{mailing.campaign}", len(dates), 1, 0.07, 0.2)
        clicked[:, at] = mailing.clicks * lift * np.exp(subject[:, 0])
    return Mail(
        cells=cells, sent=sent, delivered=blank * 0.988, opened=blank * 0.34, clicked=clicked, left=blank * 0.0012
    )


def _promotion_mail_days(business: Business, dates: Sequence[date]) -> Array:
    """Return 1 on the first and the last day of each promotion."""
    days = {day for entry in business.calendar if entry.kind == "promo" for day in (entry.start, entry.end)}
    return np.array([float(day in days) for day in dates])


def calls(business: Business, dates: Sequence[date], seed: int) -> Calls:
    """Return calls per site; the queue grows with the load."""
    cells = Cells(dimensions=("site", "region"), keys=tuple((site.name, site.region) for site in business.call_sites))
    width = len(cells.keys)
    common = np.exp(0.7 * demand.shared(business, dates, seed) + 0.5 * demand.season(business, dates))
    media = (1 + 0.05 * demand.airtime(business, dates, "tv", 0.8)) * (
        1 + 0.09 * demand.airtime(business, dates, "direct_mail", 0.7)
    )
    steady = common * media * demand.weekday(CALL_WEEK, dates) * demand.occasion(business.calendar, dates, "calls")
    profile = demand.weekday(CALL_WEEK, dates)
    own = np.exp(demand.wander(seed, "calls", len(dates), width, 0.05))
    load = own * (steady / profile)[:, None]
    number = own * steady[:, None] * [site.calls for site in business.call_sites]
    staffing = demand.wander(seed, "staffing", len(dates), width, 0.18, 0.3)
    return Calls(
        cells=cells,
        calls=number,
        answered=np.clip(0.955 - 0.06 * np.clip(load - 1, 0, 2) - 0.02 * np.abs(staffing), 0.3, 0.99),
        wait_seconds=48 * np.exp(0.9 * np.clip(load - 1, -0.5, 1) + staffing),
        books=np.ones((len(dates), width)) * [site.books for site in business.call_sites],
        value=np.ones((len(dates), width)) * [site.value for site in business.call_sites],
    )


def shops(business: Business, dates: Sequence[date], seed: int) -> Shops:
    """Return stores: streets have their own weather and demand."""
    cells = Cells(dimensions=("store", "region"), keys=tuple((store.name, store.region) for store in business.stores))
    days, width = len(dates), len(cells.keys)
    weather = demand.wander(seed, "weather", days, 1, 0.05, 0.45)
    steady = np.exp(0.6 * demand.shared(business, dates, seed) + 0.7 * demand.season(business, dates))
    steady = steady * demand.weekday(STORE_WEEK, dates) * demand.occasion(business.calendar, dates, "stores")
    steady = steady * (1 + 0.03 * demand.airtime(business, dates, "tv", 0.88))
    own = np.exp(weather + demand.wander(seed, "streets", days, width, 0.04))
    lift = demand.occasion(business.calendar, dates, "converts")[:, None] ** 0.3
    return Shops(
        cells=cells,
        footfall=steady[:, None] * own * [store.footfall for store in business.stores],
        converts=lift * [store.converts for store in business.stores],
        basket=np.exp(demand.wander(seed, "till", days, width, 0.02)) * [store.basket for store in business.stores],
    )


def health(business: Business, dates: Sequence[date], seed: int) -> Health:
    """Return the state of site and app, and ranks in unpaid results."""
    days = len(dates)
    site = Cells(dimensions=("device",), keys=tuple((device,) for device in business.devices))
    app = Cells(dimensions=("platform",), keys=tuple((platform,) for platform in business.platforms))
    kinds = {
        campaign.name
        for channel in business.channels
        if channel.name == "organic_search"
        for campaign in channel.campaigns
    }
    search = Cells(dimensions=("query_type", "device"), keys=tuple(product(sorted(kinds), business.devices)))
    slow = [2_450.0 if device == "mobile" else 1_720.0 for device in business.devices]
    users = np.exp(0.7 * demand.shared(business, dates, seed) + 0.8 * demand.season(business, dates)) * demand.occasion(
        business.calendar, dates, "visits"
    )
    rank = [1.25 if kind == "brand" else 11.4 for kind, _ in search.keys]
    return Health(
        site=site,
        load_milliseconds=np.exp(demand.wander(seed, "load", days, len(site.keys), 0.03)) * slow,
        errors=np.exp(demand.wander(seed, "errors", days, len(site.keys), 0.15)) * 0.0042,
        payments=np.full((days, len(site.keys)), 0.962),
        app=app,
        users=users[:, None] * np.array(list(business.platforms.values())),
        crashes=np.exp(demand.wander(seed, "crashes", days, len(app.keys), 0.12)) * 0.0031,
        search=search,
        position=np.exp(demand.wander(seed, "rank", days, len(search.keys), 0.012, 0.85)) * rank,
    )


def offline(business: Business, dates: Sequence[date]) -> Offline:
    """Return weekly media plans and the answers that mailings bring."""
    weeks = tuple(day for day in dates if day.weekday() == 0 and day + timedelta(days=6) <= dates[-1])
    keys = tuple(
        (flight.channel, flight.campaign, region) for flight in business.flights for region in business.regions
    )
    cells = Cells(dimensions=("channel", "campaign", "region"), keys=keys)
    plan = np.zeros((len(weeks), len(keys)))
    answers = plan.copy()
    weights, spends = plan[:1].copy(), plan[:1].copy()
    for at, (flight, region) in enumerate(product(business.flights, business.regions)):
        weights[0, at] = flight.weight * (business.regions[region] if flight.channel == "direct_mail" else 1.0)
        spends[0, at] = flight.spend * business.regions[region]
        for row, monday in enumerate(weeks):
            back = [(monday - timedelta(weeks=lag)).isocalendar().week for lag in range(len(RESPONSE_WEEKS))]
            plan[row, at] = float(back[0] in flight.weeks)
            answers[row, at] = sum(
                share for week, share in zip(back, RESPONSE_WEEKS, strict=True) if week in flight.weeks
            )
    posted = np.array([[float(channel == "direct_mail") for channel, *_ in keys]])
    return Offline(
        cells=cells,
        weeks=weeks,
        spend=plan * spends,
        grps=plan * weights * (1 - posted),
        pieces=plan * weights * posted,
        responses=answers * weights * posted * RESPONSE_RATE,
    )
