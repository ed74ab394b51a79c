"""One step of the pass over time: what the past expects of a period, and what the period teaches.

Everything that one period hands to the next is in `State`; a pass can therefore be taken up again at any period.
"""

from dataclasses import dataclass, field, fields
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le

from detectors.panel import Bools, Floats, Ints
from detectors.series.noise import sampling

# Above this the exponential says nothing any more.
_MOST_LOG = 60.0
_KINDS = 3


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
    breaks_periods: int = 6  # periods in which the level is learned anew after a known lasting change
    echo_periods: int = 3  # the same, more gently, after a promotion: what it leaves behind is no news
    echo_after: int = 3  # of so many periods or more
    breaks_size: float = (
        0.3  # relative change that such a change may bring: against it the noise of a period is weighed
    )
    least_beyond: float = 0.05  # relative noise beyond sampling that is looked for
    most_growth: float = 8.0  # relative error that teaches at most, whatever the noise: no runaway from near zero


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What the pass reads, [periods x series]: row t only at period t. `phase` and `weekday` are [periods].

    relearn: periods for which the level is learned anew from here on, 0 almost everywhere.
    """

    y: Floats
    learnable: Bools
    held: Bools
    relearn: Floats
    trials: Floats
    precision: Floats
    phase: Ints
    weekday: Ints


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """What sort of numbers the series are, [series], and what follows from it for the whole pass."""

    multiplies: Bools
    counted: Bools
    bounded: Bools
    least: Floats
    origin: int
    period: int
    group: Ints = field(init=False)
    members: Floats = field(init=False)
    mean_of: Floats = field(init=False)
    every: bool = field(init=False)
    columns: Ints = field(init=False)

    def __post_init__(self) -> None:
        group = self.multiplies.astype(np.int64) + self.counted
        members = np.eye(_KINDS)[group]
        derived = {
            "group": group,
            "members": members,
            "mean_of": members / np.maximum(members.sum(axis=0), 1),
            "every": bool(self.multiplies.all()),
            "columns": np.arange(len(group)),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def natural(self, base: Floats) -> Floats:
        """From the model's scale to the natural one."""
        grown: Floats = np.exp(np.minimum(base, _MOST_LOG))
        return grown if self.every else np.where(self.multiplies, grown, base)

    def model(self, natural: Floats) -> Floats:
        """From the natural scale to the model's."""
        return np.where(self.multiplies, np.log(np.maximum(natural, self.least)), natural)

    def error(self, observed: Floats, centre: Floats) -> Floats:
        """The relative error, or the difference of levels."""
        gap = observed - centre
        relative: Floats = gap / centre
        return relative if self.every else np.where(self.multiplies, relative, gap)


@dataclass(kw_only=True)
class State:
    """What the past hands to the next period; [series], [speeds x series] or [phases x series].

    x, slope: level at each speed; variance, poisson: mean squared error and its part from sampling; count: periods
    learned from; squares, seen: noise by weekday; loss, weight: how well each speed forecast; telling: how
    much a usual period tells of the noise beyond sampling; off: periods in a row
    that taught nothing; idle: periods since one taught; boost: periods left of fast learning; ring: the newest
    deseasonalised values; former, former_age: level before the last rebase; born: its level is known.
    """

    x: Floats
    slope: Floats
    variance: Floats
    poisson: Floats
    count: Floats
    squares: Floats
    seen: Floats
    loss: Floats
    weight: Floats
    telling: Floats
    off: Floats
    idle: Floats
    boost: Floats
    ring: Floats
    former: Floats
    former_age: Floats
    season: Floats
    cycles: Floats
    born: Bools

    def copy(self) -> "State":
        """A state that later steps do not change."""
        return State(**{f.name: getattr(self, f.name).copy() for f in fields(self)})


@dataclass(frozen=True, slots=True)
class Step:
    """What one period was expected to be and what it taught, [series]."""

    centre: Floats
    error: Floats
    sigma: Floats
    share: Floats
    season: Floats
    former: Floats
    learned: Bools


def begun(
    level: Floats, variance: Floats, count: Floats, season: Floats, weekdays: int, kinds: Kinds, settings: Following
) -> State:
    """The state before the first period; a level that is NaN begins with the first value."""
    rows, speeds = len(level), len(settings.speeds)
    x = np.repeat(np.nan_to_num(level)[None, :], speeds, axis=0)
    cycles = np.full((kinds.period, rows), max(2.0, kinds.origin / kinds.period))
    zero = np.zeros(rows)
    return State(
        x=x,
        slope=np.zeros(x.shape),
        variance=variance,
        poisson=zero,
        count=count,
        squares=np.zeros((weekdays, rows)),
        seen=np.zeros((weekdays, rows)),
        loss=np.zeros(x.shape),
        weight=zero.copy(),
        telling=zero.copy(),
        off=zero.copy(),
        idle=zero.copy(),
        boost=zero.copy(),
        ring=np.full((7, rows), np.nan),
        former=np.full(rows, np.nan),
        former_age=np.full(rows, np.inf),
        season=season.copy(),
        cycles=cycles,
        born=np.isfinite(level),
    )


def advance(state: State, t: int, data: Inputs, kinds: Kinds, settings: Following) -> Step:
    """Expect period t from the state, learn from it, and leave the state before period t + 1."""
    at, day = data.phase[t], data.weekday[t]
    speeds, slopes = np.array(settings.speeds)[:, None], np.array(settings.slopes)[:, None]
    boost = np.maximum(data.relearn[t], np.maximum(state.boost - 1.0, 0.0))
    boosted = boost > 0
    season = state.season[at].copy()
    observed = data.y[t]
    known = np.isfinite(observed)
    newborn = known & ~state.born
    if newborn.any():
        state.x = np.where(newborn, kinds.model(observed) - season, state.x)
        state.born = state.born | newborn
    centre_all = kinds.natural(state.x + season)
    error_all = np.where(known, kinds.error(observed, centre_all), 0.0)
    pooled = (state.loss / np.maximum(state.weight, 1.0)) @ kinds.mean_of
    choice = (state.loss + settings.speed_prior * pooled.take(kinds.group, axis=1)).argmin(axis=0)
    chosen = choice * len(observed) + kinds.columns  # into arrays [speeds x series] laid out flat
    centre, error = centre_all.take(chosen), error_all.take(chosen)
    speed = speeds.take(choice)

    noise = sampling(centre, data.trials[t], kinds.counted, kinds.bounded)
    steady = np.maximum(state.variance - state.poisson, 1e-6 if kinds.every else np.where(kinds.multiplies, 1e-6, 1e-4))
    alike = ((state.squares[day] @ kinds.members + 50.0) / (state.seen[day] @ kinds.members + 50.0)).take(kinds.group)
    prior = settings.uneven_prior
    uneven = (state.squares[day] + prior * alike) / (state.seen[day] + prior)
    usual = uneven * (1.0 + speed**2 * np.minimum(state.idle, 30.0))
    wider = usual * np.where(boosted, 4.0, 1.0)
    spread = (steady * data.precision[t] + noise) * wider
    sigma = np.sqrt(spread)
    z = error / sigma

    young = state.count < 10
    fresh_start = young | (boost > settings.echo_periods)  # after a promotion a trouble still teaches nothing
    learn = known & data.learnable[t] & ((np.abs(z) <= settings.reject) | fresh_start)
    limit = np.where(fresh_start, 8.0, settings.clip) * sigma
    if kinds.every:
        limit = np.minimum(limit, settings.most_growth)
    else:
        limit = np.where(kinds.multiplies, np.minimum(limit, settings.most_growth), limit)
    trust = np.minimum(1.0, (steady + noise) / spread * wider)
    # A period of unusually few events says little of the level, as a Kalman gain would have it.
    beyond = np.maximum(steady, settings.least_beyond**2)
    trust = trust * np.minimum(1.0, 1.0 / np.sqrt(np.maximum(state.telling, 1e-12)) / (noise + beyond))
    pace = np.maximum(speeds, 1.0 / (state.count + 2.0)) * trust
    if boosted.any():
        # What n noisy periods say of a change of unknown size (a Kalman gain): many small values say more than one.
        past = settings.breaks_periods - boost
        noisy = np.where(kinds.multiplies, (steady + noise) / settings.breaks_size**2, 0.0)
        pace = np.where(boosted, np.maximum(pace, 1.0 / (past + 1.0 + noisy)), pace)
    step = np.minimum(np.maximum(error_all, -limit), limit)
    state.x = state.x + state.slope + np.where(learn, pace * step, 0.0)
    state.slope = state.slope * settings.damping + np.where(learn & ~fresh_start, slopes * trust * step, 0.0)
    clipped = np.minimum(np.maximum(error, -limit), limit)
    faded = np.where(error != 0, clipped / np.where(error != 0, error, 1.0), 1.0)
    share = np.where(learn, pace.take(chosen), 0.0) * faded

    _learn_noise(
        state, day, learn & ~boosted, error, error_all, spread, usual, uneven, noise, data.precision[t], settings
    )
    if t >= kinds.origin and kinds.period > 1:
        scaled = learn & ~boosted
        gain = np.maximum(1.0 / settings.season_cycles, 1.0 / (state.cycles[at] + 2.0))
        state.season[at] = season + np.where(scaled, gain * clipped * (1.0 - speed), 0.0)
        state.cycles[at] += scaled
    state.boost = boost
    state.count = state.count + learn
    state.idle = np.where(learn, 0.0, state.idle + 1.0)
    former_now = kinds.natural(state.former + season)
    moved = _rebase(state, t, data, kinds, season, former_now, observed, known, learn, sigma, chosen, settings)
    return Step(centre, np.where(known, error, np.nan), sigma, np.where(moved, 1.0, share), season, former_now, learn)


def _learn_noise(
    state: State,
    day: int,
    teaches: Bools,
    error: Floats,
    error_all: Floats,
    spread: Floats,
    usual: Floats,
    uneven: Floats,
    noise: Floats,
    precision: Floats,
    settings: Following,
) -> None:
    """How wide the errors are, by weekday too, and which speed forecasts best."""
    clip_gain = 1.0 / 0.96  # mean of min(z^2, 2.5^2): 0.98 for normal errors, less for heavier tails
    squared = error**2
    square = np.minimum(squared, 6.25 * spread) * clip_gain / usual
    own = np.maximum(1.0 / settings.memory, 1.0 / (state.count + 3.0))
    # Periods of few events tell of sampling alone; the noise beyond it shows in those of many.
    beyond = np.maximum(state.variance - state.poisson, settings.least_beyond**2)
    telling = 1.0 / (noise + beyond) ** 2
    state.telling = state.telling + np.where(teaches, own * (telling - state.telling), 0.0)
    own = np.minimum(own * np.minimum(telling / np.maximum(state.telling, 1e-12), 3.0), 0.5)
    state.variance = state.variance + np.where(teaches, own * (square / precision - state.variance), 0.0)
    state.poisson = state.poisson + np.where(teaches, own * (noise - state.poisson), 0.0)
    state.squares[day] += np.where(teaches, np.minimum(squared / spread, 6.25) * clip_gain * uneven, 0.0)
    state.seen[day] += teaches
    state.loss = state.loss * 0.985 + np.where(teaches, np.minimum(error_all**2 / spread, 6.25), 0.0)
    state.weight = state.weight * 0.985 + teaches


def _rebase(
    state: State,
    t: int,
    data: Inputs,
    kinds: Kinds,
    season: Floats,
    former_now: Floats,
    observed: Floats,
    known: Bools,
    learn: Bools,
    sigma: Floats,
    chosen: Ints,
    settings: Following,
) -> Bools:
    """Accept a level that has lasted, or the return to the one before; tell which series moved."""
    bare = observed * np.exp(-season)
    if not kinds.every:
        bare = np.where(kinds.multiplies, bare, observed - season)
    state.ring = np.where(known, np.concatenate([state.ring[1:], bare[None, :]]), state.ring)
    state.off = np.where(learn, 0.0, state.off + (known & (data.held[t] | data.learnable[t])))
    state.former_age = state.former_age + 1.0
    rebase = state.off >= settings.rebase_after
    back = known & data.learnable[t] & ~learn & (state.former_age <= settings.remember_level)
    if back.any():
        back &= np.abs(kinds.error(observed, former_now)) <= 2.5 * sigma
    moved: Bools = rebase | back
    if not moved.any():
        return moved
    middle = bare
    if rebase.any():
        middle = np.median(np.where(np.isfinite(state.ring), state.ring, bare), axis=0)
    fresh = kinds.model(middle)
    returns = back & ~rebase
    target = np.where(returns, state.former, fresh)
    moved &= np.isfinite(target)
    state.former = np.where(moved, np.where(returns, np.nan, state.x.take(chosen)), state.former)
    state.former_age = np.where(moved, 0.0, state.former_age)
    state.x = np.where(moved, target, state.x)
    state.slope = np.where(moved, 0.0, state.slope)
    state.off = np.where(moved, 0.0, state.off)
    state.idle = np.where(moved, 3.0, state.idle)
    return moved
