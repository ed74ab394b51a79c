"""Sums by group and period, kept up to date: only periods touched by new versions are added up again."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from daemon.sources.groups import Groups
from daemon.sources.measures import Part
from daemon.sources.versions import Indices, Versions, fingerprints
from detectors.panel import Floats


@dataclass(frozen=True, kw_only=True)
class Cube:
    """sums, valued: [parts][groups x periods], the sum and how many rows carry it; rows: [groups x periods].

    fingerprint: [channels x periods] equal in two periods that say exactly the same; figures: how many are not 0.
    """

    sums: tuple[Floats, ...]
    valued: tuple[NDArray[np.int32], ...]
    rows: NDArray[np.int32]
    fingerprint: NDArray[np.uint64]
    figures: NDArray[np.int32]

    @classmethod
    def empty(cls, groups: Groups, parts: int, periods: int) -> Self:
        """A cube in which nothing was seen yet."""
        shape, channels = (len(groups), periods), (groups.channel_count, periods)
        return cls(
            sums=tuple(np.zeros(shape) for _ in range(parts)),
            valued=tuple(np.zeros(shape, np.int32) for _ in range(parts)),
            rows=np.zeros(shape, np.int32),
            fingerprint=np.zeros(channels, np.uint64),
            figures=np.zeros(channels, np.int32),
        )

    def refresh(
        self, periods: Indices, holders: Indices, versions: Versions, groups: Groups, parts: tuple[Part, ...]
    ) -> None:
        """Add up some periods again.

        periods: ascending. holders: the versions that hold now in these periods, any order.
        """
        row, owner = versions.rows_of(holders)
        cells = versions.cell[holders]
        leaf = versions.cell_leaf[cells][owner]
        at = np.searchsorted(periods, versions.cell_period[cells][owner])
        values = versions.values[row]
        width, height = len(periods), groups.single
        flats = []
        for margin in groups.of_leaf:
            group = margin[leaf]
            known = group >= 0
            flats.append((group[known] * width + at[known], None if known.all() else known))
        self.rows[:, periods] = groups.with_business(_counted(flats, height, width))
        for part, sums, valued in zip(parts, self.sums, self.valued, strict=True):
            amount, has = part.evaluate(values)
            sums[:, periods] = groups.with_business(_summed(flats, amount, height, width))
            valued[:, periods] = groups.with_business(_summed(flats, has.astype(float), height, width))
        self._refresh_fingerprints(periods, leaf, groups.of_leaf[0][leaf] * width + at, values)

    def _refresh_fingerprints(self, periods: Indices, leaf: Indices, flat: Indices, values: Floats) -> None:
        channels, width = len(self.fingerprint), len(periods)
        marks = np.zeros(channels * width, np.uint64)
        np.add.at(marks, flat, fingerprints(values) * (leaf.astype(np.uint64) * np.uint64(2) + np.uint64(1)))
        figures = np.bincount(flat, weights=(np.nan_to_num(values) != 0).sum(axis=1), minlength=channels * width)
        self.fingerprint[:, periods] = marks.reshape(channels, width)
        self.figures[:, periods] = figures.reshape(channels, width)


Flats = list[tuple[Indices, NDArray[np.bool_] | None]]


def _summed(flats: Flats, weights: Floats, height: int, width: int) -> Floats:
    total = np.zeros(height * width)
    for flat, known in flats:
        total += np.bincount(flat, weights=weights if known is None else weights[known], minlength=height * width)
    return total.reshape(height, width)


def _counted(flats: Flats, height: int, width: int) -> Indices:
    total = np.zeros(height * width, np.int64)
    for flat, _ in flats:
        total += np.bincount(flat, minlength=height * width)
    return total.reshape(height, width)
