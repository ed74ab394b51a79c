"""What every period looked like at the same age: "day D at age 2" is compared with earlier days at age 2."""

from collections import OrderedDict
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np

from daemon.sources import timeline
from daemon.sources.cube import Cube
from daemon.sources.groups import Groups
from daemon.sources.measures import Part
from daemon.sources.versions import Indices, Versions
from detectors.panel import Axis, Bools

# Cubes of so many ages are kept: a daily check asks for the same few ages every day.
_KEPT_AGES = 8


@dataclass(kw_only=True)
class Ages:
    """Sums of each period as they stood at a given age. What has been computed never changes, so it is kept."""

    versions: Versions
    groups: Groups
    parts: tuple[Part, ...]
    axis: Axis
    zone: ZoneInfo
    kept: "OrderedDict[int, tuple[Cube, int]]" = field(default_factory=OrderedDict)

    def at(self, age: int, count: int) -> Cube:
        """The sums of periods 0 .. count - 1, each `age` seconds (on the wall clock) after its end."""
        cube, done = self.kept.pop(age, (None, 0))
        if cube is None:
            cube = Cube.empty(self.groups, len(self.parts), len(self.axis))
        if done < count:
            self._fill(cube, age, done, count)
        self.kept[age] = (cube, max(done, count))
        if len(self.kept) > _KEPT_AGES:
            self.kept.popitem(last=False)
        return cube

    def _fill(self, cube: Cube, age: int, start: int, end: int) -> None:
        v = self.versions
        ends = timeline.to_local(self.axis.edges[start + 1 : end + 1], self.zone)
        until = timeline.to_utc(ends + np.timedelta64(age, "s"), self.zone).astype(np.int64)
        first, last = np.searchsorted(v.cell, [v.period_cells[start], v.period_cells[end]])
        own = np.arange(first, last)
        own = own[v.seen[own] <= until[v.cell_period[v.cell[own]] - start]]
        newest = np.r_[v.cell[own][1:] != v.cell[own][:-1], True] if len(own) else np.zeros(0, bool)
        held = own[newest]
        cube.refresh(np.arange(start, end), held[~v.gone[held]], v, self.groups, self.parts)


def late_rows(then: Indices, now: Indices) -> Bools:
    """Periods of a channel that had clearly fewer of their rows at that age than usual."""
    share = np.where(now > 0, then / np.maximum(now, 1), np.nan)
    late = np.zeros(share.shape, bool)
    for c, own in enumerate(share):
        known = own[~np.isnan(own) & (own > 0)]
        if len(known):
            late[c] = np.nan_to_num(own, nan=1.0) < np.median(known) - 0.05
    return late
