"""One step of a figure's growing up: by how much it still changes from one look to the next, learned from past looks.

The chain ladder of insurers, who wait for claims as marketers wait for conversions: the figures of all periods that
were as old are added up before and after the step, and their quotient is the step's factor. Its scatter is that of the
single periods about it (Mack, *ASTIN Bulletin* 1993). Two looks at a source tell something of every age.
"""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Bools, Floats, Ints
from detectors.series.middle import median


@dataclass(frozen=True, slots=True)
class Step:
    """[series x newest periods] what each period showed at one look, and one look later; NaN: not known.

    The last column is the newest period. Of step j the looks are j and j + 1 looks after a period's first one.
    """

    earlier: Floats
    later: Floats


@dataclass(frozen=True, slots=True)
class Growth:
    """What a step does, [rows] each: log factor, its deviation by phase [rows x phases], variance, periods that tell it.

    size: a usual figure after the step. looks: how many periods told of it at all. moved: by how much the newest ones
    differ, beyond chance: so unsure is how the next ones will be, all of them alike.
    """

    log: Floats
    by_phase: Floats
    variance: Floats
    told: Floats
    size: Floats
    looks: Floats
    moved: Floats


# A step that finds nothing yet: whatever it grows to is unknown.
NOTHING_YET = 5.0
# Up to this part of the looks may be accidents.
_RARE = 0.05
# Without a season of a handful of phases, so many looks are called a cycle.
_CYCLE = 7
# So many cycles must have been seen before the days of the week are told apart.
_CYCLES = 2


def grow(step: Step, weights: Floats, phase: Ints, phases: int, least: float, *, is_old: bool) -> Growth:
    """Learn the step of each row. weights: of the periods, newer ones count more. is_old: of more than a cycle's age."""
    known = np.isfinite(step.earlier) & np.isfinite(step.later)
    before, after = (np.where(known, x, 0.0) for x in (step.earlier, step.later))
    weight = known * weights
    for _ in range(2):
        factor, size = _factor(before, after, weight)
        residual = _residual(before, after, factor, size, known)
        # A figure that is rewritten long after it had settled says nothing of how figures settle.
        usual = 5.0 * 1.4826 * median(np.abs(residual))
        limit = np.maximum(np.maximum(usual, 3.0 * np.abs(np.log(factor))), least)
        beyond = known & ~(np.abs(residual) <= limit[:, None])
        # What comes back every week is no accident: lists that are sent on Mondays, shops that confirm nothing on Sundays.
        rare = is_old | (beyond.sum(axis=1) <= _RARE * known.sum(axis=1))
        weight = np.where(beyond & rare[:, None], 0.0, known * weights)
    factor, moved, size = _lately(before, after, weight, known, max(phases, _CYCLE))
    told = _effective(weight)
    spread = _variance(_residual(before, after, factor, size, known), weight, told)
    by_phase = np.zeros((len(before), phases))
    looks = known.sum(axis=1).astype(np.float64)
    if phases > 1 and (looks >= _CYCLES * phases).any():
        by_phase = _phases(before, after, weight, phase, phases, factor, size)
        by_phase[looks < _CYCLES * phases] = 0.0
        each = factor[:, None] * np.exp(by_phase)[:, phase]
        spread = _variance(_residual(before, after, each, size, known), weight, told)
    return Growth(np.log(factor), by_phase, spread, told, size, looks, moved)


def _factor(before: Floats, after: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """The quotient of the sums, and the usual figure after the step."""
    start, end, periods = (weight * before).sum(axis=1), (weight * after).sum(axis=1), weight.sum(axis=1)
    sound = (start > 0) & (end > 0)
    factor = np.where(
        sound, end / np.where(sound, start, 1.0), np.where((start <= 0) & (end > 0), np.exp(NOTHING_YET), 1.0)
    )
    return np.clip(factor, np.exp(-NOTHING_YET), np.exp(NOTHING_YET)), np.maximum(
        end / np.maximum(periods, 1e-12), 1e-12
    )


def _lately(before: Floats, after: Floats, weight: Floats, known: Bools, cycle: int) -> tuple[Floats, Floats, Floats]:
    """The factor, drawn to that of the newest cycle as far as chance does not explain that they differ; how far; usual figure.

    A source that slows down is followed at once; a steady one keeps what it showed for long.
    """
    factor, size = _factor(before, after, weight)
    newest = weight * (np.cumsum(known[:, ::-1], axis=1)[:, ::-1] <= cycle)
    now, _ = _factor(before, after, newest)
    each = _variance(_residual(before, after, factor, size, known), weight, _effective(weight))
    apart = np.log(now / factor)
    chance = each / np.maximum(_effective(newest), 1.0)
    steady = np.minimum(chance / np.maximum(apart**2, 1e-12), 1.0)
    moved = (1.0 - steady) * apart
    return factor * np.exp(moved), moved, size


def _residual(before: Floats, after: Floats, factor: Floats, size: Floats, known: Bools) -> Floats:
    """What the factor does not explain, as a part of the usual figure."""
    each = factor if factor.ndim == 2 else factor[:, None]
    return np.where(known, (after - each * before) / size[:, None], np.nan)


def _effective(weight: Floats) -> Floats:
    squares: Floats = (weight**2).sum(axis=1)
    return np.where(squares > 0, weight.sum(axis=1) ** 2 / np.where(squares > 0, squares, 1.0), 0.0)


def _variance(residual: Floats, weight: Floats, told: Floats) -> Floats:
    squares = (weight * np.nan_to_num(residual) ** 2).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-12)
    return np.asarray(squares * told / np.maximum(told - 1.0, 1.0), dtype=np.float64)


def _phases(
    before: Floats, after: Floats, weight: Floats, phase: Ints, phases: int, factor: Floats, size: Floats
) -> Floats:
    """Log factors of each phase less that of all, drawn towards none as far as chance explains them (James and Stein)."""
    member = np.eye(phases)[phase]
    start, end = (weight * before) @ member, (weight * after) @ member
    sound = (start > 0) & (end > 0)
    own = np.where(sound, np.log(np.where(sound, end, 1.0) / np.where(sound, start, 1.0)), np.log(factor)[:, None])
    apart = own - np.log(factor)[:, None]
    periods = np.maximum((weight @ member) ** 2 / np.maximum(weight**2 @ member, 1e-12), 1.0)
    within = _residual(before, after, factor[:, None] * np.exp(apart)[:, phase], size, weight > 0)
    count = np.maximum((weight > 0).sum(axis=1), phases + 1)
    spread = (weight * np.nan_to_num(within) ** 2).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-12)
    chance = spread * count / (count - phases) * (1.0 / periods).mean(axis=1)
    between = np.maximum((apart**2).mean(axis=1), 1e-12)
    return np.asarray(apart * np.clip(1.0 - chance / between, 0.0, 1.0)[:, None], dtype=np.float64)
