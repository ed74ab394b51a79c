"""The true rates of the channels that lead to the site or the app."""

from collections.abc import Sequence
from datetime import date
from itertools import product

import numpy as np

from simulator import demand
from simulator.business import Basis, Business, Campaign, Channel
from simulator.chance import Array, stream
from simulator.world import Cells, Web

QUARTERS = (0.92, 1.0, 0.95, 1.08)  # media budget of each quarter, relative to the year's mean
MOBILE_TREND = 0.04  # growth of mobile's weight in a year (logarithm)


def web(business: Business, dates: Sequence[date], seed: int) -> Web:
    """Return the true rates of every campaign, device and region."""
    parts = [
        (channel, campaign, device, region)
        for channel in business.channels
        for campaign in channel.campaigns
        for device, region in product(channel.devices or business.devices, business.regions)
    ]
    cells = Cells(
        dimensions=("channel", "campaign", "device", "region"),
        keys=tuple((channel.name, campaign.name, device, region) for channel, campaign, device, region in parts),
    )
    days, width = len(dates), len(parts)
    blank = np.ones((days, width))
    runs, volume, price = blank.copy(), blank.copy(), blank.copy()
    ctr, stages = blank.copy(), np.ones((len(business.rates), days, width))
    converts = demand.occasion(business.calendar, dates, "converts")
    regional = dict(
        zip(business.regions, demand.wander(seed, "regions", days, len(business.regions), 0.02).T, strict=True)
    )
    mobile = MOBILE_TREND * np.arange(days) / 365.25
    level = {channel.name: demand.volume(business, channel, dates, seed) for channel in business.channels}
    campaigns = {
        (channel.name, campaign.name): _campaign(business, channel, campaign, dates, seed, level[channel.name])
        for channel in business.channels
        for campaign in channel.campaigns
    }
    for at, (channel, campaign, device, region) in enumerate(parts):
        total, unit_price, clicking = campaigns[channel.name, campaign.name]
        share = (channel.devices or business.devices)[device] * business.regions[region]
        drift = mobile if device == "mobile" else -mobile if device == "desktop" else 0.0
        runs[:, at] = running(campaign, dates)
        volume[:, at] = total * share * np.exp(regional[region] + drift) * runs[:, at]
        price[:, at] = unit_price
        ctr[:, at] = clicking * (1.08 if device == "mobile" and campaign.ctr < 1 else 1.0)
        stages[:, :, at] = _stages(business, channel, campaign, device, converts)
    each = [channel for channel, *_ in parts]
    basket = demand.occasion(business.calendar, dates, "basket")[:, None] * np.exp(
        demand.wander(seed, "basket", days, 1, 0.012)
    )
    claims = [channel.overclaim if channel.conversion_days else np.nan for channel in each]
    return Web(
        cells=cells,
        runs=runs,
        volume=volume,
        ctr=np.minimum(ctr, 1.0),
        price=price,
        stages=np.minimum(stages, 0.97),
        lands=blank * [channel.lands for channel in each],
        value=basket * business.basket * [channel.value for channel in each],
        bots=blank * 0.0,
        recorded=blank * business.recorded,
        confirmed=blank.copy(),
        strays=blank * 0.0,
        recredited=blank * 0.0,
        stated=blank.copy(),
        claimed=blank * claims,
    )


def running(campaign: Campaign, dates: Sequence[date]) -> Array:
    """Return 1 on the days on which a campaign runs."""
    if campaign.weeks is None:
        return np.ones(len(dates))
    first, last = campaign.weeks
    return np.array([float(first <= day.isocalendar().week <= last) for day in dates])


def _campaign(
    business: Business, channel: Channel, campaign: Campaign, dates: Sequence[date], seed: int, level: Array
) -> tuple[Array, Array, Array]:
    """Return a campaign's volume, price and click-through rate by day."""
    name, days = f"{channel.name}/{campaign.name}", len(dates)
    own = np.exp(demand.wander(seed, f"campaign/{name}", days, 1, 0.03)[:, 0])
    clicking = campaign.ctr * (
        np.exp(demand.wander(seed, f"ctr/{name}", days, 1, 0.018)[:, 0]) if campaign.ctr < 1 else np.ones(days)
    )
    crowded = np.exp(0.6 * demand.season(business, dates) + demand.wander(seed, f"price/{name}", days, 1, 0.025)[:, 0])
    price = campaign.price * crowded
    if channel.basis is Basis.BUDGET:
        plan = campaign.volume * np.array([QUARTERS[(day.month - 1) // 3] for day in dates])
        return (
            paced(plan * demand.weekday(channel.weekday, dates), level, dates, seed, name) / price * 1000,
            price,
            clicking,
        )
    return campaign.volume * level * own, price, clicking


def paced(plan: Array, level: Array, dates: Sequence[date], seed: int, name: str) -> Array:
    """Return daily spend that leans towards demand and catches up with the month's plan, as ad platforms pace it."""
    noise = np.exp(stream(seed, f"pace/{name}").standard_normal(len(plan)) * 0.05)
    lean = level**0.15
    out = np.zeros(len(plan))
    behind = 0.0
    for day, at in enumerate(dates):
        behind = 0.0 if at.day == 1 else behind
        catch_up = float(np.clip(1 + 0.12 * behind / plan[day], 0.85, 1.15))
        out[day] = plan[day] * noise[day] * lean[day] * catch_up
        behind += plan[day] - out[day]
    return out


def _stages(business: Business, channel: Channel, campaign: Campaign, device: str, converts: Array) -> Array:
    """Return stage rates x days: the last two thirds of a conversion difference lie in the middle of the funnel."""
    rates = np.array(business.rates) * np.array(channel.stages or (1.0,) * len(business.rates))
    rates[1] *= campaign.converts
    rates[-1] *= business.device_converts.get(device, 1.0)
    out = np.repeat(rates[:, None], len(converts), axis=1)
    out[1] *= converts**0.6
    out[-1] *= converts**0.4
    return out
