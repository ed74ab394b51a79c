"""What each period should have been, computed from earlier periods alone.

One pass over time, all series at once: a profile (seasonal.py) times a level that follows the series by innovations.
Several speeds of following run side by side; each series uses the one that has forecast it best so far. Outliers,
masked periods and past incidents teach nothing; a lasting change is accepted as the new level after `rebase_after`
periods (level.py is one step of it). Everything at period t uses periods before t only.
"""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Bools, Floats, Ints, SeriesKey
from detectors.series.level import advance
from detectors.series.memory import GRID, NEAR, Memory, Passage, agree_until, all_equal, marks_of
from detectors.series.middle import median
from detectors.series.noise import Nature
from detectors.series.state import Following, Inputs, Kinds, State, begun

_RESULTS = ("centre", "sigma", "share", "season", "former")


@dataclass(frozen=True, kw_only=True)
class Track:
    """The pass over time, [series x periods], NaN before it began.

    centre: expected value on the natural scale (levels: unit 1); sigma: expected scale of the relative innovation;
    share: part of the innovation that entered the level; season: the seasonal part of the expectation; former: the
    expectation by the level before the last rebase; learned: the period taught something.
    """

    centre: Floats
    sigma: Floats
    share: Floats
    season: Floats
    former: Floats
    learned: Bools


def follow(
    nat: Nature,
    learnable: Bools,
    held: Bools,
    relearn: Floats,
    order: Ints,
    profile: Floats,
    begin: int,
    origin: int,
    settings: Following,
    keys: tuple[SeriesKey, ...] = (),
    memory: Memory | None = None,
) -> Track:
    """Run over periods begin .. end. `learnable`: may teach; `held`: excluded, counts towards a new level;
    `relearn` [series x periods]: periods for which the level is learned anew from there on.

    The profile stays as it is before `origin` (it has seen those periods) and is carried on after it. `order` counts
    the periods by the calendar. With a memory, the pass of the same series is taken up where it still holds.
    """
    period = profile.shape[1]
    phase = order % period
    y = np.ascontiguousarray((nat.values / nat.unit[:, None]).T)
    data = Inputs(
        y=y,
        learnable=_turned(learnable),
        held=_turned(held),
        relearn=np.ascontiguousarray(relearn.T),
        trials=np.ascontiguousarray(nat.trials.T),
        precision=np.ascontiguousarray(nat.precision.T),
        phase=phase,
        weekday=_weekday_groups(phase, period),
    )
    season = (profile / np.where(nat.multiplies, 1.0, nat.unit)[:, None]).T
    kinds = Kinds(
        multiplies=nat.multiplies,
        counted=nat.counted,
        bounded=nat.bounded,
        least=nat.least,
        swing=_swing(season, nat.multiplies),
        origin=origin,
        period=period,
    )
    level, variance, count = _start(y, season, phase, nat, begin, settings.start_from)
    fixed = (
        nat.multiplies,
        nat.counted,
        nat.bounded,
        nat.least,
        season,
        level,
        variance,
        count,
        np.array([begin, origin]),
    )
    before = memory.passes.get(keys) if memory is not None else None
    marks = marks_of(data, begin) if memory is not None else ()
    at, results, learned = begin, _empty(y.shape), np.zeros(y.shape, np.bool_)
    states: dict[int, State] = {}
    if before is not None and all_equal(before.fixed, fixed):
        at, states = _taken_up(before, marks)
        for name, array in results.items():
            array[begin:at] = before.results[name][: at - begin]
        learned[begin:at] = before.learned[: at - begin]
    state = (
        states[at].copy()
        if at in states
        else begun(level, variance, count, season, int(data.weekday.max()) + 1, kinds, settings)
    )
    states = _run(state, at, data, kinds, settings, results, learned, states, order)
    if memory is not None:
        memory.passes[keys] = Passage(
            fixed=fixed,
            marks=marks,
            begin=begin,
            results={name: array[begin:].copy() for name, array in results.items()},
            learned=learned[begin:].copy(),
            states=states,
        )
    return Track(
        centre=results["centre"].T,
        sigma=results["sigma"].T,
        share=results["share"].T,
        season=results["season"].T,
        former=results["former"].T,
        learned=learned.T,
    )


def _run(
    state: State,
    at: int,
    data: Inputs,
    kinds: Kinds,
    settings: Following,
    results: dict[str, Floats],
    learned: Bools,
    states: dict[int, State],
    order: Ints,
) -> dict[int, State]:
    """Run to the end, writing results; return the states that are worth keeping."""
    n = len(data.y)
    near, grid = max(at, n - NEAR), max(GRID, kinds.period)
    kept = {t: s for t, s in states.items() if t <= at and (order[t] % grid == 0 or t == at)}
    for t in range(at, n):
        if t == near or (order[t] % grid == 0 and t not in kept):
            kept[t] = state.copy()
        step = advance(state, t, data, kinds, settings)
        for name in _RESULTS:
            results[name][t] = getattr(step, name)
        learned[t] = step.learned
    return {t: s for t, s in kept.items() if t == near or order[t] % grid == 0}


def _taken_up(before: Passage, marks: tuple[bytes, ...]) -> tuple[int, dict[int, State]]:
    """The newest kept period before anything differs, and the states up to it; the beginning if there is none."""
    same = before.begin + agree_until(before.marks, marks)
    states = {t: s for t, s in before.states.items() if t <= same}
    return max(states, default=before.begin), states


def _empty(shape: tuple[int, ...]) -> dict[str, Floats]:
    return {name: np.full(shape, np.nan) for name in _RESULTS}


def _turned(array: Bools) -> Bools:
    return np.ascontiguousarray(array.T)


def _start(
    y: Floats, season: Floats, phase: Ints, nat: Nature, begin: int, periods: int
) -> tuple[Floats, Floats, Floats]:
    """Level and scale from so many periods before `begin`, or from the first ones of a short history.

    The level is NaN where nothing is known yet.
    """
    n = len(y)
    window = slice(max(0, begin - periods), begin) if begin >= 8 else slice(0, min(n, periods))
    s = season[phase[window]]
    bare = np.where(nat.multiplies, y[window] * np.exp(-s), y[window] - s)
    known = np.isfinite(bare)
    centre = median(bare.T)
    level = np.where(nat.multiplies, np.log(np.maximum(centre, nat.least)), centre)
    size = np.maximum(np.abs(np.nan_to_num(centre)), nat.least)
    steps = np.abs(np.diff(bare, axis=0)) / np.where(nat.multiplies, size, 1.0)
    enough = np.isfinite(steps).sum(axis=0) >= 5
    scale = np.where(enough, median(steps.T) * 1.4826 / np.sqrt(2.0), 0.3)
    count = np.minimum(known.sum(axis=0), 20.0) if begin >= 8 else np.zeros(len(level))
    return level, np.maximum(scale**2, 1e-6), count


def _swing(season: Floats, multiplies: Bools) -> Floats:
    """How much phases differ; where no profile is known yet, as much as they usually do (a fifth)."""
    unknown = np.where(multiplies, 0.04, np.inf)
    return np.where((season == 0).all(axis=0), unknown, np.maximum(season.var(axis=0), 1e-12))


def _weekday_groups(phase: Ints, period: int) -> Ints:
    """Phases that may differ in noise: weekdays, hours of the day, else none."""
    if period <= 1 or period > 2016 or period == 52:
        return np.zeros_like(phase)
    return np.asarray(phase % 24 if period == 168 else phase if period <= 12 else phase * 0, dtype=np.int64)
