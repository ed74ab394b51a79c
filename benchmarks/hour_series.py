"""Hourly series without any incident, one kind after another: shops by the hour, and prices and mentions that come in bursts.

Shops have nights, days that are better or worse as a whole, and hours that hang together. Prices of an auction wander
and jump; mentions of a brand feed on themselves: most of their large values belong to the series and are no incident.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.generated_hours import WEEKDAY, WEEKEND
from detectors.cadence import Cadence
from detectors.panel import Axis, Floats, KpiType, Panel, SeriesKey

DAY, WEEK = 24, 168
_FIVE_MINUTES = 12
# A burst brings so many times the level at most: what is larger would be an incident, and is none of these.
_LARGEST = 8.0
Draw = Callable[[np.random.Generator, int, int], tuple[KpiType, Floats, Floats]]


def hang_together(rng: np.random.Generator, rows: int, n: int, keeps: float, scatter: float) -> Floats:
    """Noise with memory, of a given standard deviation."""
    from scipy.signal import lfilter

    steps = rng.normal(0, scatter * np.sqrt(1 - keeps**2), (rows, n))
    steps[:, 0] /= np.sqrt(1 - keeps**2)
    noise: Floats = lfilter([1.0], [1.0, -keeps], steps, axis=1)
    return noise


def bursts(rng: np.random.Generator, rows: int, n: int, *, every: float, heavy: float, fades: float) -> Floats:
    """What arrives now and then, of Pareto size up to `_LARGEST`, and fades.

    every: once in so many periods; heavy: index of the tails; fades: part that is left a period later.
    """
    from scipy.signal import lfilter

    size = np.where(rng.random((rows, n)) < 1.0 / every, np.minimum(rng.pareto(heavy, (rows, n)), _LARGEST), 0.0)
    faded: Floats = lfilter([1.0], [1.0, -fades], size, axis=1)
    return faded


def _shop(rng: np.random.Generator, rows: int, n: int, low: float, high: float) -> Floats:
    """Mean of each hour: a level, days and nights, luck by the day and by the hour."""
    week = np.tile(np.r_[np.tile(WEEKDAY, 5), np.tile(WEEKEND, 2)] / np.mean(WEEKDAY), n // WEEK + 1)[:n]
    level = np.exp(rng.uniform(np.log(low), np.log(high), (rows, 1)))
    of_day = np.exp(rng.normal(0, 0.06, (rows, n // DAY + 1))).repeat(DAY, axis=1)[:, :n]
    mean: Floats = level * week * of_day * np.exp(hang_together(rng, rows, n, 0.7, 0.05))
    return mean


def _nothing(values: Floats) -> Floats:
    return np.full(values.shape, np.nan)


def visits(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Visits of a channel."""
    y = rng.poisson(_shop(rng, rows, n, 20, 800)).astype(np.float64)
    return KpiType.COUNT, y, _nothing(y)


def orders(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Orders, few in an hour."""
    y = rng.poisson(_shop(rng, rows, n, 1, 30)).astype(np.float64)
    return KpiType.COUNT, y, _nothing(y)


def revenue(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Orders times skewed baskets."""
    bought = rng.poisson(_shop(rng, rows, n, 3, 40))
    y = 60.0 * rng.standard_gamma(np.maximum(bought * 0.9, 1e-9)) / 0.9 * (bought > 0)
    return KpiType.AMOUNT, y, _nothing(y)


def conversion(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Orders by visit."""
    many = rng.poisson(_shop(rng, rows, n, 50, 800))
    rate = rng.uniform(0.015, 0.06, (rows, 1)) * np.exp(hang_together(rng, rows, n, 0.8, 0.04))
    bought = rng.binomial(many, np.minimum(rate, 1.0))
    y = np.where(many > 0, bought / np.maximum(many, 1), np.nan)
    return KpiType.RATIO, y, many.astype(np.float64)


def price(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """A price by the hour of an auction, as a mean: it wanders, with heavy tails and jumps that fade."""
    keeps, heavy = rng.uniform(0.97, 0.995), rng.uniform(2.0, 3.0)
    log = hang_together(rng, rows, n, keeps, 0.25) + 0.12 * rng.standard_t(4, (rows, n))
    log += 0.1 * np.sin(2 * np.pi * (np.arange(n) / DAY + rng.random((rows, 1))))
    jumps = bursts(rng, rows, n, every=rng.uniform(30, 120), heavy=heavy, fades=rng.uniform(0.3, 0.8))
    y = np.exp(rng.uniform(-3, 1, (rows, 1)) + log) * (1 + jumps)
    return KpiType.LEVEL, y, _nothing(y)


def mentions(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """Mentions of a brand by the hour."""
    kind, y, _ = mentions_of_minutes(rng, rows, n * _FIVE_MINUTES)
    summed = y.reshape(rows, n, _FIVE_MINUTES).sum(axis=2)
    return kind, summed, _nothing(summed)


def mentions_of_minutes(rng: np.random.Generator, rows: int, n: int) -> tuple[KpiType, Floats, Floats]:
    """The same every five minutes: days and nights, a level that wanders, bursts that feed on themselves."""
    day = DAY * _FIVE_MINUTES
    level = np.exp(rng.uniform(np.log(1.5), np.log(60), (rows, 1)) + hang_together(rng, rows, n, 0.9995, 0.3))
    clock = 1 + 0.6 * np.sin(2 * np.pi * (np.arange(n) / day + rng.random((rows, 1))))
    often, heavy = rng.uniform(60, 240), rng.uniform(1.6, 2.6)
    burst = bursts(rng, rows, n, every=often, heavy=heavy, fades=float(np.exp(-1 / rng.uniform(3, 12))))
    shape = rng.uniform(3, 12)
    y = rng.poisson(level * clock * (1 + 0.6 * burst) * rng.gamma(shape, 1 / shape, (rows, n))).astype(np.float64)
    return KpiType.COUNT, y, _nothing(y)


SHOPS: tuple[Draw, ...] = (visits, orders, revenue, conversion)
WANDERERS: tuple[Draw, ...] = (price, mentions)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A panel and the kind of each of its series."""

    panel: Panel
    kind: tuple[str, ...]


def draw(rows_each: int, n: int, seed: int, kinds: tuple[Draw, ...], cadence: str = "hour") -> Drawn:
    """Draw a panel of null series, so many of each kind."""
    parts = [make(np.random.default_rng([seed, i]), rows_each, n) for i, make in enumerate(kinds)]
    kind = tuple(make.__name__ for make in kinds for _ in range(rows_each))
    step = np.timedelta64(60 if cadence == "hour" else 5, "m")
    edges = (np.datetime64("2025-03-03T00", "s") + np.arange(n + 1) * step).astype("datetime64[s]")
    panel = Panel(
        axis=Axis(Cadence.parse(cadence), edges[:-1], edges),
        keys=tuple(SeriesKey("benchmark", name, f"kpi_{i}") for i, name in enumerate(kind)),
        types=tuple(kpi for kpi, _, _ in parts for _ in range(rows_each)),
        values=np.concatenate([values for _, values, _ in parts]),
        exposure=np.concatenate([exposure for _, _, exposure in parts]),
        factor=np.ones(len(kind)),
    )
    return Drawn(panel=panel, kind=kind)
