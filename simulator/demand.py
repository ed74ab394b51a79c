"""How much people want, day by day: season, growth, weekday, pay day, occasions and slow noise."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from simulator.business import Business, Channel, Occasion
from simulator.chance import Array, stream

SHARED_NOISE = 0.035  # standard deviation of demand common to all channels (logarithm)
SHARED_MEMORY = 0.82  # correlation of that noise from one day to the next
OWN_MEMORY = 0.6
GUST_TAILS = 5  # degrees of freedom of the heavy-tailed scatter of single days
PAY_DAY = 0.035  # extra demand around the end of a month


def season(business: Business, dates: Sequence[date]) -> Array:
    """Return the logarithm of the year's season: monthly levels joined smoothly at mid-month."""
    ordinal = np.array([d.timetuple().tm_yday for d in dates], dtype=float)
    middles = np.array([(30.44 * month + 15.2) for month in range(-1, 13)])
    levels = np.log(np.array([business.yearly[-1], *business.yearly, business.yearly[0]]))
    return np.asarray(np.interp(ordinal, middles, levels))


def growth(business: Business, dates: Sequence[date]) -> Array:
    """Return the logarithm of steady growth since the first day."""
    return np.arange(len(dates)) / 365.25 * float(np.log1p(business.growth))


def pay_days(dates: Sequence[date]) -> Array:
    """Return the lift (logarithm) on the last three days of a month and the first two of the next."""
    last = [(d + timedelta(days=3)).month != d.month for d in dates]
    return PAY_DAY * np.array([float(near or d.day <= 2) for near, d in zip(last, dates, strict=True)])


def shared(business: Business, dates: Sequence[date], seed: int) -> Array:
    """Return demand (logarithm) that every channel feels, without season."""
    return (
        growth(business, dates)
        + pay_days(dates)
        + wander(seed, "demand", len(dates), 1, SHARED_NOISE, SHARED_MEMORY)[:, 0]
    )


def wander(seed: int, name: str, days: int, width: int, deviation: float, memory: float = OWN_MEMORY) -> Array:
    """Return slow noise: `width` independent autocorrelated walks around zero."""
    steps = stream(seed, name).standard_normal((days, width)) * deviation
    fresh = np.sqrt(1 - memory * memory)
    for day in range(1, days):
        steps[day] = memory * steps[day - 1] + fresh * steps[day]
    return steps


def weekday(profile: Sequence[float], dates: Sequence[date]) -> Array:
    """Return the weekday's factor, scaled so that a week keeps its sum."""
    scale = np.array(profile) * 7 / sum(profile)
    return np.asarray(scale[[d.weekday() for d in dates]])


def occasion(calendar: Sequence[Occasion], dates: Sequence[date], effect: str) -> Array:
    """Return the product of one effect of all occasions on each day, with a mild hangover after promotions."""
    out = np.ones(len(dates))
    for entry in calendar:
        factor = {
            "visits": entry.visits,
            "converts": entry.converts,
            "basket": entry.basket,
            "stores": entry.stores,
            "calls": entry.calls,
        }[effect]
        after = 1 - 0.25 * (factor - 1) if entry.kind == "promo" and effect == "converts" else 1.0
        for day, at in enumerate(dates):
            if entry.start <= at <= entry.end:
                out[day] *= factor
            elif entry.end < at <= entry.end + timedelta(days=4):
                out[day] *= after
    return out


def airtime(business: Business, dates: Sequence[date], channel: str, memory: float) -> Array:
    """Return how present an offline medium is on each day, 1 at a steady full flight; it builds up and fades."""
    weeks = {week for flight in business.flights if flight.channel == channel for week in flight.weeks}
    out = np.zeros(len(dates))
    level = 0.0
    for day, at in enumerate(dates):
        level = memory * level + (1 - memory) * float(at.isocalendar().week in weeks)
        out[day] = level
    return out


def volume(business: Business, channel: Channel, dates: Sequence[date], seed: int) -> Array:
    """Return a channel's volume relative to its base."""
    steady = channel.demand * shared(business, dates, seed) + channel.season * season(business, dates)
    noise = wander(seed, f"channel/{channel.name}", len(dates), 1, channel.noise)[:, 0]
    if channel.gusts:
        noise = noise + channel.gusts * stream(seed, f"gusts/{channel.name}").standard_t(GUST_TAILS, len(dates))
    media = (1 + channel.tv_lift * airtime(business, dates, "tv", 0.86)) * (
        1 + channel.mail_lift * airtime(business, dates, "direct_mail", 0.75)
    )
    lift = occasion(business.calendar, dates, "visits") ** channel.demand
    return np.asarray(np.exp(steady + noise) * weekday(channel.weekday, dates) * media * lift)
