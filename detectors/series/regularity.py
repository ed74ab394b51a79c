"""Which series run all the time, and which come and go.

A newsletter is sent on some days, a campaign runs for some weeks, a text message goes out on Fridays. Zeros that small
numbers explain are noise; zeros that the day of the week explains are a timetable; all other zeros are somebody's
decision, which no history predicts: such series are not judged against an expectation.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from detectors.panel import Bools, Floats, Ints, KpiType, Panel

_DAYS_OF_WEEK = 7


class Rhythm(IntEnum):
    """How a series runs."""

    REGULAR = 0  # all the time
    SMALL = 1  # zeros because so little happens
    WEEKLY = 2  # rests on the same phases of the season (days of the week): judged on the others
    IRREGULAR = 3  # rests that neither explains
    INACTIVE = 4  # it has not run for long


@dataclass(frozen=True, kw_only=True)
class Regularity:
    """How the rhythm is told."""

    window: Annotated[int, Ge(28)] = 120  # periods of active history that are looked at
    share: Annotated[float, Gt(0)] = 0.10  # unexplained zeros that make a series irregular
    rest: Annotated[float, Gt(0)] = 0.15  # a phase active in fewer of its periods is one of rest
    rest_evidence: Annotated[float, Gt(0)] = 5.0  # log improbability of its silence, measured by the other phases
    phase_needed: Annotated[int, Ge(2)] = 4  # periods of a phase before it can be one of rest
    unknown: Annotated[float, Gt(0)] = 0.5  # without a value so often, a series comes and goes
    inactive: Annotated[int, Ge(2)] = 14  # periods without anything
    settled: Annotated[int, Ge(7)] = 28  # active periods after one long pause that make a new beginning


@dataclass(frozen=True, kw_only=True)
class Rhythms:
    """[series]: rhythm, longest pause and number of pauses between active periods; off [series x phases]: at rest."""

    rhythm: Ints
    off: Bools
    longest_pause: Ints
    pauses: Ints


def activity(panel: Panel) -> tuple[Floats, Floats, Bools]:
    """1 active, 0 at rest, NaN unknown; the size of what happens; and whether sizes are counts [series].

    A ratio rests when its denominator or its numerator does (commission that is booked once a month); its size is the
    numerator.
    """
    types = np.array([str(t) for t in panel.types])
    ratio, level = (types == KpiType.RATIO)[:, None], (types == KpiType.LEVEL)[:, None]
    parts = ratio & np.isfinite(panel.exposure)
    numerator = np.where(panel.exposure > 0, panel.values * panel.exposure / panel.factor[:, None], 0.0)
    size = np.where(parts, numerator, panel.values)
    active = np.where(np.isfinite(size), (size != 0) | level | (ratio & ~parts), np.nan)
    broken = (np.abs(size - np.round(size)) > 1e-6 * np.maximum(1.0, np.abs(size))) & np.isfinite(size)
    counted = (types == KpiType.COUNT) | ((types == KpiType.RATIO) & (broken.mean(axis=1) < 0.05))
    return active, size, counted


def rhythms(
    active: Floats, size: Floats, counted: Bools, usable: Bools, phase: Ints, period: int, at: int, settings: Regularity
) -> Rhythms:
    """Tell the rhythm of each series from what it did before period `at`.

    counted: sizes are counts of events. usable [series x periods]: not part of a known trouble.
    """
    if period > _DAYS_OF_WEEK and period % _DAYS_OF_WEEK == 0:
        return _by_days(active, size, counted, usable, phase, period, at, settings)
    rows = len(active)
    now = active[:, :at] == 1
    column = np.arange(at)
    if not now.any():
        none = np.zeros(rows, dtype=np.int64)
        return Rhythms(
            rhythm=np.where(now.shape[1] >= settings.inactive, int(Rhythm.INACTIVE), 0) + none,
            off=np.zeros((rows, period), dtype=np.bool_),
            longest_pause=none,
            pauses=none,
        )
    latest = np.maximum.accumulate(np.where(now, column, -1), axis=1)
    last = latest[:, -1]
    born = np.where(now.any(axis=1), now.argmax(axis=1), at)
    before = np.concatenate([np.full((rows, 1), -1), latest[:, :-1]], axis=1)
    pause = np.where(now & (before >= 0), column - before - 1, 0)
    begin = np.maximum(np.maximum(born, at - _window(period, settings)), _new_beginning(pause, at, settings))
    watched = (column >= begin[:, None]) & (column <= last[:, None]) & usable[:, :at]
    known = np.isfinite(active[:, :at])

    hot = np.eye(period)[phase[:at]] if 1 < period <= 168 else np.zeros((at, period))
    of_phase = watched.astype(np.float64) @ hot
    running = (watched & now).astype(np.float64) @ hot
    off = _at_rest(of_phase, running, settings)
    due = watched & ~off[:, phase[:at]]
    zeros = (due & known & ~now).sum(axis=1) / np.maximum((due & known).sum(axis=1), 1)
    unknown = (due & ~known).sum(axis=1) / np.maximum(due.sum(axis=1), 1)
    small = counted & (
        zeros <= np.sqrt(_zeros_of_chance(np.where(watched & now, size[:, :at], np.nan))) + settings.share
    )

    rhythm = np.where(off.any(axis=1), int(Rhythm.WEEKLY), np.where(small & (zeros > 0.02), int(Rhythm.SMALL), 0))
    rhythm = np.where(((zeros > settings.share) & ~small) | (unknown > settings.unknown), int(Rhythm.IRREGULAR), rhythm)
    resting = (column > last[:, None]) & ~off[:, phase[:at]]
    long_ago = at - 1 - last >= (settings.inactive if period <= 52 else period)
    rhythm = np.where(long_ago & (resting.sum(axis=1) >= 3), int(Rhythm.INACTIVE), rhythm)
    return Rhythms(
        rhythm=rhythm.astype(np.int64), off=off, longest_pause=pause.max(axis=1), pauses=(pause > 0).sum(axis=1)
    )


def _by_days(
    active: Floats, size: Floats, counted: Bools, usable: Bools, phase: Ints, period: int, at: int, settings: Regularity
) -> Rhythms:
    """The rhythm of hours is told by days: nights are no pauses. Hours of the week may rest as weekdays may."""
    day = period // _DAYS_OF_WEEK
    begin = int(-phase[0] % day)  # the first whole day
    days = max((at - begin) // day, 0)
    if days == 0:
        none = np.zeros(len(active), dtype=np.int64)
        off = np.zeros((len(active), period), dtype=np.bool_)
        return Rhythms(rhythm=none, off=off, longest_pause=none, pauses=none)
    span = slice(begin, begin + days * day)

    shape = (len(active), days, day)
    hours, sizes = active[:, span].reshape(shape), size[:, span].reshape(shape)
    fit: Bools = np.all(usable[:, span].reshape(shape), axis=2)
    known = np.isfinite(hours)
    some: Floats = np.where(known.any(axis=2), (np.nan_to_num(hours) > 0).any(axis=2), np.nan)
    total: Floats = np.where(known.any(axis=2), np.nansum(sizes, axis=2), np.nan)
    weekday = phase[span].reshape(days, day)[:, 0] // day
    told = rhythms(some, total, counted, fit, weekday, _DAYS_OF_WEEK, days, settings)
    first = max(0, at - _window(period, settings))
    hot = np.eye(period)[phase[first:at]]
    seen = (np.isfinite(active[:, first:at]) & usable[:, first:at]).astype(np.float64) @ hot
    running = (active[:, first:at] == 1).astype(np.float64) @ hot
    off = _at_rest(seen, running, settings)
    return Rhythms(
        rhythm=told.rhythm,
        off=off | np.repeat(told.off, day, axis=1),
        longest_pause=told.longest_pause * day,
        pauses=told.pauses,
    )


def _at_rest(seen: Floats, running: Floats, settings: Regularity) -> Bools:
    """Phases in which next to nothing happens, and too little for luck where the others have something now and then."""
    rare = (seen >= settings.phase_needed) & (running <= settings.rest * seen)
    others = np.where(rare, 0.0, running).sum(axis=1) / np.maximum(np.where(rare, 0.0, seen).sum(axis=1), 1.0)
    usual = np.clip(others, 1e-6, 1.0 - 1e-6)[:, None]
    share = running / np.maximum(seen, 1.0)
    # So improbable is a share so small among so many by the relative entropy (Chernoff's bound).
    entropy = np.where(share > 0, share * np.log(np.maximum(share, 1e-12) / usual), 0.0)
    entropy = entropy + (1.0 - share) * np.log((1.0 - share).clip(1e-12) / (1.0 - usual))
    return np.asarray(rare & (share < usual) & (seen * entropy >= settings.rest_evidence) & (others > 0)[:, None])


def _window(period: int, settings: Regularity) -> int:
    return max(settings.window, 6 * period) if period <= 168 else settings.window


def _new_beginning(pause: Ints, at: int, settings: Regularity) -> Ints:
    """The end of the only long pause of the last year or so, if the series has run since; else 0."""
    long = pause >= settings.settled
    newest = np.where(long.any(axis=1), pause.shape[1] - 1 - long[:, ::-1].argmax(axis=1), 0)
    only = long[:, -3 * settings.window :].sum(axis=1) == 1
    return np.where(only & (at - newest >= settings.settled), newest, 0)


def _zeros_of_chance(size: Floats) -> Floats:
    """Share of zeros of a Poisson count with the mean that its other values show."""
    known = np.isfinite(size)
    seen = np.maximum(known.sum(axis=1), 1)
    mean = np.where(known, size, 0.0).sum(axis=1) / seen
    level = np.maximum(mean, 1.0)
    for _ in range(20):  # mean of a count above zero = level / (1 - e^-level)
        level = mean * (1.0 - np.exp(-level))
    chance: Floats = np.exp(-np.maximum(level, 0.02))
    return chance
