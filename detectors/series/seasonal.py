"""The seasonal profile of each series, fitted before an origin. The only door to statsmodels.

A profile is one value for each phase of the season (weekdays for daily data), on the scale of `expected.py`: log for
series that multiply, units for levels. It is learned from periods before the origin only, so that no judged period can
enter its own expectation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge

from detectors.cadence import Cadence, Unit
from detectors.panel import Axis, Bools, Floats, SeriesKey
from detectors.panel import Ints as Ints
from detectors.series.day_profile import day_profiles
from detectors.series.memory import Memory as Memory
from detectors.series.noise import Nature

_WEEK_OF_HOURS, _DAY_OF_HOURS = 168, 24
_LONG = 52
# A mean profile is drawn to flat as if at most so many flat cycles had been seen.
_MOST_SHRINK = 200.0


@dataclass(frozen=True, kw_only=True)
class Seasonal:
    """How the seasonal profile is learned. Windows are in cycles: wide ones do not follow single days."""

    window: Annotated[int, Ge(7)] = 35
    outer_passes: Annotated[int, Ge(0)] = 3
    # Below this many cycles, or with more zeros, STL has nothing to smooth: a shrunken mean profile is used.
    min_cycles: Annotated[int, Ge(2)] = 6
    max_share_of_zeros: float = 0.2
    max_period: int = 52  # longer seasons (minutes) take the mean profile, hours that of day_profile.py
    shrink_cycles: float = 2.0  # a mean profile is drawn to flat as if at least this many flat cycles had been seen


@dataclass(frozen=True, slots=True)
class Season:
    """What the cadence and the length of the history allow: period 1 means no season is known."""

    period: int
    needed: int  # observed periods before a series is judged at all
    widening: float  # factor on the interval where a season is there but cannot be learned yet


def season_of(cadence: Cadence, history: int) -> Season:
    """Choose the season for a history of so many periods; short histories degrade in steps."""
    p = cadence.season
    match cadence.unit:
        case Unit.DAY:
            return Season(p, 28, 1.0)
        case Unit.HOUR | Unit.MINUTE:
            return Season(p, 2 * p, 1.0)
        case Unit.WEEK:
            return Season(p, 20, 1.0) if history >= 115 else Season(1, 20, 1.25)  # 2.2 years
        case Unit.MONTH:
            return Season(p, 18, 1.0) if history >= 36 else Season(1, 18, 1.25)
        case Unit.QUARTER:
            return Season(p, 10, 1.0) if history >= 16 else Season(1, 10, 1.25)
        case Unit.YEAR:
            return Season(1, 8, 1.0)


_RESOLUTION = {
    Unit.MINUTE: "m",
    Unit.HOUR: "h",
    Unit.DAY: "D",
    Unit.WEEK: "D",
    Unit.MONTH: "M",
    Unit.QUARTER: "M",
    Unit.YEAR: "Y",
}


def ordinals(axis: Axis) -> Ints:
    """Index the periods by the local calendar, so that phases and origins do not depend on where a panel begins."""
    unit, count = axis.cadence.unit, axis.cadence.count
    number = axis.local.astype(f"datetime64[{_RESOLUTION[unit]}]").astype(np.int64)
    step = {Unit.WEEK: 7, Unit.QUARTER: 3, Unit.MINUTE: count}.get(unit, 1)
    return np.asarray(number // step, dtype=np.int64)


def origin_of(order: Ints, season: Season, recent: int, stride: int) -> int:
    """Index of the first period that no profile has seen: at least `recent` before the end where history allows.

    It stays on a grid of `stride` periods of the calendar, so that successive calls share their fits.
    """
    n = len(order)
    half = n // 2 if season.period > _LONG else 0  # of few weeks of hours the profile needs more than the errors do
    least = min(n - 1, max(season.needed, int(2.2 * season.period)))
    wanted = max(n - recent, half)
    on_grid = wanted - int(order[wanted] % stride) if wanted > 0 else 0
    return max(least, on_grid)


def profiles(
    keys: tuple[SeriesKey, ...],
    nat: Nature,
    learnable: Bools,
    phase: Ints,
    origin: int,
    origin_order: int,
    period: int,
    memory: Memory | None,
    settings: Seasonal,
) -> Floats:
    """Fit the profile of each series [series x period], from the periods before `origin`."""
    result = np.zeros((len(keys), period))
    if period == 1 or origin < 2 * period:
        return result
    use = learnable[:, :origin] & np.isfinite(nat.values[:, :origin])
    lifted = (use & (nat.values[:, :origin] < nat.least[:, None])).sum(axis=1) * nat.least * nat.multiplies
    prints = _prints(np.where(use, nat.values[:, :origin], 0.0), use, lifted)
    todo = []
    for i, key in enumerate(keys):
        known = memory.profiles.get(key) if memory is not None else None
        if known is not None and known[:2] == (origin_order, prints[i]) and len(known[2]) == period:
            result[i] = known[2]
        else:
            todo.append(i)
    if not todo:
        return result
    rows = np.array(todo)
    plain = np.where(use[rows], nat.values[rows, :origin], np.nan)
    if period == _WEEK_OF_HOURS:
        relative = _relative(plain, nat.multiplies[rows], period)
        result[rows] = day_profiles(relative, nat.multiplies[rows], phase[:origin], period, _DAY_OF_HOURS)
        return _kept(result, todo, keys, origin_order, prints, memory)
    result[rows] = _mean_profile(plain, nat.multiplies[rows], phase[:origin], period, settings.shrink_cycles)
    seen = use[rows].sum(axis=1)
    zeros = (plain <= 0).sum(axis=1) / np.maximum(seen, 1)
    smooth = (seen >= settings.min_cycles * period) & (~nat.multiplies[rows] | (zeros <= settings.max_share_of_zeros))
    if period <= settings.max_period:
        decompose = _stl(period, settings)
        for i in rows[smooth]:
            plain_of = nat.values[i, :origin]
            scale = np.log(np.maximum(plain_of, nat.least[i])) if nat.multiplies[i] else plain_of
            values = np.where(use[i], scale, np.nan)
            result[i] = _by_phase(decompose(_filled(values, result[i][phase[:origin]])), phase[:origin], period)
    result[rows] -= result[rows].mean(axis=1, keepdims=True)
    return _kept(result, todo, keys, origin_order, prints, memory)


def _kept(
    result: Floats,
    todo: list[int],
    keys: tuple[SeriesKey, ...],
    origin_order: int,
    prints: list[float],
    memory: Memory | None,
) -> Floats:
    if memory is not None:
        for i in todo:
            memory.profiles[keys[i]] = (origin_order, float(prints[i]), result[i])
    return result


def _relative(plain: Floats, multiplies: Bools, period: int) -> Floats:
    """Values by the moving level of a whole season."""
    level = _moving_mean(plain, period)
    relative: Floats = np.where(multiplies[:, None], plain / np.where(level > 0, level, np.nan), plain - level)
    return relative


def _mean_profile(plain: Floats, multiplies: Bools, phase: Ints, period: int, shrink: float) -> Floats:
    """Mean by phase relative to the moving level of a whole season, drawn to flat when little was seen."""
    relative = _relative(plain, multiplies, period)
    relative = np.where(multiplies[:, None], np.minimum(relative, 6.0), relative)
    neutral = np.where(multiplies, 1.0, 0.0)
    total, squares, count = (np.zeros((len(plain), period)) for _ in range(3))
    for p in range(period):
        part = np.ascontiguousarray(relative[:, phase == p])  # sums that do not depend on the number of series
        count[:, p] = np.isfinite(part).sum(axis=1)
        total[:, p] = np.nansum(part, axis=1)
        squares[:, p] = np.nansum(part**2, axis=1)
    # Phases are drawn to flat by how much of their differences is luck (empirical Bayes, James and Stein 1961).
    seen = np.maximum(count, 1.0)
    left = np.maximum(count.sum(axis=1) - (count > 0).sum(axis=1), 1.0)
    within = np.maximum((squares - total**2 / seen).sum(axis=1), 0.0) / left
    between = ((total / seen - neutral[:, None]) ** 2 * (count > 0)).sum(axis=1) / period
    by_luck = within * (1.0 / seen).mean(axis=1)
    size = np.maximum(between - by_luck, 0.1 * between)
    drawn = np.clip(within / np.maximum(size, 1e-12), shrink, _MOST_SHRINK)[:, None]
    profile = (total + drawn * neutral[:, None]) / (count + drawn)
    result: Floats = np.where(
        multiplies[:, None],
        np.log(np.maximum(profile, 0.02, where=multiplies[:, None], out=np.ones_like(profile))),
        profile,
    )
    return result


def _moving_mean(plain: Floats, width: int) -> Floats:
    """Centred mean over one season; the ends take the nearest full window."""
    known = np.isfinite(plain)
    total = np.cumsum(np.pad(np.where(known, plain, 0.0), ((0, 0), (1, 0))), axis=1)
    count = np.cumsum(np.pad(known.astype(float), ((0, 0), (1, 0))), axis=1)
    n = plain.shape[1]
    begin = np.clip(np.arange(n) - width // 2, 0, n - width)
    end = begin + width
    seen = count[:, end] - count[:, begin]
    return np.where(seen > 0, (total[:, end] - total[:, begin]) / np.maximum(seen, 1), np.nan)


def _filled(values: Floats, profile: Floats) -> Floats:
    """Close gaps by the line between neighbours after the profile is taken out."""
    known = np.isfinite(values)
    if known.all():
        return values
    where = np.flatnonzero(known)
    flat = values - profile
    return np.where(known, values, np.interp(np.arange(len(values)), where, flat[where]) + profile)


def _by_phase(seasonal: Floats, phase: Ints, period: int) -> Floats:
    """Take the newest value of each phase."""
    profile = np.zeros(period)
    profile[phase[-2 * period :]] = seasonal[-2 * period :]  # later cycles overwrite earlier ones
    return profile


def _stl(period: int, settings: Seasonal) -> Callable[[Floats], Floats]:
    def decompose(values: Floats) -> Floats:
        return np.asarray(fitted(values, period, settings).seasonal, dtype=np.float64)

    return decompose


def fitted(values: Floats, period: int, settings: Seasonal) -> Any:
    """A fast robust STL: wide seasonal window, jumps, one inner pass (docs/statistics.md says what each buys).

    Gives statsmodels' result: `seasonal`, `trend`, `resid`.
    """
    from statsmodels.tsa.seasonal import STL

    trend = max(4 * period + 1, period + 2) | 1
    model = STL(
        values,
        period=period,
        seasonal=settings.window | 1,
        trend=min(trend, (len(values) - 1) | 1),
        robust=True,
        seasonal_deg=0,
        seasonal_jump=8 if period <= 12 else 1,
        trend_jump=max(1, int(0.15 * trend)),
        low_pass_jump=max(1, period // 4),
    )
    return model.fit(inner_iter=1, outer_iter=settings.outer_passes)


def _prints(values: Floats, use: Bools, lifted: Floats) -> list[float]:
    """One number for all that a profile is learned from: other values or other periods give another one."""
    weight = np.sqrt(np.arange(1.0, values.shape[1] + 1.0))
    return [float(x) for x in (values * weight).sum(axis=1) + np.pi * (use * weight).sum(axis=1) + lifted]
