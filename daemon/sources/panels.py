"""From sums to series: which series a check has, and their values over the periods. Pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from daemon.sources.cube import Cube
from daemon.sources.groups import Groups
from daemon.sources.measures import Measure
from daemon.sources.versions import Indices
from detectors.panel import Axis, Bools, Floats, KpiType, Panel, SeriesKey

# Segments of one channel and KPI that are judged at most; those with the largest volume.
MAX_SEGMENTS = 200
# The group number of the business: all channels together.
BUSINESS = -1


@dataclass(frozen=True, kw_only=True)
class Sums:
    """One measure's sums at one moment over a range of periods: [groups x periods].

    top, bottom: sums above and below the line; carried: how many rows carry the measure; rows: how many rows there are.
    """

    top: Floats
    bottom: Floats | None
    carried: Indices
    rows: Indices


@dataclass(frozen=True, slots=True)
class Choice:
    """One series: a measure of a group (BUSINESS: of all channels)."""

    measure: int
    group: int


def sums_of(cube: Cube, measure: Measure, first: int, count: int) -> Sums:
    """A measure's part of a cube, periods first .. first + count - 1; periods beyond the cube are empty."""
    have = max(min(cube.rows.shape[1] - first, count), 0)

    def window(array: Any) -> Any:
        padded = np.zeros((array.shape[0], count), array.dtype)
        padded[:, :have] = array[:, first : first + have]
        return padded

    return Sums(
        top=window(cube.sums[measure.top]),
        bottom=None if measure.bottom is None else window(cube.sums[measure.bottom]),
        carried=window(cube.valued[measure.top]).astype(np.int64),
        rows=window(cube.rows).astype(np.int64),
    )


def choose(sums: list[Sums], measures: tuple[Measure, ...], groups: Groups, business: bool) -> list[Choice]:
    """The series that have values, in a stable order: by KPI, the business before channels before segments."""
    chosen: list[Choice] = []
    several = _several_values(sums, groups)
    for m, measure in enumerate(measures):
        alive: Bools = np.any(sums[m].carried > 0, axis=1)
        if business and measure.type is not KpiType.LEVEL and alive[: groups.channel_count].any():
            chosen.append(Choice(m, BUSINESS))
        volume = np.abs(sums[m].top if measure.bottom is None else sums[m].bottom).sum(axis=1)  # type: ignore[arg-type]
        chosen += [Choice(m, int(g)) for g in np.flatnonzero(alive[: groups.channel_count])]
        segments = np.flatnonzero(alive & several & (groups.dimension >= 0))
        for channel in range(groups.channel_count):
            own = segments[groups.channel[segments] == channel]
            largest = own[np.argsort(-volume[own], kind="stable")[:MAX_SEGMENTS]]
            chosen += [Choice(m, int(g)) for g in np.sort(largest)]
    return chosen


def _several_values(sums: list[Sums], groups: Groups) -> Bools:
    """Whether a group's dimension has several values in its channel; otherwise it only repeats the channel."""
    seen = np.any(sums[0].rows > 0, axis=1) if sums else np.zeros(len(groups), bool)
    radix = int(groups.dimension.max(initial=0)) + 2
    code = groups.channel * radix + groups.dimension + 1
    counts = np.bincount(code[seen], minlength=int(code.max(initial=0)) + 1)
    several: Bools = counts[code] > 1
    return several


def values_of(
    choices: list[Choice],
    sums: list[Sums],
    measures: tuple[Measure, ...],
    groups: Groups,
    *,
    fill_zero: bool,
    present: Bools,
) -> tuple[Floats, Floats]:
    """Values and exposures [series x periods]. present: [periods] whether any row of the check reports the period.

    A series without rows in a present period is zero for counts and amounts once it has started, if `fill_zero`.
    """
    count = len(present)
    values, exposure = np.full((len(choices), count), np.nan), np.full((len(choices), count), np.nan)
    for m, measure in enumerate(measures):
        rows = [i for i, c in enumerate(choices) if c.measure == m]
        if not rows:
            continue
        own = _picked(sums[m], [choices[i].group for i in rows], groups.channel_count)
        zero = fill_zero & (own.rows == 0) & present & (np.cumsum(own.carried, axis=1) > 0)
        if own.bottom is None:
            values[rows] = np.where(own.carried > 0, own.top, np.where(zero, 0.0, np.nan))
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = measure.factor * own.top / own.bottom
        values[rows] = np.where((own.carried > 0) & (own.bottom != 0), ratio, np.nan)
        if measure.type is KpiType.RATIO:
            exposure[rows] = np.where(own.carried > 0, own.bottom, np.where(zero, 0.0, np.nan))
    return values, exposure


def _picked(sums: Sums, picked: list[int], channels: int) -> Sums:
    """The sums of some groups; the business is the sum over the channels."""
    index = np.array(picked)

    def pick(array: Floats | Indices) -> Floats:
        out: Floats = array[index]  # BUSINESS picks the last group here, and is put right below
        if (index == BUSINESS).any():
            out[index == BUSINESS] = array[:channels].sum(axis=0)
        return out

    return Sums(
        top=pick(sums.top),
        bottom=None if sums.bottom is None else pick(sums.bottom),
        carried=pick(sums.carried).astype(np.int64),
        rows=pick(sums.rows).astype(np.int64),
    )


def doubts_of(
    choices: list[Choice], sums: list[Sums], groups: Groups, by_group: Bools, by_measure: dict[int, Bools]
) -> Bools:
    """Which cells [series x periods] cannot be trusted.

    by_group: [groups x periods]; by_measure: the same, of single measures. The business cannot be trusted where a channel
    that carries the measure cannot, or has rows without a value.
    """
    result = np.zeros((len(choices), by_group.shape[1]), bool)
    for i, choice in enumerate(choices):
        own = by_measure.get(choice.measure)
        if choice.group != BUSINESS:
            result[i] = by_group[choice.group] if own is None else by_group[choice.group] | own[choice.group]
            continue
        n = groups.channel_count
        started = np.cumsum(sums[choice.measure].carried[:n], axis=1) > 0
        empty = (sums[choice.measure].rows[:n] > 0) & (sums[choice.measure].carried[:n] == 0)
        doubt = by_group[:n] | empty if own is None else by_group[:n] | own[:n] | empty
        result[i] = (doubt & started).any(axis=0)
    return result


def spread(doubt: Bools, groups: Groups) -> Bools:
    """From leaves to the groups that hold them: [leaves x periods] -> [groups x periods]."""
    result = np.zeros((len(groups), doubt.shape[1]), bool)
    leaf, period = np.nonzero(doubt)
    for margin in groups.of_leaf:
        known = margin[leaf] >= 0
        result[margin[leaf][known], period[known]] = True
    return result


def panel_of(
    axis: Axis,
    check: str,
    choices: list[Choice],
    measures: tuple[Measure, ...],
    groups: Groups,
    channels: tuple[str | None, ...],
    names: tuple[str, ...],
    labels: tuple[tuple[str, ...], ...],
    values: Floats,
    exposure: Floats,
) -> Panel:
    """The panel with its keys."""
    keys = []
    for choice in choices:
        if choice.group == BUSINESS:
            keys.append(SeriesKey(check, None, measures[choice.measure].kpi))
            continue
        d = int(groups.dimension[choice.group])
        segment = () if d < 0 else ((names[d], labels[d][int(groups.value[choice.group])]),)
        keys.append(
            SeriesKey(check, channels[int(groups.channel[choice.group])], measures[choice.measure].kpi, segment)
        )
    factor = np.array(
        [measures[c.measure].factor if measures[c.measure].type is KpiType.RATIO else 1.0 for c in choices]
    )
    return Panel(
        axis=axis,
        keys=tuple(keys),
        types=tuple(measures[c.measure].type for c in choices),
        values=values,
        exposure=exposure,
        factor=factor,
    )
