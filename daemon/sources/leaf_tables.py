"""The finest segments of a KPI as arrays, read out of the rows that hold at one instant."""

from dataclasses import dataclass

import numpy as np

from daemon.sources.damage import Damage
from daemon.sources.measures import Measure, Part
from daemon.sources.snapshot import LeafTable
from daemon.sources.table import Table
from daemon.sources.versions import Indices, Leaves, Versions
from detectors.panel import Bools, Floats


@dataclass(frozen=True, kw_only=True)
class LeafReader:
    """Rows that hold at one instant. present: [periods] any row at all; doubt: [leaves x periods] cells not to be trusted."""

    versions: Versions
    holder: Indices
    leaves: Leaves
    table: Table
    parts: tuple[Part, ...]
    measures: tuple[Measure, ...]
    first: int
    doubt: Bools
    damage: Damage
    present: Bools
    fill_zero: bool

    def read(self, kpi: str, channel: str | None) -> LeafTable:
        """The leaves of a KPI; channel None: of all channels.

        Raises:
            KeyError: the check has no such KPI.
        """
        measure = next((m for m in self.measures if m.kpi == kpi), None)
        if measure is None:
            raise KeyError(f"no KPI {kpi}")
        wanted = np.array([channel is None or name == channel for name in self.table.channels])[self.leaves.channel]
        keys = np.column_stack([self.leaves.channel, self.leaves.dimensions])
        _, chosen, segment = np.unique(keys[wanted], axis=0, return_index=True, return_inverse=True)
        chosen = np.flatnonzero(wanted)[chosen]
        position = np.full(len(self.leaves), -1)
        position[wanted] = segment.reshape(-1)
        doubt = self._by_segment(
            self.doubt | self.damage.doubt(measure.columns, *self.doubt.shape), position, len(chosen)
        )
        top, carried = self._summed(self.parts[measure.top], position, doubt)
        bottom = None if measure.bottom is None else self._summed(self.parts[measure.bottom], position, doubt)[0]
        chosen, top = chosen[carried], top[carried]
        names = np.array([name or "" for name in self.table.channels], dtype=np.str_)
        return LeafTable(
            channels=names[self.leaves.channel[chosen]],
            dimensions=self.table.dimension_names,
            top=top,
            bottom=None if bottom is None else bottom[carried],
            values=tuple(
                np.array(labels, dtype=np.str_)[self.leaves.dimensions[chosen, d]]
                for d, labels in enumerate(self.table.dimension_values)
            ),
        )

    @staticmethod
    def _by_segment(doubt: Bools, position: Indices, segments: int) -> Bools:
        """Leaves that differ only in detail are one segment."""
        result = np.zeros((segments, doubt.shape[1]), bool)
        leaf, period = np.nonzero(doubt)
        own = position[leaf] >= 0
        result[position[leaf[own]], period[own]] = True
        return result

    def _summed(self, part: Part, position: Indices, doubt: Bools) -> tuple[Floats, Bools]:
        """[segments x periods], and which of the segments carry the part at all. position: [leaves] each leaf's segment or -1."""
        v, (segments, count) = self.versions, doubt.shape
        held = self.holder[self.holder >= 0]
        row, owner = v.rows_of(held)
        cell = v.cell[held][owner]
        at, period = position[v.cell_leaf[cell]], v.cell_period[cell] - self.first
        own = (at >= 0) & (period >= 0) & (period < count)
        amount, has = part.evaluate(v.values[row[own]])
        flat, size = at[own] * count + period[own], segments * count
        total = np.bincount(flat, weights=amount, minlength=size).reshape(segments, count)
        carries = np.bincount(flat, weights=has, minlength=size).reshape(segments, count) > 0
        rows = np.bincount(flat, minlength=size).reshape(segments, count) > 0
        absent = ~rows & self.present & self.fill_zero & (np.cumsum(carries, axis=1) > 0)
        values: Floats = np.where(carries, total, np.where(absent, 0.0, np.nan))
        values[doubt] = np.nan
        return values, np.any(carries, axis=1).astype(bool)
