"""Which leaves make which series: channels, the values of their dimensions, and what channels have in common."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from daemon.sources.versions import Indices, Leaves
from detectors.panel import Bools, Floats

# Above this many values of one dimension in one channel only those with the most leaves are followed as series.
MAX_VALUES = 2_000
# The channel of a group that spans channels.
BUSINESS = -1


@dataclass(frozen=True, kw_only=True)
class Groups:
    """channel (BUSINESS: all of them), dimension (-1: no dimension) and its value's code: [groups].

    Groups 0 .. channel_count - 1 are the channels; then come the values of each dimension within a channel; then the
    business: its total, and each value that several channels have, with the sum over these channels.
    of_leaf: [margins x leaves] the groups of each leaf in its channel: first the channel, then one row for each
    dimension; -1: none. whole, part: [pairs] each group of the business, ascending, and the groups that it sums.
    single: how many groups lie within one channel.
    """

    channel: Indices
    dimension: Indices
    value: Indices
    of_leaf: Indices
    channel_count: int
    whole: Indices
    part: Indices
    single: int

    def __len__(self) -> int:
        return len(self.channel)

    @classmethod
    def of(cls, leaves: Leaves, channel_count: int) -> Self:
        """Group the leaves by channel and by one dimension at a time."""
        channel: list[Indices] = [np.arange(channel_count)]
        dimension: list[Indices] = [np.full(channel_count, -1)]
        value: list[Indices] = [np.full(channel_count, -1)]
        followed: list[Bools] = [np.ones(channel_count, bool)]
        margins = [leaves.channel.astype(np.int64)]
        offset = channel_count
        for d in range(leaves.dimensions.shape[1]):
            codes = leaves.dimensions[:, d].astype(np.int64)
            radix = int(codes.max(initial=0)) + 1
            unique, back, sizes = np.unique(leaves.channel * radix + codes, return_inverse=True, return_counts=True)
            kept = _largest(unique // radix, sizes)
            number = np.where(kept, offset + np.cumsum(kept) - 1, -1)
            margins.append(number[back])
            channel.append(unique // radix)
            value.append(unique % radix)
            dimension.append(np.full(len(unique), d))
            followed.append(kept)
            offset += int(kept.sum())
        kept = np.concatenate(followed)
        common, whole, part = _common(np.concatenate(dimension), np.concatenate(value), kept)
        return cls(
            channel=np.r_[np.concatenate(channel)[kept], np.full(len(common), BUSINESS)],
            dimension=np.r_[np.concatenate(dimension)[kept], np.concatenate(dimension)[common]],
            value=np.r_[np.concatenate(value)[kept], np.concatenate(value)[common]],
            of_leaf=np.array(margins),
            channel_count=channel_count,
            whole=whole,
            part=part,
            single=int(kept.sum()),
        )

    def with_business(self, single: Floats | Indices) -> Floats | Indices:
        """Sums of the groups within one channel [single groups x n] -> those of all groups [groups x n]."""
        if not len(self.whole):
            return single
        starts = np.searchsorted(self.whole, np.arange(self.single, len(self)))
        return np.concatenate([single, np.add.reduceat(single[self.part], starts, axis=0)])


def _common(dimension: Indices, value: Indices, followed: Bools) -> tuple[Indices, Indices, Indices]:
    """An example of each value that several channels have, and the pairs of wholes and parts, as numbers of groups.

    Where one channel's part is not followed there is no whole: it would be too small.
    """
    code = (dimension + 1) * (int(value.max(initial=0)) + 2) + value + 1  # 0 for the channels themselves
    _, first, back, count = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
    shared = (count > 1) & (np.bincount(back, weights=followed, minlength=len(count)) == count)
    number = int(followed.sum()) + np.cumsum(shared) - 1
    pairs = np.flatnonzero(shared[back])
    pairs = pairs[np.argsort(back[pairs], kind="stable")]
    return first[shared], number[back[pairs]], (np.cumsum(followed) - 1)[pairs]


def _largest(channel: Indices, sizes: Indices) -> Bools:
    kept = np.ones(len(sizes), bool)
    for c in np.unique(channel):
        own = np.flatnonzero(channel == c)
        if len(own) > MAX_VALUES:
            kept[own[np.argsort(-sizes[own], kind="stable")[MAX_VALUES:]]] = False
    return kept
