"""Shapes of tables: long to wide, columns of several channels to rows of each, several pieces to one."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daemon.sources.columns import Mapping, Measured
from daemon.sources.table import Codes
from daemon.sources.versions import Indices
from detectors.panel import Bools, Floats, Instants

# Above this share of rows with the key of another one a table is finer than its key.
_SHARED_KEYS = 0.01


@dataclass(frozen=True, kw_only=True)
class Wide:
    """Rows as read: codes into their own labels; values and damaged are [rows x measured]."""

    period: Instants
    observed: Instants | None
    gone: Bools
    channel: Indices
    channels: tuple[str | None, ...]
    dimensions: tuple[Indices, ...]
    labels: tuple[tuple[str, ...], ...]
    identity: NDArray[np.uint64]
    detail: NDArray[np.uint64]
    measured: tuple[Measured, ...]
    values: Floats
    damaged: Bools

    def chosen(self, rows: Bools | Indices, measured: tuple[Measured, ...], values: Floats, damaged: Bools) -> "Wide":
        """Some rows, with the figures of all rows given anew."""
        if rows.dtype == np.bool_ and rows.all():
            return replace(self, measured=measured, values=values, damaged=damaged)
        return replace(
            self,
            period=self.period[rows],
            observed=None if self.observed is None else self.observed[rows],
            gone=self.gone[rows],
            channel=self.channel[rows],
            dimensions=tuple(d[rows] for d in self.dimensions),
            identity=self.identity[rows],
            detail=self.detail[rows],
            measured=measured,
            values=values[rows],
            damaged=damaged[rows],
        )


def pivoted(
    rows: Wide, usable: Bools, column: Indices, values: Floats, damaged: Bools, measured: tuple[Measured, ...]
) -> Wide:
    """One row for each key from one row for each key and KPI.

    A key whose KPI comes twice gives two rows, as a wide table would have them. column: [rows] which KPI a row holds.
    """
    index = np.flatnonzero(usable)
    keys = [rows.period[index].astype(np.int64), rows.channel[index], *(d[index] for d in rows.dimensions)]
    if rows.observed is not None:
        keys += [rows.observed[index].astype(np.int64), rows.detail[index].view(np.int64)]
    order = np.lexsort((index, column[index], *keys))
    sorted_keys = np.column_stack([k[order] for k in keys]) if len(index) else np.zeros((0, len(keys)), np.int64)
    same_key = np.r_[False, (sorted_keys[1:] == sorted_keys[:-1]).all(axis=1)] if len(index) else np.zeros(0, bool)
    kpi = column[index][order]
    same_kpi = same_key & np.r_[False, kpi[1:] == kpi[:-1]] if len(index) else same_key
    position = np.arange(len(index))
    run_start = np.maximum.accumulate(np.where(~same_kpi, position, 0)) if len(index) else position
    occurrence = position - run_start
    group = np.cumsum(~same_key) - 1
    _, first, target = np.unique(
        group * (int(occurrence.max(initial=0)) + 1) + occurrence, return_index=True, return_inverse=True
    )
    wide = np.full((len(first), len(measured)), np.nan)
    broken = np.zeros(wide.shape, bool)
    source = index[order]
    scale = np.array([m.divide_by for m in measured])
    wide[target, kpi] = values[source] / scale[kpi]
    broken[target, kpi] = damaged[source]
    identity = np.zeros(len(first), np.uint64)
    np.add.at(identity, target, rows.identity[source])
    result = rows.chosen(
        source[first], measured, np.zeros((len(rows.period), 0)), np.zeros((len(rows.period), 0), bool)
    )
    return replace(result, values=wide, damaged=broken, identity=identity)


@dataclass(frozen=True, kw_only=True)
class Joined:
    """All rows, with one set of labels."""

    period: Instants
    observed: Instants | None
    gone: Bools
    channel: Codes
    channels: tuple[str | None, ...]
    dimensions: Codes
    labels: tuple[tuple[str, ...], ...]
    identity: NDArray[np.uint64]
    detail: NDArray[np.uint64]
    kpis: tuple[str, ...]
    values: Floats
    damaged: Bools


def with_channels(pieces: list[Wide], mapping: Mapping) -> Joined:
    """Join pieces; columns that belong to another channel than their row's become rows of that channel."""
    parts = [part for piece in pieces for part in _by_column_channel(piece)]
    kpis = tuple(dict.fromkeys(m.kpi for m in mapping.measured if any(m in p.measured for p in pieces)))
    names: list[str | None] = sorted({c for p in parts for c in _used(p)}, key=lambda c: (c is not None, c or ""))
    order = sorted(range(len(mapping.dimensions)), key=lambda d: mapping.dimensions[d][0])
    labels = [sorted({label for p in parts for label in p.labels[d]}) for d in order]
    of = {kpi: k for k, kpi in enumerate(kpis)}
    values, damaged = [], []
    for part in parts:
        target = [of[m.kpi] for m in part.measured]
        v, b = part.values, part.damaged
        if target != list(range(len(kpis))):
            v, b = np.full((len(part.period), len(kpis)), np.nan), np.zeros((len(part.period), len(kpis)), bool)
            v[:, target], b[:, target] = part.values, part.damaged
        values.append(v)
        damaged.append(b)
    dimensions = [
        np.concatenate([_recoded(p.dimensions[d], p.labels[d], labels[i]) for p in parts]) for i, d in enumerate(order)
    ]
    rows = sum(len(p.period) for p in parts)
    return Joined(
        period=_joined([p.period for p in parts]),
        observed=np.concatenate([p.observed for p in parts if p.observed is not None])
        if any(p.observed is not None for p in parts)
        else None,
        gone=_joined([p.gone for p in parts]),
        channel=np.concatenate([_recoded(p.channel, p.channels, names) for p in parts]),
        channels=tuple(names),
        dimensions=np.column_stack(dimensions).astype(np.int32) if dimensions else np.zeros((rows, 0), np.int32),
        labels=tuple(tuple(own) for own in labels),
        identity=_joined([p.identity for p in parts]),
        kpis=kpis,
        detail=_joined([p.detail for p in parts]),
        values=_joined(values),
        damaged=_joined(damaged),
    )


def _joined(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    """One after the other; a single one as it is."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def needs_detail(table: Joined) -> bool:
    """Whether rows of one observation often share a key that other columns would tell apart."""
    if table.observed is None or not len(table.period):
        return False
    key = [table.period.astype(np.int64), table.observed.astype(np.int64), table.channel, *table.dimensions.T]
    alone, apart = _distinct(key), _distinct([*key, table.detail.view(np.int64)])
    rows = len(table.period)
    return alone < (1 - _SHARED_KEYS) * rows and apart > alone


def _distinct(key: list[NDArray[Any]]) -> int:
    order = np.lexsort(key)
    differs = np.zeros(len(order) - 1, bool)
    for column in key:
        differs |= np.diff(column[order]) != 0
    return int(differs.sum()) + 1


def _by_column_channel(piece: Wide) -> list[Wide]:
    """One part for the row's own channel and one for each channel that columns name."""
    parts = []
    for channel in dict.fromkeys(m.channel for m in piece.measured):
        own = [k for k, m in enumerate(piece.measured) if m.channel == channel]
        part = replace(
            piece,
            measured=tuple(piece.measured[k] for k in own),
            values=piece.values[:, own],
            damaged=piece.damaged[:, own],
        )
        if channel is not None:
            part = replace(part, channel=np.zeros(len(piece.period), np.int64), channels=(channel,))
        parts.append(part)
    return parts


def _used(part: Wide) -> set[str | None]:
    return {part.channels[c] for c in np.unique(part.channel)}


def _recoded(
    codes: Indices, labels: tuple[str | None, ...] | tuple[str, ...], target: list[str | None] | list[str]
) -> Codes:
    position = {label: i for i, label in enumerate(target)}
    return (
        np.array([position.get(label, -1) for label in labels], dtype=np.int32)[codes]
        if len(codes)
        else np.zeros(0, np.int32)
    )
