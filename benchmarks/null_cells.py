"""Null series of one kind, cadence and autocorrelation: the cells in which calibration is measured.

Every kind has a season of its cadence, a level of its own and noise that hangs together in time as asked; no incident.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, ndtr, stdtrit

from detectors.cadence import Cadence, Unit
from detectors.panel import Axis, Floats, KpiType, Panel, SeriesKey

# By the hour of the day; the nights of a shop in one country are quiet.
_HOURS = (6, 3, 2, 1, 1, 3, 12, 34, 55, 64, 70, 72, 74, 70, 66, 66, 70, 78, 88, 100, 104, 92, 58, 24)
_SECONDS = {Unit.HOUR: 3600, Unit.DAY: 86_400, Unit.WEEK: 7 * 86_400}


@dataclass(frozen=True, kw_only=True)
class World:
    """What a kind draws from: the mean of each period without its level, and luck that hangs together in time."""

    rng: np.random.Generator
    season: Floats
    luck: Floats

    def mean(self, low: float, high: float) -> Floats:
        """Season times a level between low and high, evenly on the log scale."""
        rows = len(self.season)
        level: Floats = np.exp(self.rng.uniform(np.log(low), np.log(high), (rows, 1))) * self.season
        return level

    def counts(self, mean: Floats) -> Floats:
        """Events with that mean."""
        return self.rng.poisson(mean).astype(np.float64)


Kind = Callable[[World], tuple[KpiType, Floats, Floats | None]]


def large_count(w: World) -> tuple[KpiType, Floats, Floats | None]:
    """Sessions of a channel."""
    return KpiType.COUNT, w.counts(w.mean(200, 5000) * np.exp(0.06 * w.luck)), None


def overdispersed_count(w: World) -> tuple[KpiType, Floats, Floats | None]:
    """Orders that come in bursts: negative binomial with ten degrees."""
    return KpiType.COUNT, w.counts(w.mean(20, 500) * 0.1 * gammaincinv(10.0, ndtr(w.luck))), None


def small_count(w: World) -> tuple[KpiType, Floats, Floats | None]:
    """Orders of a small segment."""
    return KpiType.COUNT, w.counts(w.mean(2, 20) * np.exp(0.15 * w.luck)), None


def mostly_zero(w: World) -> tuple[KpiType, Floats, Floats | None]:
    """Leads of a very small segment."""
    return KpiType.COUNT, w.counts(w.mean(0.15, 0.8) * np.exp(0.15 * w.luck)), None


def even_amount(w: World) -> tuple[KpiType, Floats, Floats | None]:
    """Spend that scatters by factors."""
    return KpiType.AMOUNT, w.mean(500, 5000) * np.exp(0.08 * w.luck), None


def heavy_amount(w: World) -> tuple[KpiType, Floats, Floats | None]:
    """Amounts with t(5) noise."""
    return KpiType.AMOUNT, w.mean(500, 5000) * np.exp(0.06 * stdtrit(5.0, ndtr(w.luck))), None


def baskets(w: World) -> tuple[KpiType, Floats, Floats | None]:
    """Revenue: some orders, each a lognormal basket."""
    orders = w.rng.poisson(w.mean(8, 60) * np.exp(0.06 * w.luck))
    ends = np.cumsum(orders.ravel())
    money = np.concatenate([[0.0], np.cumsum(np.exp(4.0 + 0.9 * w.rng.standard_normal(int(ends[-1]))))])
    return KpiType.AMOUNT, (money[ends] - money[ends - orders.ravel()]).reshape(orders.shape), None


def counted_ratio(w: World) -> tuple[KpiType, Floats, Floats | None]:
    """Orders / sessions."""
    sessions = w.rng.poisson(w.mean(200, 5000))
    rate = w.rng.uniform(0.01, 0.06, (len(sessions), 1)) * np.exp(0.06 * w.luck)
    orders = w.rng.binomial(sessions, np.minimum(rate, 1.0))
    return KpiType.RATIO, orders / np.maximum(sessions, 1), sessions.astype(np.float64)


def amount_ratio(w: World) -> tuple[KpiType, Floats, Floats | None]:
    """Revenue / orders: each order a gamma basket."""
    orders = np.maximum(w.rng.poisson(w.mean(20, 500)), 1)
    value = 80.0 * w.rng.standard_gamma(2.0 * orders) / (2.0 * orders) * np.exp(0.04 * w.luck)
    return KpiType.RATIO, value, orders.astype(np.float64)


def level(w: World) -> tuple[KpiType, Floats, Floats | None]:
    """Positions, ratings, load times: sums."""
    rows = len(w.season)
    own = w.rng.uniform(2, 50, (rows, 1)) + 0.5 * np.log(w.season)
    return KpiType.LEVEL, own + 0.8 * w.luck, None


KINDS: tuple[Kind, ...] = (
    large_count,
    overdispersed_count,
    small_count,
    mostly_zero,
    even_amount,
    heavy_amount,
    baskets,
    counted_ratio,
    amount_ratio,
    level,
)
CADENCES = (Unit.HOUR, Unit.DAY, Unit.WEEK)


def panel_of(
    kinds: tuple[Kind, ...], rows_each: int, unit: Unit, periods: int, memory: float, seed: int, named: bool = True
) -> Panel:
    """Draw a panel of so many series of each kind; `memory` is the autocorrelation of their luck at lag 1.

    named: each kind is one KPI in many segments; else every series is a KPI of its own and nothing tells kinds apart.
    """
    rng = np.random.default_rng([seed, list(_SECONDS).index(unit), round(10 * memory), rows_each, len(kinds)])
    values, exposures, keys, types = [], [], [], []
    for kind in kinds:
        world = World(
            rng=rng, season=_season(rng, rows_each, unit, periods), luck=_luck(rng, rows_each, periods, memory)
        )
        type_, value, exposure = kind(world)
        values.append(value)
        exposures.append(np.full(value.shape, np.nan) if exposure is None else exposure)
        for i in range(rows_each):
            name = kind.__name__
            keys.append(
                SeriesKey("benchmark", name, name, (("segment", str(i)),))
                if named
                else SeriesKey("benchmark", name, f"{name}_{i}")
            )
        types += [type_] * rows_each
    edges = np.datetime64("2024-01-01", "s") + np.arange(periods + 1) * np.timedelta64(_SECONDS[unit], "s")
    return Panel(
        axis=Axis(Cadence.parse(str(unit)), edges[:-1], edges),
        keys=tuple(keys),
        types=tuple(types),
        values=np.concatenate(values),
        exposure=np.concatenate(exposures),
        factor=np.ones(len(keys)),
    )


def _season(rng: np.random.Generator, rows: int, unit: Unit, n: int) -> Floats:
    """Relative mean of each period: hours and weekdays, or weeks of the year; and a slow wave."""
    t = np.arange(n)
    week = np.exp(rng.normal(0, 0.2, (rows, 7)))
    match unit:
        case Unit.HOUR:
            of_day = np.array(_HOURS) / np.mean(_HOURS)
            return np.asarray(np.maximum(of_day[t % 24], 0.02) * week[:, t // 24 % 7], dtype=np.float64)
        case Unit.DAY:
            wave = 0.15 * np.sin(2 * np.pi * (t / 365 + rng.uniform(0, 1, (rows, 1))))
            return np.asarray(week[:, t % 7] * np.exp(wave), dtype=np.float64)
        case _:
            wave = 0.2 * np.sin(2 * np.pi * (t / 52 + rng.uniform(0, 1, (rows, 1))))
            return np.asarray(np.exp(wave + rng.normal(0, 0.05, (rows, 52))[:, t % 52]), dtype=np.float64)


def _luck(rng: np.random.Generator, rows: int, n: int, memory: float) -> Floats:
    """Standard normal, each period drawn towards the one before."""
    luck = rng.standard_normal((rows, n))
    for t in range(1, n):
        luck[:, t] = memory * luck[:, t - 1] + np.sqrt(1 - memory**2) * luck[:, t]
    return luck
