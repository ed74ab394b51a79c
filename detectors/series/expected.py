"""What each period should have been, computed from earlier periods alone.

One pass over time, all series at once: a profile (seasonal.py) times a level that follows the series by innovations.
Several speeds of following run side by side; each series uses the one that has forecast it best so far. Outliers,
masked periods and past incidents teach nothing; a lasting change is accepted as the new level after `rebase_after`
periods. Everything at period t uses periods before t only.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le

from detectors.panel import Bools, Floats
from detectors.series.noise import Nature, sampling
from detectors.series.seasonal import Ints


@dataclass(frozen=True, kw_only=True)
class Following:
    """How the level follows the series."""

    # Shares of an innovation that enter the level, and the slope (Holt's linear trend, kept slow).
    speeds: tuple[float, ...] = (0.02, 0.04, 0.08, 0.08, 0.18, 0.35)
    slopes: tuple[float, ...] = (0.0, 0.0008, 0.0, 0.003, 0.0, 0.0)
    clip: Annotated[float, Gt(0)] = 2.0  # innovations teach at most this many sigmas
    reject: Annotated[float, Gt(0)] = 3.5  # beyond this many sigmas a period teaches nothing
    rebase_after: Annotated[int, Ge(3)] = 14  # periods off in a row that make a new level
    remember_level: int = 60  # periods in which a return to the level before a rebase is no news
    damping: Annotated[float, Gt(0), Le(1)] = 0.99  # of the slope, a period
    memory: Annotated[int, Ge(10)] = 60  # periods that the scale remembers
    season_cycles: Annotated[int, Ge(4)] = 30  # cycles that the profile remembers
    speed_prior: float = 25.0  # periods of all series' experience in choosing a speed
    uneven_prior: float = 15.0  # periods of even noise of like series that a weekday's own noise has to outweigh
    breaks_speed: float = 0.5  # speed after a known lasting change
    breaks_periods: int = 6


@dataclass(frozen=True, kw_only=True)
class Track:
    """The pass over time, [series x periods], NaN before it began.

    centre: expected value on the natural scale (levels: unit 1). error: relative innovation; sigma: its expected scale;
    share: part of the innovation that entered the level; level and season: the two parts of the expectation; former:
    the expectation by the level before the last rebase.
    """

    centre: Floats
    error: Floats
    sigma: Floats
    share: Floats
    season: Floats
    former: Floats
    learned: Bools


def follow(nat: Nature, learnable: Bools, held: Bools, breaks: Bools, phase: Ints, profile: Floats, begin: int, origin: int,
           settings: Following) -> Track:
    """Run over periods begin .. end. `learnable`: may teach; `held`: excluded, counts towards a new level.

    The profile stays as it is before `origin` (it has seen those periods) and is carried on after it.
    """
    rows, n = nat.values.shape
    y = (nat.values / nat.unit[:, None]).T.copy()
    learnable, held, breaks = learnable.T, held.T, breaks.T
    trials, precision = nat.trials.T, nat.precision.T
    speeds, slopes = np.array(settings.speeds)[:, None], np.array(settings.slopes)[:, None]
    season = profile.T / np.where(nat.multiplies, 1.0, nat.unit)[None, :]
    season = season.copy()
    period = len(season)
    multiplies, counted, bounded = nat.multiplies, nat.counted, nat.bounded
    group = (multiplies.astype(int) + counted.astype(int))
    members = np.eye(3)[group]
    members_mean = members / np.maximum(members.sum(axis=0), 1)

    level, variance, count = _start(y, season, phase, nat, begin)
    x = np.repeat(level[None, :], len(speeds), axis=0)
    slope = np.zeros(x.shape)
    poisson = np.zeros(rows)
    weekday = _weekday_groups(phase, period)
    squares, seen = np.zeros((weekday.max() + 1, rows)), np.zeros((weekday.max() + 1, rows))
    loss = np.zeros((len(speeds), rows))
    loss_weight = np.zeros(rows)
    off = np.zeros(rows)
    idle = np.zeros(rows)
    boost = np.zeros(rows)
    ring = np.full((7, rows), np.nan)
    former, former_age = np.full(rows, np.nan), np.full(rows, np.inf)
    cycles = np.full((period, rows), max(2.0, origin / period))
    clip_gain = 1.0 / 0.96  # mean of min(z^2, 2.5^2): 0.98 for normal errors, less for heavier tails
    out = {name: np.full((n, rows), np.nan) for name in ("centre", "error", "sigma", "share", "season", "former")}
    learned_at = np.zeros((n, rows), dtype=np.bool_)

    for t in range(begin, n):
        at, day = phase[t], weekday[t]
        boost = np.where(breaks[t], float(settings.breaks_periods), np.maximum(boost - 1.0, 0.0))
        s = season[at]
        base = x + s
        centre_all = np.where(multiplies, np.exp(np.minimum(base, 60.0)), base)
        observed = y[t]
        known = np.isfinite(observed)
        error_all = np.where(known, np.where(multiplies, observed / centre_all - 1.0, observed - centre_all), 0.0)
        pooled = (loss / np.maximum(loss_weight, 1.0)) @ members_mean
        choice = np.argmin(loss + settings.speed_prior * pooled[:, group], axis=0)[None, :]
        centre = np.take_along_axis(centre_all, choice, axis=0)[0]
        error = np.take_along_axis(error_all, choice, axis=0)[0]
        speed = speeds[choice[0], 0]

        noise = sampling(centre, trials[t], counted, bounded)
        steady = np.maximum(variance - poisson, np.where(multiplies, 1e-6, 1e-4))
        alike = (squares[day] @ members + 50.0) / (seen[day] @ members + 50.0)
        uneven = (squares[day] + settings.uneven_prior * alike[group]) / (seen[day] + settings.uneven_prior)
        wander = 1.0 + speed**2 * np.minimum(idle, 30.0)
        spread = (steady * precision[t] + noise) * uneven * wander * np.where(boost > 0, 4.0, 1.0)
        sigma = np.sqrt(spread)
        z = error / sigma

        young = count < 10
        fits = (np.abs(z) <= settings.reject) | young | (boost > 0)
        learn = known & learnable[t] & fits
        limit = np.where(young | (boost > 0), 8.0, settings.clip) * sigma
        trust = np.minimum(1.0, (steady + noise) / spread * uneven * wander * np.where(boost > 0, 4.0, 1.0))
        pace = np.maximum(speeds, 1.0 / (count + 2.0)) * trust
        pace = np.where(boost > 0, np.maximum(pace, settings.breaks_speed), pace)
        step = np.clip(error_all, -limit, limit)
        x = x + slope + np.where(learn, pace * step, 0.0)
        slope = slope * settings.damping + np.where(learn & ~young & (boost == 0), slopes * trust * step, 0.0)
        clipped = np.clip(error, -limit, limit)
        share = np.where(learn, np.take_along_axis(pace, choice, axis=0)[0], 0.0) * np.where(error != 0, clipped / np.where(error != 0, error, 1.0), 1.0)

        for name, value in (("centre", centre), ("error", np.where(known, error, np.nan)), ("sigma", sigma), ("share", share), ("season", s),
                            ("former", np.where(multiplies, np.exp(np.minimum(former + s, 60.0)), former + s))):
            out[name][t] = value
        learned_at[t] = learn

        scale_it = learn & (boost == 0)
        usual = uneven * wander
        square = np.minimum(error**2, 6.25 * spread) * clip_gain / usual
        own = np.maximum(1.0 / settings.memory, 1.0 / (count + 3.0))
        variance = variance + np.where(scale_it, own * (square / precision[t] - variance), 0.0)
        poisson = poisson + np.where(scale_it, own * (noise - poisson), 0.0)
        squares[day] += np.where(scale_it, np.minimum(z**2, 6.25) * clip_gain * uneven, 0.0)
        seen[day] += scale_it
        loss = loss * 0.985 + np.where(scale_it, np.minimum(error_all**2 / spread, 6.25), 0.0)
        loss_weight = loss_weight * 0.985 + scale_it
        if t >= origin and period > 1:
            gain = np.maximum(1.0 / settings.season_cycles, 1.0 / (cycles[at] + 2.0))
            season[at] = s + np.where(scale_it, gain * clipped * (1.0 - speed), 0.0)
            cycles[at] += scale_it
        count = count + learn
        idle = np.where(learn, 0.0, idle + 1.0)

        bare = np.where(multiplies, observed * np.exp(-s), observed - s)
        ring = np.where(known[None, :], np.concatenate([ring[1:], bare[None, :]]), ring)
        off = np.where(learn, 0.0, off + (known & (held[t] | learnable[t])))
        former_age += 1.0
        rebase = off >= settings.rebase_after
        back = known & learnable[t] & ~learn & (former_age <= settings.remember_level) & _near(observed, former + s, multiplies, sigma)
        if rebase.any() or back.any():
            middle = np.nanmedian(np.where(np.isfinite(ring), ring, bare[None, :]), axis=0) if rebase.any() else bare
            fresh = np.where(multiplies, np.log(np.maximum(middle, nat.least)), middle)
            present = np.take_along_axis(x, choice, axis=0)[0]
            target = np.where(back & ~rebase, former, fresh)
            moved = (rebase | back) & np.isfinite(target)
            former = np.where(moved, np.where(back & ~rebase, np.nan, present), former)
            former_age = np.where(moved, 0.0, former_age)
            x = np.where(moved, target, x)
            slope = np.where(moved, 0.0, slope)
            off = np.where(moved, 0.0, off)
            idle = np.where(moved, 3.0, idle)
            out["share"][t] = np.where(moved, 1.0, out["share"][t])

    rising = {name: value.T for name, value in out.items()}
    return Track(centre=rising["centre"], error=rising["error"], sigma=rising["sigma"], share=rising["share"], season=rising["season"],
                 former=rising["former"], learned=learned_at.T)


def _start(y: Floats, season: Floats, phase: Ints, nat: Nature, begin: int) -> tuple[Floats, Floats, Floats]:
    """Level and scale from the four weeks (28 periods) before `begin`, or from the first ones of a short history."""
    n = len(y)
    window = slice(max(0, begin - 28), begin) if begin >= 8 else slice(0, min(n, 28))
    s = season[phase[window]]
    bare = np.where(nat.multiplies, y[window] * np.exp(-s), y[window] - s)
    known = np.isfinite(bare)
    centre = np.full(bare.shape[1], np.nan)
    some = known.any(axis=0)
    centre[some] = np.nanmedian(bare[:, some], axis=0)
    first = _first_known(y)
    centre = np.where(np.isfinite(centre), centre, first)
    level = np.where(nat.multiplies, np.log(np.maximum(centre, nat.least)), centre)
    steps = np.abs(np.diff(bare, axis=0)) / np.where(nat.multiplies, np.maximum(np.abs(centre), nat.least), 1.0)
    scale = np.full(bare.shape[1], 0.3)
    enough = np.isfinite(steps).sum(axis=0) >= 5
    scale[enough] = np.nanmedian(steps[:, enough], axis=0) * 1.4826 / np.sqrt(2.0)
    count = np.where(begin >= 8, np.minimum(known.sum(axis=0), 20.0), 2.0) if begin >= 8 else np.zeros(len(level))
    return np.nan_to_num(level), np.maximum(scale**2, 1e-6), count


def _first_known(y: Floats) -> Floats:
    known = np.isfinite(y)
    return np.where(known.any(axis=0), y[known.argmax(axis=0), np.arange(y.shape[1])], np.nan)


def _weekday_groups(phase: Ints, period: int) -> Ints:
    """Phases that may differ in noise: weekdays, hours of the day, else none."""
    if period <= 1 or period > 2016 or period == 52:
        return np.zeros_like(phase)
    return np.asarray(phase % 24 if period == 168 else phase if period <= 12 else phase * 0, dtype=np.int64)


def _near(observed: Floats, base: Floats, multiplies: Bools, sigma: Floats) -> Bools:
    """Tell whether the value fits the expectation by the former level."""
    centre = np.where(multiplies, np.exp(np.minimum(base, 60.0)), base)
    error = np.where(multiplies, observed / centre - 1.0, observed - centre)
    return np.asarray(np.abs(error) <= 2.5 * sigma, dtype=np.bool_)
