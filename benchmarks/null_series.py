"""Series of many kinds without any incident, each kind a channel: what calibration is measured on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detectors.cadence import Cadence
from detectors.panel import Axis, Floats, KpiType, Panel, SeriesKey

Draw = Callable[[np.random.Generator, int, int], tuple[KpiType, Floats, Floats]]


def _base(rng: np.random.Generator, rows: int, n: int, low: float, high: float) -> Floats:
    """Mean of each day: a level, a weekly profile, a slow yearly wave."""
    level = np.exp(rng.uniform(np.log(low), np.log(high), (rows, 1)))
    week = np.exp(rng.normal(0, 0.2, (rows, 7)))[:, np.arange(n) % 7]
    year = np.exp(0.15 * np.sin(2 * np.pi * (np.arange(n) / 365 + rng.uniform(0, 1, (rows, 1)))))
    mean: Floats = level * week * year
    return mean


def _autoregressive(rng: np.random.Generator, rows: int, n: int, phi: float, sd: float) -> Floats:
    noise = rng.normal(0, sd * np.sqrt(1 - phi**2), (rows, n))
    noise[:, 0] /= np.sqrt(1 - phi**2)
    for t in range(1, n):
        noise[:, t] += phi * noise[:, t - 1]
    return noise


def _nothing(values: Floats) -> Floats:
    return np.full(values.shape, np.nan)


def small_counts(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Orders of a small segment."""
    y = rng.poisson(_base(rng, rows, n, 2, 20)).astype(np.float64)
    return KpiType.COUNT, y, _nothing(y)


def large_counts(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Sessions of a channel."""
    y = rng.poisson(_base(rng, rows, n, 200, 5000) * np.exp(rng.normal(0, 0.05, (rows, n)))).astype(np.float64)
    return KpiType.COUNT, y, _nothing(y)


def overdispersed_counts(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Orders that come in bursts."""
    y = rng.poisson(_base(rng, rows, n, 20, 200) * rng.gamma(10, 0.1, (rows, n))).astype(np.float64)
    return KpiType.COUNT, y, _nothing(y)


def autoregressive_counts(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Good days follow good days."""
    y = rng.poisson(_base(rng, rows, n, 100, 3000) * np.exp(_autoregressive(rng, rows, n, 0.6, 0.08))).astype(
        np.float64
    )
    return KpiType.COUNT, y, _nothing(y)


def trending_counts(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Up to +-70 % a year."""
    slope = rng.uniform(-1.2, 0.6, (rows, 1)) / 365
    y = rng.poisson(
        _base(rng, rows, n, 200, 5000) * np.exp(slope * np.arange(n) + rng.normal(0, 0.05, (rows, n)))
    ).astype(np.float64)
    return KpiType.COUNT, y, _nothing(y)


def wandering_counts(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Draw a level that walks at random, 2 % a day."""
    walk = np.cumsum(rng.normal(0, 0.02, (rows, n)), axis=1)
    y = rng.poisson(_base(rng, rows, n, 200, 5000) * np.exp(walk + rng.normal(0, 0.05, (rows, n)))).astype(np.float64)
    return KpiType.COUNT, y, _nothing(y)


def weekend_noise(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Weekends scatter two and a half times as much."""
    sd = np.where(np.arange(n) % 7 >= 5, 0.15, 0.06)
    y = _base(rng, rows, n, 500, 5000) * np.exp(rng.normal(0, 1, (rows, n)) * sd)
    return KpiType.AMOUNT, y, _nothing(y)


def revenue(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Orders times skewed baskets."""
    orders = rng.poisson(_base(rng, rows, n, 20, 500) * np.exp(rng.normal(0, 0.05, (rows, n))))
    y = (
        60.0
        * orders.astype(np.float64)
        * np.maximum(
            0.1,
            1
            + rng.standard_gamma(2.0, (rows, n)) * 0.9 / np.sqrt(np.maximum(orders, 1))
            - 1.8 / np.sqrt(np.maximum(orders, 1)),
        )
    )
    return KpiType.AMOUNT, y, _nothing(y)


def heavy_spend(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Amounts with t(5) noise."""
    y = _base(rng, rows, n, 500, 5000) * np.exp(0.06 * rng.standard_t(5, (rows, n)))
    return KpiType.AMOUNT, y, _nothing(y)


def conversion_rate(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Orders / sessions."""
    sessions = rng.poisson(_base(rng, rows, n, 200, 5000)).astype(np.float64)
    rate = rng.uniform(0.01, 0.06, (rows, 1)) * np.exp(rng.normal(0, 0.04, (rows, n)))
    orders = rng.binomial(sessions.astype(np.int64), np.minimum(rate, 1.0))
    return KpiType.RATIO, orders / np.maximum(sessions, 1), sessions


def order_value(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Revenue / orders."""
    orders = np.maximum(rng.poisson(_base(rng, rows, n, 20, 500)), 1).astype(np.float64)
    y = 80.0 * (1 + (rng.standard_gamma(2.0, (rows, n)) - 2) * 0.6 / np.sqrt(orders))
    return KpiType.RATIO, np.maximum(y, 1.0), orders


def levels(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Positions, ratings, load times: sums, with memory."""
    y = (
        rng.uniform(2, 50, (rows, 1))
        + rng.normal(0, 0.5, (rows, 7))[:, np.arange(n) % 7]
        + _autoregressive(rng, rows, n, 0.5, 0.8)
    )
    return KpiType.LEVEL, y, _nothing(y)


KINDS: tuple[Draw, ...] = (
    small_counts,
    large_counts,
    overdispersed_counts,
    autoregressive_counts,
    trending_counts,
    wandering_counts,
    weekend_noise,
    revenue,
    heavy_spend,
    conversion_rate,
    order_value,
    levels,
)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A mixed panel and the kind of each of its series."""

    panel: Panel
    kind: tuple[str, ...]


def draw(rows_each: int, n: int, seed: int, kinds: tuple[Draw, ...] = KINDS) -> Drawn:
    """Draw a mixed null panel: every kind is a channel."""
    rng = np.random.default_rng(seed)
    keys: list[SeriesKey] = []
    types: list[KpiType] = []
    values, exposures, names = [], [], []
    for make in kinds:
        kind, value, exposure = make(rng, rows_each, n)
        keys += [SeriesKey("benchmark", make.__name__, f"kpi_{i}") for i in range(rows_each)]
        types += [kind] * rows_each
        names += [make.__name__] * rows_each
        values.append(value)
        exposures.append(exposure)
    start = np.datetime64("2024-01-01", "s") + np.arange(n + 1) * np.timedelta64(86_400, "s")
    axis = Axis(Cadence.parse("day"), start[:-1], start)
    panel = Panel(
        axis=axis,
        keys=tuple(keys),
        types=tuple(types),
        values=np.concatenate(values),
        exposure=np.concatenate(exposures),
        factor=np.ones(len(keys)),
    )
    return Drawn(panel=panel, kind=tuple(names))
