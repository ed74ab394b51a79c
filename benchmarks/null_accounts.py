"""Accounts of any size in which nothing happens but chance, and the same with planted losses, as Parquet tables.

Visits of each campaign x device x region become orders, orders become baskets; paid channels buy their clicks. So KPIs move
together, segments add up to channels and channels to the business. Days hang together (shared moods of the market and of each
channel), counts are overdispersed, baskets are skewed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from detectors.panel import Bools, Floats, Ints

_WEEK = np.array([1.05, 1.08, 1.04, 1.0, 0.98, 0.9, 0.95])
Labels = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much an account has: channels, and values of each dimension below every one of them."""

    channels: int
    dimensions: tuple[tuple[str, int], ...] = ()
    leaves: int = 1  # combinations of dimension values in each channel
    ads: bool = True  # whether there is a table of the ad platforms


# Series that `init` finds, roughly -> what the account has.
SIZES: Mapping[int, Size] = {
    10: Size(channels=1),
    30: Size(channels=3),
    100: Size(channels=4, dimensions=(("device", 2),), leaves=2),
    1_000: Size(channels=10, dimensions=(("device", 3), ("campaign", 5), ("region", 4)), leaves=40),
    10_000: Size(channels=31, dimensions=(("device", 3), ("campaign", 12), ("region", 25)), leaves=90),
}


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A part of what one channel has (all of it, or where a dimension has a value) goes missing from a day on."""

    channel: str
    start: int
    keeps: float  # factor on what comes in
    days: int = 10
    dimension: str | None = None
    value: str | None = None
    stage: str = "visits"  # or "orders": visits come, but buy less


@dataclass(frozen=True, kw_only=True)
class Leaves:
    """The finest segments of an account: their channel, labels and mean daily visits."""

    channel: Ints
    labels: Labels
    visits: Floats
    channels: tuple[str, ...]

    def part(self, channel: str, dimension: str, value: str) -> float:
        """The part of a channel's visits that has a dimension value."""
        own = self.channel == self.channels.index(channel)
        chosen = own & (np.array(self.labels[dimension]) == value)
        return float(self.visits[chosen].sum() / self.visits[own].sum())


def leaves_of(size: Size, seed: int) -> Leaves:
    """Draw what an account consists of; the same seed draws the same account."""
    rng = np.random.default_rng([seed, 1])
    channels = tuple(f"{'paid' if i % 2 == 0 else 'owned'}_{i:02d}" for i in range(size.channels))
    channel = np.repeat(np.arange(size.channels), size.leaves)
    level = np.exp(rng.uniform(np.log(400), np.log(20_000), size.channels))
    share = np.ones((size.channels, size.leaves))
    labels: dict[str, list[str]] = {}
    counts = tuple(values for _, values in size.dimensions)
    if counts:
        chosen = np.array([rng.choice(int(np.prod(counts)), size.leaves, replace=False) for _ in channels])
        for (name, values), value in zip(size.dimensions, np.unravel_index(chosen, counts), strict=True):
            share *= np.take_along_axis(rng.dirichlet(np.full(values, 1.5), size.channels), value, axis=1) + 0.01
            labels[name] = [f"{name}_{v}" for v in value.ravel()]
    visits = level[:, None] * share / share.sum(axis=1, keepdims=True)
    return Leaves(channel=channel, labels=labels, visits=visits.ravel(), channels=channels)


def write(folder: Path, size: Size, seed: int, start: date, days: int, losses: Sequence[Loss] = ()) -> None:
    """Write the account's tables into a folder."""
    leaves = leaves_of(size, seed)
    rng = np.random.default_rng([seed, 2])
    visits, orders = _kept(leaves, days, losses, "visits"), _kept(leaves, days, losses, "orders")
    moods = _moods(rng, len(leaves.channels), days)
    mean = leaves.visits[:, None] * visits * _season(rng, len(leaves.channels), days, start)[leaves.channel]
    mean *= moods[leaves.channel] * rng.gamma(60.0, 1 / 60.0, mean.shape)
    paid = np.array([leaves.channels[c].startswith("paid") for c in leaves.channel])
    clicks = rng.poisson(mean * 1.2)
    sessions = np.where(paid[:, None], rng.binomial(clicks, 0.83), rng.poisson(mean))
    rate = np.exp(rng.normal(np.log(0.03), 0.4, len(leaves.channels)))[leaves.channel, None]
    rate = np.minimum(rate * orders * np.exp(_autoregressive(rng, (1, days), 0.4, 0.04)), 0.5)
    bought = rng.binomial(sessions, rate)
    basket = np.exp(rng.normal(np.log(70.0), 0.3, len(leaves.channels)))[leaves.channel, None]
    revenue = basket * rng.standard_gamma(np.maximum(bought * 1.5, 1e-9)) / 1.5
    _save(
        folder / "visits_daily.parquet",
        leaves,
        start,
        {"sessions": sessions, "orders": bought, "revenue": revenue},
        paid | True,
    )
    if size.ads:
        shown = rng.poisson(clicks / 0.02 * np.exp(rng.normal(0, 0.06, clicks.shape)))
        price = np.exp(rng.normal(np.log(0.6), 0.4, len(leaves.channels)))[leaves.channel, None]
        spend = clicks * price * np.exp(_autoregressive(rng, (len(leaves.channels), days), 0.5, 0.04))[leaves.channel]
        _save(
            folder / "ads_daily.parquet", leaves, start, {"impressions": shown, "clicks": clicks, "spend": spend}, paid
        )


def _kept(leaves: Leaves, days: int, losses: Sequence[Loss], stage: str) -> Floats:
    """The factor that losses leave, [leaves x days]."""
    factor = np.ones((len(leaves.channel), days))
    for loss in (one for one in losses if one.stage == stage):
        rows = leaves.channel == leaves.channels.index(loss.channel)
        if loss.dimension is not None:
            rows &= np.array(leaves.labels[loss.dimension]) == loss.value
        factor[np.flatnonzero(rows), loss.start : loss.start + loss.days] *= loss.keeps
    return factor


def _season(rng: np.random.Generator, channels: int, days: int, start: date) -> Floats:
    t = np.arange(days)
    week = _WEEK * np.exp(rng.normal(0, 0.08, (channels, 7)))
    year = np.exp(0.12 * np.sin(2 * np.pi * (t / 365.25 + rng.uniform(0, 1, (channels, 1)))))
    growth = np.exp(rng.normal(0, 0.15, (channels, 1)) * t / 365)
    season: Floats = week[:, (t + start.weekday()) % 7] * year * growth
    return season


def _moods(rng: np.random.Generator, channels: int, days: int) -> Floats:
    """Good and bad days: of the market, and of each channel, some with heavier tails than others."""
    market = _autoregressive(rng, (1, days), 0.5, 0.03)
    own = _autoregressive(rng, (channels, days), 0.3, 1.0) * rng.uniform(0.03, 0.08, (channels, 1))
    surprises = 0.02 * rng.standard_t(5, (channels, days)) * (rng.random((channels, 1)) < 0.3)
    moods: Floats = np.exp(market + own + surprises)
    return moods


def _autoregressive(rng: np.random.Generator, shape: tuple[int, int], memory: float, sd: float) -> Floats:
    noise: Floats = rng.normal(0, sd * (1 - memory**2) ** 0.5, shape)
    noise[:, 0] /= (1 - memory**2) ** 0.5
    for t in range(1, shape[1]):
        noise[:, t] += memory * noise[:, t - 1]
    return noise


def _save(path: Path, leaves: Leaves, start: date, columns: Mapping[str, Floats | Ints], rows: Bools) -> None:
    """One row for each leaf and day; `rows`: the leaves that are in the table."""
    import duckdb
    import pandas as pd

    chosen = np.flatnonzero(rows)
    days = next(iter(columns.values())).shape[1]
    table = {
        "date": np.tile(np.datetime64(start) + np.arange(days), len(chosen)),
        "channel": np.repeat(np.array(leaves.channels)[leaves.channel[chosen]], days),
        **{name: np.repeat(np.array(values)[chosen], days) for name, values in leaves.labels.items()},
        **{name: np.round(values[chosen].ravel(), 2) for name, values in columns.items()},
    }
    frame = pd.DataFrame(table)
    frame["date"] = frame["date"].astype("datetime64[s]")
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute(
            f"copy (select date::date as date, * exclude (date) from frame) to '{path}' (format parquet)"
        )
