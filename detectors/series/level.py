"""One step of the pass over time: what the past expects of a period, and what the period teaches.

Everything that one period hands to the next is in `State`; a pass can therefore be taken up again at any period.
"""

import numpy as np

from detectors.panel import Bools, Floats, Ints
from detectors.series.noise import sampling
from detectors.series.state import Following, Inputs, Kinds, State, Step


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
    unsure = np.minimum(np.maximum((steady + noise) / kinds.swing, 2.0), settings.season_unsure)
    doubt = 1.0 / (np.minimum(state.cycles[at], settings.season_cycles) + unsure)
    if kinds.period > 1:  # what few cycles taught adds to errors that the profile has not seen, and takes from others
        usual = usual * (1.0 + doubt if t >= kinds.origin else 1.0 - doubt)
    wider = usual * np.where(boosted, 4.0, 1.0)
    spread = (steady * data.precision[t] + noise) * wider
    sigma = np.sqrt(spread)
    z = error / sigma

    young = state.count < 10
    fresh_start = young | (boost > settings.echo_periods)  # after a promotion a trouble still teaches nothing
    # Small counts are skewed: one event where a tenth is expected is no outlier, and must teach as zeros do.
    event = np.where(kinds.counted, 1.0 / np.maximum(centre * data.trials[t], 1e-9), 0.0)
    far = error > settings.reject * sigma + settings.events_reject * event
    learn = known & data.learnable[t] & ((~far & (z >= -settings.reject)) | fresh_start)
    limit = np.where(fresh_start, 8.0, settings.clip) * sigma + settings.events_clip * event
    most = np.maximum(settings.most_growth, settings.events_clip * event)
    limit = np.minimum(limit, most) if kinds.every else np.where(kinds.multiplies, np.minimum(limit, most), limit)
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
    # The logarithm of what few events say would lie far below their mean: those teach in the usual way.
    anew = (boost > settings.echo_periods) & kinds.multiplies & (noise <= settings.break_noise)
    if anew.any():  # a known change is taken over as it is: twice as much is e^0.69 times the level, not e^1
        most = np.maximum(limit, settings.break_reaches)
        taken = np.log1p(np.maximum(error_all, -0.98))
        step = np.where(anew, np.minimum(np.maximum(taken, -most), most), step)
    moves = pace * step
    if kinds.counted.any():  # the mean moves by this part of the way: the logarithm of a large step would run away
        moves = np.where(kinds.counted & ~anew, np.log1p(np.maximum(moves, -0.9)), moves)
    state.x = state.x + state.slope + np.where(learn, moves, 0.0)
    state.slope = state.slope * settings.damping + np.where(learn & ~fresh_start, slopes * trust * step, 0.0)
    clipped = np.minimum(np.maximum(error, -limit), limit)
    faded = np.where(error != 0, clipped / np.where(error != 0, error, 1.0), 1.0)
    share = np.where(learn, pace.take(chosen), 0.0) * faded

    _learn_noise(
        state, day, learn & ~boosted, error, error_all, spread, usual, uneven, noise, data.precision[t], settings
    )
    if t >= kinds.origin and kinds.period > 1:
        scaled = learn & ~boosted
        change = doubt * clipped * (1.0 - speed)
        change = np.where(kinds.counted, np.log1p(np.maximum(change, -0.9)), change)
        state.season[at] = season + np.where(scaled, change, 0.0)
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
    state.loss = state.loss * settings.speeds_keep + np.where(teaches, np.minimum(error_all**2 / spread, 6.25), 0.0)
    state.weight = state.weight * settings.speeds_keep + teaches


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
    told = known & (season >= np.log(settings.busy)) if settings.busy else known
    state.ring = np.where(told, np.concatenate([state.ring[1:], bare[None, :]]), state.ring)
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
