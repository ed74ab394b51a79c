"""What the newest periods looked like at each of their ages: "day D at age 2" is compared with earlier days at age 2.

A look is the moment at which a check looks; the looks of the past are those at the same time of their day. The rows
that a period had at a look are those seen up to it, so that a period's figure grows from look to look by what is new.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from daemon.sources import panels, timeline
from daemon.sources.groups import BUSINESS, Groups
from daemon.sources.measures import Measure, Part
from daemon.sources.versions import Indices, Leaves, Versions
from detectors.cadence import Unit
from detectors.panel import Axis, Bools, Floats, Instants
from detectors.series.development import Step

# How many of the newest periods are looked at, and at how many ages each. What changes later is the last age's.
_WINDOW = {
    Unit.DAY: 70,
    Unit.WEEK: 40,
    Unit.HOUR: 216,
    Unit.MINUTE: 288,
    Unit.MONTH: 24,
    Unit.QUARTER: 12,
    Unit.YEAR: 6,
}
_AGES = {Unit.DAY: 35, Unit.WEEK: 8, Unit.HOUR: 48, Unit.MINUTE: 48, Unit.MONTH: 3, Unit.QUARTER: 2, Unit.YEAR: 1}


@dataclass(frozen=True, kw_only=True)
class Past:
    """What is needed to see a table's newest periods at all their ages.

    axis: of the periods up to the newest that has ended; first: where it starts among all periods of `versions`.
    edges: ends of all periods, on the wall clock. now: the look, UTC seconds. pulls: when the source was looked at.
    """

    versions: Versions
    leaves: Leaves
    groups: Groups
    measures: tuple[Measure, ...]
    parts: tuple[Part, ...]
    axis: Axis
    first: int
    ends: Instants
    zone: ZoneInfo
    now: int
    pulls: Indices
    untimed: Bools

    @property
    def window(self) -> int:
        """How many periods are looked at."""
        return min(_WINDOW[self.axis.cadence.unit], len(self.axis))


def development(past: Past, choices: list[panels.Choice], *, fill_zero: bool) -> Iterator[Step]:
    """The steps by which the series' newest periods grew, the first look's first; none of a source that restates nothing.

    Unknown are periods of which nobody knows what they showed then: those from before the source was watched, those
    whose rows were late then, and looks before which nobody looked at the source.
    """
    width = past.window
    if not width or not len(past.pulls):
        return
    begin = past.first + len(past.axis) - width
    looks = _looks(past, begin, width)
    seen = _seen(past, begin, width, looks)
    last = min(_AGES[past.axis.cadence.unit], int(seen.age[seen.watched].max(initial=0)))
    if not last:
        return
    age = np.minimum(seen.age, last)  # what changes later still belongs to the last step
    watched = np.searchsorted(past.pulls, looks, side="right")
    asked = np.r_[watched[0] > 0, np.diff(watched) > 0]  # [looks] whether the source was looked at since the one before
    timed = ~np.pad(past.untimed[begin : begin + width], (0, max(begin + width - len(past.untimed), 0)))
    final = seen.rows_of(np.arange(len(age)))
    channel = np.array([past.groups.channel[c.group] for c in choices], np.int64)
    sums, earlier, known = None, np.zeros(0), np.zeros(0, bool)
    for at in range(last + 1):
        new = np.flatnonzero(age == at)
        if sums is None or len(new):
            sums = seen.added(sums, new)
            later = _values(past, sums, choices, fill_zero)
        rows = final if at == last else seen.rows_of(np.flatnonzero(age <= at))
        looked = np.zeros(width, bool)
        looked[: max(width - at, 0)] = asked[at:]
        reported = ~late_rows(rows, final) & (looked & timed)
        # The business is only known where all of its channels are.
        own = np.where((channel == BUSINESS)[:, None], reported.all(axis=0), reported[np.maximum(channel, 0)])
        if at:
            yield Step(np.where(own & known, earlier, np.nan), np.where(own & known, later, np.nan))
        earlier, known = later, own


def _looks(past: Past, begin: int, width: int) -> Indices:
    """[periods of the window] when each was the newest: as long after its end as now is after the end of the newest."""
    ends = past.ends[begin : begin + width]
    now = timeline.to_local(np.array([past.now]).astype("datetime64[s]"), past.zone)[0]
    looks = timeline.to_utc(ends + (now - ends[-1]), past.zone).astype(np.int64)
    looks[-1] = past.now
    return np.asarray(np.minimum.accumulate(looks[::-1])[::-1], dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """Versions of the window: what each added to its leaf's figures in its period, and how many looks after the first.

    age, leaf, column: [versions]; watched: they came after the source was looked at first. figures: [2 x parts + 1][versions]
    amounts, values, and rows.
    """

    age: Indices
    leaf: Indices
    column: Indices
    watched: Bools
    figures: tuple[Floats, ...]
    width: int
    groups: Groups
    leaves: Leaves

    def added(self, sums: list[Floats] | None, chosen: Indices) -> list[Floats]:
        """The sums of the groups [groups x periods] with what the chosen versions add."""
        new = [self._summed(figures, chosen) for figures in self.figures]
        return new if sums is None else [old + more for old, more in zip(sums, new, strict=True)]

    def rows_of(self, chosen: Indices) -> Indices:
        """[channels x periods] how many rows the chosen versions make."""
        height = self.groups.channel_count
        at = self.leaves.channel[self.leaf[chosen]] * self.width + self.column[chosen]
        rows = np.bincount(at, weights=self.figures[-1][chosen], minlength=height * self.width)
        return np.rint(rows.reshape(height, self.width)).astype(np.int64)

    def _summed(self, figures: Floats, chosen: Indices) -> Floats:
        height = self.groups.single
        total = np.zeros(height * self.width)
        for margin in self.groups.of_leaf:
            group = margin[self.leaf[chosen]]
            own = chosen[group >= 0]
            flat = group[group >= 0] * self.width + self.column[own]
            total += np.bincount(flat, weights=figures[own], minlength=height * self.width)
        return np.asarray(self.groups.with_business(total.reshape(height, self.width)), dtype=np.float64)


def _seen(past: Past, begin: int, width: int, looks: Indices) -> _Seen:
    v = past.versions
    end = min(begin + width, len(v.period_cells) - 1)
    low, high = np.searchsorted(v.cell, [v.period_cells[min(begin, end)], v.period_cells[end]])
    held = np.arange(low, high)
    held = held[v.seen[held] <= past.now]
    column = v.cell_period[v.cell[held]] - begin
    row, owner = v.rows_of(held)
    rows = np.where(v.gone[held], 0.0, v.rows[held])
    before = np.searchsorted(held, v.previous[held])  # a version's predecessor was seen before it, so it is held too
    has_before = v.previous[held] >= 0
    amounts: list[Floats] = []
    counts: list[Floats] = []
    for part in past.parts:
        amount, has = part.evaluate(v.values[row])
        for out, each in ((amounts, amount), (counts, has.astype(np.float64))):
            out.append(np.where(v.gone[held], 0.0, np.bincount(owner, weights=each, minlength=len(held))))
    back = np.minimum(before, max(len(held) - 1, 0))
    figures = [each - np.where(has_before, each[back], 0.0) for each in (*amounts, *counts, rows)]
    return _Seen(
        age=np.maximum(np.searchsorted(looks, v.seen[held], side="left") - column, 0),
        leaf=v.cell_leaf[v.cell[held]],
        column=column,
        watched=v.seen[held] > past.pulls[0],
        figures=tuple(figures),
        width=width,
        groups=past.groups,
        leaves=past.leaves,
    )


def _values(past: Past, sums: list[Floats], choices: list[panels.Choice], fill_zero: bool) -> Floats:
    count, rows = len(past.parts), np.rint(sums[-1]).astype(np.int64)
    of_measures = [
        panels.Sums(
            top=sums[m.top],
            bottom=None if m.bottom is None else sums[m.bottom],
            carried=np.rint(sums[count + m.top]).astype(np.int64),
            rows=rows,
        )
        for m in past.measures
    ]
    present: Bools = np.any(rows[: past.groups.channel_count] > 0, axis=0)
    return panels.values_of(choices, of_measures, past.measures, fill_zero=fill_zero, present=present)[0]


def late_rows(then: Indices, now: Indices) -> Bools:
    """Periods of a channel that had clearly fewer of their rows at that age than usual."""
    share = np.where(now > 0, then / np.maximum(now, 1), np.nan)
    late = np.zeros(share.shape, bool)
    for c, own in enumerate(share):
        known = own[~np.isnan(own) & (own > 0)]
        if len(known):
            late[c] = np.nan_to_num(own, nan=1.0) < np.median(known) - 0.05
    return late
