"""Who learns from whom how figures grow up: segments from their channel, channels from all channels of the KPI."""

from dataclasses import dataclass, replace

import numpy as np

from detectors.panel import Bools, Floats, Ints, SeriesKey
from detectors.series.development import Growth


@dataclass(frozen=True, slots=True)
class Kin:
    """[series] pool: the number of its KPI's pool; parent: the row of its channel's total, -1 for totals.

    total: the row that speaks for it where single series are too small: its channel's total or itself; -1 if none.
    pools: how many there are. in_pool: the series that a pool sums.
    """

    pool: Ints
    parent: Ints
    total: Ints
    pools: int
    in_pool: Bools

    def stacked(self, own: Floats, other: Floats) -> Floats:
        """The pools' sums over cells that are known in both, and below them the series' own cells."""
        rows, width = np.flatnonzero(self.in_pool), own.shape[1]
        both = np.isfinite(own[rows]) & np.isfinite(other[rows])
        cells = (self.pool[rows, None] * width + np.arange(width)).ravel()

        def summed(of: Floats | Bools) -> Floats:
            sums = np.bincount(cells, weights=of.ravel(), minlength=self.pools * width)
            return np.asarray(sums.reshape(self.pools, width), dtype=np.float64)

        sums, counts = summed(np.where(both, own[rows], 0.0)), summed(both)
        return np.concatenate([np.where(counts > 0, sums, np.nan), own])


def kin_of(keys: tuple[SeriesKey, ...]) -> Kin:
    """The families of a check's series."""
    names: dict[str, int] = {}
    totals: dict[tuple[str | None, str], int] = {}
    for row, key in enumerate(keys):
        names.setdefault(key.kpi, len(names))
        if not key.segment:
            totals[key.channel, key.kpi] = row
    several = {key.kpi for key in keys if key.channel is not None and not key.segment}
    pool = np.array([names[key.kpi] for key in keys], np.int64)
    parent = np.array([totals.get((key.channel, key.kpi), -1) if key.segment else -1 for key in keys], np.int64)
    own = np.array([totals.get((key.channel, key.kpi), -1) for key in keys], np.int64)
    # The business is the sum of its channels: it would count them twice.
    in_pool = np.array([not key.segment and (key.channel is not None or key.kpi not in several) for key in keys], bool)
    return Kin(pool=pool, parent=parent, total=own, pools=len(names), in_pool=in_pool)


def pooled(
    raw: Growth,
    kin: Kin,
    counted: Bools,
    said: Floats | None,
    alike: float,
    doubt: float,
    doubt_looks: float,
    said_looks: float,
) -> Growth:
    """A step of each series: its own where it has seen enough of it, else what its kin have seen.

    raw: of the pools and the series below them. said: [series] the log factor that people configured, NaN where none.
    """
    pools, own = _cut(raw, slice(None, kin.pools)), _cut(raw, slice(kin.pools, None))
    pools = _doubted(pools, np.zeros(kin.pools, bool), doubt, doubt_looks)
    own = _doubted(own, counted, doubt, doubt_looks)
    above = _cut(pools, kin.pool)
    if said is not None:
        weight = np.where(np.isfinite(said), said_looks / (said_looks + above.told), 0.0)
        log = (1.0 - weight) * above.log + weight * np.nan_to_num(said)
        first = np.isfinite(said) & (above.told <= 0)
        above = replace(
            above,
            log=log,
            variance=np.where(first, (0.5 * doubt * np.nan_to_num(said)) ** 2, above.variance),
            looks=np.where(np.isfinite(said), above.looks + said_looks, above.looks),
        )
    totals = _drawn(own, above, alike)
    child = kin.parent >= 0
    if not child.any():
        return totals
    segments = _drawn(own, _cut(totals, np.maximum(kin.parent, 0)), alike)
    return Growth(
        *(
            np.where(child[:, None] if mine.ndim == 2 else child, below, mine)
            for below, mine in zip(_fields(segments), _fields(totals), strict=True)
        )
    )


def _drawn(own: Growth, above: Growth, alike: float) -> Growth:
    """Own steps drawn towards those of the kin, as far as chance explains that they differ."""
    usual = (alike * above.log) ** 2 + 1e-6
    chance = np.where(own.told > 0, own.variance / np.maximum(own.told, 1e-9), np.inf)
    weight = usual / (usual + chance)
    # Of each weekday own looks say less: it takes more of them to differ from the kin.
    of_phase = (usual / (usual + own.by_phase.shape[1] * chance))[:, None]
    return Growth(
        log=np.where(own.told > 0, weight * own.log, 0.0) + np.where(own.told > 0, 1.0 - weight, 1.0) * above.log,
        by_phase=of_phase * own.by_phase + (1.0 - of_phase) * above.by_phase,
        variance=np.where(own.told > 0, own.variance, np.maximum(above.variance, usual)),
        told=np.maximum(own.told, (1.0 - weight) * above.told),
        size=own.size,
        looks=np.maximum(own.looks, above.looks),
        moved=np.where(own.told > 0, weight, 0.0) * own.moved + np.where(own.told > 0, 1.0 - weight, 1.0) * above.moved,
    )


def _doubted(one: Growth, counted: Bools, doubt: float, looks: float) -> Growth:
    """A scatter seen a few times is drawn towards what a step of this size usually has."""
    usual = (doubt * one.log) ** 2 + np.where(
        counted, np.maximum(np.expm1(one.log), 0.0) / np.maximum(one.size, 1.0), 0.0
    )
    n = np.maximum(one.told - 1.0, 0.0)
    return replace(one, variance=(looks * usual + n * one.variance) / (looks + n))


def _fields(one: Growth) -> tuple[Floats, ...]:
    return (one.log, one.by_phase, one.variance, one.told, one.size, one.looks, one.moved)


def _cut(one: Growth, rows: Ints | slice) -> Growth:
    return Growth(*(array[rows] for array in _fields(one)))
