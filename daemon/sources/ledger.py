"""The as-of view of a table: what a check's series looked like at any instant. Never looks ahead.

Without `observed_at` a row counts as seen when its period ends. Calls with a growing `now` are cheap: only periods in
which something new was seen are added up again.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from config.settings import Settings
from daemon.sources import habits, panels, timeline, trust
from daemon.sources.ages import Past, development
from daemon.sources.cube import Cube
from daemon.sources.damage import Damage, damage_of, damage_problems
from daemon.sources.groups import Groups
from daemon.sources.health import Facts, examine
from daemon.sources.lateness import due_seconds, lateness_of
from daemon.sources.leaf_tables import LeafReader
from daemon.sources.measures import Measure, Part, measures_of
from daemon.sources.notices import notice_problems
from daemon.sources.repetition import repetition_of
from daemon.sources.restated import restatements
from daemon.sources.snapshot import Snapshot
from daemon.sources.table import Table
from daemon.sources.timeline import zone_of
from daemon.sources.versions import Indices, Leaves, Versions, first_seen, leaves_of, when_seen
from detectors.cadence import Cadence, Unit
from detectors.panel import Axis, Bools, Floats, KpiType

__all__ = ["Ledger", "Snapshot", "zone_of"]


@dataclass(kw_only=True)
class Ledger:
    """A table sorted for as-of views, and the view at the last instant asked for.

    pulls: the instants at which the source was looked at. untimed: [periods] with rows of which nobody knows when they
    came: they teach nothing of delays and ages.
    """

    check: str
    settings: Settings
    table: Table
    zone: ZoneInfo
    axis: Axis
    leaves: Leaves
    groups: Groups
    versions: Versions
    measures: tuple[Measure, ...]
    parts: tuple[Part, ...]
    first_number: int
    weekday: int
    pulls: Indices
    untimed: Bools
    cube: Cube = field(init=False)
    looks: Indices = field(init=False)
    present: Bools = field(init=False)
    holder: Indices = field(init=False)
    seen_until: int = field(init=False, default=0)
    arrival: Indices = field(init=False)

    def __post_init__(self) -> None:
        self.looks = np.union1d(self.pulls, _answered(self.table))
        self.arrival = first_seen(self.versions, self.leaves, len(self.table.channels), len(self.axis))
        self._forget()

    def _forget(self) -> None:
        self.cube = Cube.empty(self.groups, len(self.parts), len(self.axis))
        self.present = np.zeros((len(self.leaves), len(self.axis)), bool)
        self.holder = np.full(len(self.versions.cell_leaf), -1, np.int32)
        self.seen_until = 0

    @classmethod
    def build(cls, table: Table, check_name: str, settings: Settings) -> "Ledger":
        """Sort a table once."""
        check = settings.checks[check_name]
        cadence, zone = Cadence.parse(check.cadence), zone_of(check, settings)
        weekday = timeline.week_start(table.period) if cadence.unit is Unit.WEEK else 0
        numbers = timeline.number(table.period, cadence, weekday)
        first = int(numbers.min()) if len(numbers) else 0
        count = int(numbers.max()) - first + 1 if len(numbers) else 0
        axis = timeline.axis(first, count, cadence, zone, weekday)
        leaves, leaf = leaves_of(table)
        seen, timed = when_seen(table, axis.edges[1:][numbers - first])
        untimed = np.zeros(count, bool)
        untimed[(numbers - first)[~timed]] = True
        measures, parts = measures_of(table.kpis, settings)
        return cls(
            check=check_name,
            settings=settings,
            table=table.without_rows(),
            zone=zone,
            axis=axis,
            leaves=leaves,
            measures=measures,
            parts=parts,
            groups=Groups.of(leaves, len(table.channels)),
            first_number=first,
            weekday=weekday,
            versions=Versions.sort(table, leaf, numbers - first, seen, len(leaves), count),
            pulls=np.unique(seen[timed]),
            untimed=untimed,
        )

    def as_of(self, now: datetime) -> Snapshot:
        """The view at `now`."""
        self._advance(int(timeline.moment(now).astype(np.int64)))
        axis, first = self._axis_until(now)
        count = len(axis)
        sums = [panels.sums_of(self.cube, m, first, count) for m in self.measures]
        choices = panels.choose(sums, self.measures, self.groups, business=int(self._channels_seen().sum()) > 1)
        facts = self._facts(axis, first, now)
        health = examine(facts)
        damage = self._damage(first, count)
        doubt = trust.spread(health.doubt, self.groups)
        by_measure = {
            m: trust.spread(damage.doubt(measure.columns, len(self.leaves), count), self.groups)
            for m, measure in enumerate(self.measures)
            if damage.touches(measure.columns)
        }
        anything: Bools = np.any(facts.present, axis=0)
        fill = self.settings.checks[self.check].missing_rows == "zero"
        reported, exposure = panels.values_of(choices, sums, self.measures, fill_zero=fill, present=anything)
        untrusted = trust.doubts_of(choices, sums, self.groups, doubt, by_measure, habits.memory_of(axis.cadence))
        is_whole = not untrusted.any()
        panel = panels.panel_of(
            axis,
            self.check,
            choices,
            self.measures,
            self.groups,
            self.table.channels,
            self.table.dimension_names,
            self.table.dimension_values,
            reported if is_whole else np.where(untrusted, np.nan, reported),
            exposure if is_whole else np.where(untrusted, np.nan, exposure),
        )
        first_pull = int(self.pulls[0]) if len(self.pulls) else None
        problems = (
            *health.problems,
            *damage_problems(damage, facts, self.table),
            *restatements(
                self.versions, self.seen_until, first_pull, self.measures, sums, facts, first, self.axis, now
            ),
            *notice_problems(self.table, facts, now),
        )
        reader = LeafReader(
            versions=self.versions,
            holder=self.holder.copy(),
            leaves=self.leaves,
            table=self.table,
            parts=self.parts,
            measures=self.measures,
            first=first,
            doubt=health.doubt,
            damage=damage,
            present=anything,
            fill_zero=fill,
        )

        return Snapshot(
            check=self.check,
            now=now,
            zone=self.zone,
            panel=panel,
            untrusted=untrusted,
            reported=reported,
            problems=problems,
            roles=tuple(self.measures[c.measure].role for c in choices),
            looks=self._looks_until(now),
            development=lambda: development(self._past(now, axis, first), choices, fill_zero=fill),
            leaf_table=reader.read,
        )

    def _advance(self, now: int) -> None:
        """Let the rows hold that were seen up to now, and add up the periods they touch."""
        v = self.versions
        until = int(np.searchsorted(v.seen[v.by_seen], now, side="right"))
        if until < self.seen_until:
            self._forget()
        fresh = v.by_seen[self.seen_until : until]
        self.seen_until = until
        if not len(fresh):
            return
        cells = v.cell[fresh]
        # In order of time: of a cell seen twice the later version stays, and nothing of one that is gone.
        self.holder[cells] = np.where(v.gone[fresh], -1, fresh)
        self.present[v.cell_leaf[cells], v.cell_period[cells]] = self.holder[cells] >= 0
        touched = np.unique(v.cell_period[cells])
        held = np.concatenate([self.holder[v.period_cells[p] : v.period_cells[p + 1]] for p in touched])
        self.cube.refresh(touched, held[held >= 0], v, self.groups, self.parts)

    def _channels_seen(self) -> Bools:
        """[channels] with any row so far."""
        seen: Bools = np.any(self.cube.rows[: self.groups.channel_count] > 0, axis=1)
        return seen

    def _pulls_until(self, now: datetime) -> int:
        """How many times the source was observed so far; 0 where it does not say."""
        return int(np.searchsorted(self.pulls, timeline.moment(now).astype(np.int64), side="right"))

    def _looks_until(self, now: datetime) -> int:
        """The same with answers that said nothing new."""
        return int(np.searchsorted(self.looks, timeline.moment(now).astype(np.int64), side="right"))

    def _axis_until(self, now: datetime) -> tuple[Axis, int]:
        """The axis from the first period with rows to the last that has ended, and where it starts in the cube."""
        has_rows = np.flatnonzero(self.cube.rows[: self.groups.channel_count].any(axis=0))
        cadence = self.axis.cadence
        first = int(has_rows[0]) if len(has_rows) else 0
        number = timeline.number(np.array([timeline.wall(now, self.zone)]), cadence, self.weekday)
        count = max(int(number[0]) - self.first_number - first, 0) if len(has_rows) else 0
        if first + count <= len(self.axis):
            whole = self.axis
        else:
            whole = timeline.axis(self.first_number, first + count, cadence, self.zone, self.weekday)
        while count and whole.edges[first + count] > timeline.moment(now):
            count -= 1
        return Axis(
            cadence=cadence, local=whole.local[first : first + count], edges=whole.edges[first : first + count + 1]
        ), first

    def _facts(self, axis: Axis, first: int, now: datetime) -> Facts:
        count = len(axis)
        have = max(min(len(self.axis) - first, count), 0)
        channels = len(self.table.channels)

        def window(array: Any) -> Any:
            padded = np.zeros((len(array), count), array.dtype)
            padded[:, :have] = array[:, first : first + have]
            return padded

        check = self.settings.checks[self.check]
        roles = tuple(check.dimensions[n].role or n for n in self.table.dimension_names)
        age = (timeline.moment(now) - axis.edges[1:]).astype(np.float64)
        cadence = axis.cadence
        intraday = cadence.unit in (Unit.MINUTE, Unit.HOUR)
        return Facts(
            check=self.check,
            axis=axis,
            channels=self.table.channels,
            seen=self._channels_seen(),
            leaves=self.leaves,
            dimension_roles=roles,
            present=window(self.present),
            rows=window(self.cube.rows[:channels]),
            repetition=repetition_of(self.versions, self.holder, self.axis, first, have),
            fingerprint=window(self.cube.fingerprint),
            figures=window(self.cube.figures),
            age=age,
            lateness=lateness_of(self._delays(axis, first, now), cadence, 0.0 if intraday else due_seconds(check.at)),
        )

    def _delays(self, axis: Axis, first: int, now: datetime) -> Floats:
        """[channels x periods] seconds from a period's end to its first row; NaN while nobody knows."""
        count = len(axis)
        arrival = self.arrival[:, first : first + count].astype(np.float64)
        delays = np.full((len(arrival), count), np.nan)
        if self._pulls_until(now) > 1 and arrival.size:
            arrival[arrival > timeline.moment(now).astype(np.int64)] = np.nan
            ended = axis.edges[1 : arrival.shape[1] + 1].astype(np.int64)
            timed = (ended >= self.pulls[0]) & ~self.untimed[first : first + arrival.shape[1]]
            delays[:, : arrival.shape[1]] = np.where(timed, arrival - ended, np.nan)
        return delays

    def _damage(self, first: int, count: int) -> Damage:
        have = max(min(len(self.axis) - first, count), 0)
        may_be_empty = tuple(self.settings.kpis[k].type is KpiType.LEVEL for k in self.table.kpis)
        return damage_of(self.versions, self.holder, self.leaves, may_be_empty, first, have)

    def _past(self, now: datetime, axis: Axis, first: int) -> Past:
        numbers = np.arange(self.first_number, self.first_number + first + len(axis)) + 1
        return Past(
            versions=self.versions,
            leaves=self.leaves,
            groups=self.groups,
            measures=self.measures,
            parts=self.parts,
            axis=axis,
            first=first,
            ends=timeline.start(numbers, axis.cadence, self.weekday),
            zone=self.zone,
            now=int(timeline.moment(now).astype(np.int64)),
            pulls=self.looks,
            untimed=self.untimed,
        )


def _answered(table: Table) -> Indices:
    """When the source answered, also where it said nothing new."""
    return np.array([timeline.moment(said.at).astype(np.int64) for said in table.notices], np.int64)
