"""From sums to series: which series a check has, and their values over the periods. Pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from daemon.sources.cube import Cube
from daemon.sources.groups import BUSINESS, Groups
from daemon.sources.measures import Measure
from daemon.sources.versions import Indices
from detectors.panel import Axis, Bools, Floats, KpiType, Panel, SeriesKey

# Segments of one channel and KPI that are judged at most; those with the largest volume.
MAX_SEGMENTS = 200


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
    """One series: a measure of a group."""

    measure: int
    group: int


def sums_of(cube: Cube, measure: Measure, first: int, count: int) -> Sums:
    """A measure's part of a cube, periods first .. first + count - 1; periods beyond the cube are empty.

    It shows the cube as it is, until that is refreshed.
    """
    have = max(min(cube.rows.shape[1] - first, count), 0)

    def window(array: Any) -> Any:
        if have == count:
            return array[:, first : first + count]
        padded = np.zeros((array.shape[0], count), array.dtype)
        padded[:, :have] = array[:, first : first + have]
        return padded

    return Sums(
        top=window(cube.sums[measure.top]),
        bottom=None if measure.bottom is None else window(cube.sums[measure.bottom]),
        carried=window(cube.valued[measure.top]),
        rows=window(cube.rows),
    )


def choose(sums: list[Sums], measures: tuple[Measure, ...], groups: Groups, business: bool) -> list[Choice]:
    """The series that have values, in a stable order: by KPI, totals before segments, the business before channels.

    business: whether there are series of the business. Levels of different channels make none together.
    """
    chosen: list[Choice] = []
    several = _several_values(sums, groups)
    channels = (BUSINESS, *range(groups.channel_count))
    for m, measure in enumerate(measures):
        alive: Bools = np.any(sums[m].carried > 0, axis=1)
        if not business or measure.type is KpiType.LEVEL:
            alive &= groups.channel != BUSINESS
        volume = np.abs(sums[m].top if measure.bottom is None else sums[m].bottom).sum(axis=1)  # type: ignore[arg-type]
        totals = np.flatnonzero(alive & (groups.dimension < 0))
        chosen += [Choice(m, int(g)) for g in totals[np.argsort(groups.channel[totals], kind="stable")]]
        segments = np.flatnonzero(alive & several & _common_to_several(alive, groups) & (groups.dimension >= 0))
        for channel in channels:
            own = segments[groups.channel[segments] == channel]
            largest = own[np.argsort(-volume[own], kind="stable")[:MAX_SEGMENTS]]
            chosen += [Choice(m, int(g)) for g in np.sort(largest)]
    return chosen


def _several_values(sums: list[Sums], groups: Groups) -> Bools:
    """Whether a group's dimension has several values in its channel; otherwise it only repeats the channel."""
    seen = np.any(sums[0].rows > 0, axis=1) if sums else np.zeros(len(groups), bool)
    single = np.flatnonzero(seen[: groups.single])
    radix = int(groups.dimension.max(initial=0)) + 2
    code = (groups.channel + 1) * radix + groups.dimension + 1
    values = np.unique(np.column_stack([groups.dimension[single], groups.value[single]]), axis=0)[:, 0]
    counts = np.bincount(np.r_[code[single], values + 1], minlength=int(code.max(initial=0)) + 1)
    several: Bools = counts[code] > 1
    return several


def _common_to_several(alive: Bools, groups: Groups) -> Bools:
    """Whether several channels have a group's value; otherwise a group of the business only repeats its one channel."""
    channels = np.bincount(groups.whole, weights=alive[groups.part], minlength=len(groups))
    common: Bools = (groups.channel != BUSINESS) | (channels > 1)
    return common


def values_of(
    choices: list[Choice],
    sums: list[Sums],
    measures: tuple[Measure, ...],
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
        own = _picked(sums[m], np.array([choices[i].group for i in rows]))
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


def _picked(sums: Sums, groups: Indices) -> Sums:
    return Sums(
        top=sums.top[groups],
        bottom=None if sums.bottom is None else sums.bottom[groups],
        carried=sums.carried[groups],
        rows=sums.rows[groups],
    )


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
        c, d = int(groups.channel[choice.group]), int(groups.dimension[choice.group])
        segment = () if d < 0 else ((names[d], labels[d][int(groups.value[choice.group])]),)
        keys.append(SeriesKey(check, None if c == BUSINESS else channels[c], measures[choice.measure].kpi, segment))
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
