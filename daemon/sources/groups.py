"""Which leaves make which series: each channel, and each value of each dimension within a channel."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from daemon.sources.versions import Indices, Leaves

# Above this many values of one dimension in one channel only those with the most leaves are followed as series.
MAX_VALUES = 2_000


@dataclass(frozen=True, kw_only=True)
class Groups:
    """channel, dimension, value: [groups], the group's channel, dimension (-1: the whole channel) and its value's code.

    of_leaf: [margins x leaves] the group of each leaf: first the channels, then one row for each dimension; -1: none.
    Groups 0 .. channel_count - 1 are the channels.
    """

    channel: Indices
    dimension: Indices
    value: Indices
    of_leaf: Indices
    channel_count: int

    def __len__(self) -> int:
        return len(self.channel)

    @classmethod
    def of(cls, leaves: Leaves, channel_count: int) -> Self:
        """Group the leaves by channel and by one dimension at a time."""
        channel: list[Indices] = [np.arange(channel_count)]
        dimension: list[Indices] = [np.full(channel_count, -1)]
        value: list[Indices] = [np.full(channel_count, -1)]
        margins = [leaves.channel.astype(np.int64)]
        offset = channel_count
        for d in range(leaves.dimensions.shape[1]):
            codes = leaves.dimensions[:, d].astype(np.int64)
            radix = int(codes.max(initial=0)) + 1
            unique, back, sizes = np.unique(leaves.channel * radix + codes, return_inverse=True, return_counts=True)
            kept = _largest(unique // radix, sizes)
            number = np.where(kept, offset + np.cumsum(kept) - 1, -1)
            margins.append(number[back])
            channel.append(unique[kept] // radix)
            value.append(unique[kept] % radix)
            dimension.append(np.full(int(kept.sum()), d))
            offset += int(kept.sum())
        return cls(
            channel=np.concatenate(channel),
            dimension=np.concatenate(dimension),
            value=np.concatenate(value),
            of_leaf=np.array(margins),
            channel_count=channel_count,
        )


def _largest(channel: Indices, sizes: Indices) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    kept = np.ones(len(sizes), bool)
    for c in np.unique(channel):
        own = np.flatnonzero(channel == c)
        if len(own) > MAX_VALUES:
            kept[own[np.argsort(-sizes[own], kind="stable")[MAX_VALUES:]]] = False
    return kept
