"""Which cells of a check's series cannot be trusted: a part that is late or damaged makes its whole doubtful. Pure."""

import numpy as np

from daemon.sources.groups import BUSINESS, Groups
from daemon.sources.panels import Choice, Sums
from daemon.sources.versions import Indices
from detectors.panel import Bools, Floats

# Doubtful channels that usually make less than this share of a figure of the business together leave it trusted:
# their absence moves it by less than anyone would be told of.
MINOR_SHARE = 0.02


def doubts_of(
    choices: list[Choice], sums: list[Sums], groups: Groups, by_group: Bools, by_measure: dict[int, Bools], memory: int
) -> Bools:
    """Which cells [series x periods] cannot be trusted.

    by_group: [groups x periods]; by_measure: the same, of single measures. A figure of the business cannot be trusted
    where channels that usually make MINOR_SHARE of it or more cannot, or have rows without a value.
    memory: how many earlier periods say what is usual.
    """
    result = np.zeros((len(choices), by_group.shape[1]), bool)
    measure, group = (np.array([getattr(c, name) for c in choices], np.int64) for name in ("measure", "group"))
    for m in np.unique(measure).tolist():
        own = measure == m
        doubt = by_group | by_measure[m] if m in by_measure else by_group
        if (groups.channel[group[own]] == BUSINESS).any():
            doubt = doubt | _of_business(sums[m], groups, doubt, memory)
        result[own] = doubt[group[own]]
    return result


def _of_business(sums: Sums, groups: Groups, doubt: Bools, memory: int) -> Bools:
    """[groups x periods] of one measure; False for groups within one channel."""
    doubtful = doubt[groups.part] | ((sums.rows[groups.part] > 0) & (sums.carried[groups.part] == 0))
    pairs = np.flatnonzero(doubtful.any(axis=1))
    if not len(pairs):
        return np.zeros(doubt.shape, bool)
    whole, part = groups.whole[pairs], groups.part[pairs]
    started = np.cumsum(sums.carried[part], axis=1) > 0
    known = (sums.rows[part] > 0) & ~doubtful[pairs]
    share = _share(sums.top, whole, part, known, memory)
    if sums.bottom is not None:
        share = np.maximum(share, _share(sums.bottom, whole, part, known, memory))
    weight = np.zeros(doubt.shape)
    np.add.at(weight, whole, np.where(doubtful[pairs] & started, share, 0.0))
    result: Bools = weight >= MINOR_SHARE
    return result


def _share(amount: Floats, whole: Indices, part: Indices, known: Bools, memory: int) -> Floats:
    """[pairs x periods] how much of its whole a part usually makes, or makes now if that is more; infinite if unknown.

    Only periods count in which the part reported: of a channel with one mailing a week the days of mailings.
    """
    mine, everything = np.abs(amount[part]), np.abs(amount[whole])
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = _before(np.where(known, mine, 0.0), memory) / _before(np.where(known, everything, 0.0), memory)
        now = mine / everything
    share: Floats = np.fmax(np.where(np.isnan(usual), np.inf, usual), now)
    return share


def _before(values: Floats, memory: int) -> Floats:
    """[rows x periods] the sum over the `memory` periods before each."""
    total = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    at = np.arange(values.shape[1])
    window: Floats = total[:, at] - total[:, np.maximum(at - memory, 0)]
    return window


def spread(doubt: Bools, groups: Groups) -> Bools:
    """From leaves to the groups within a channel that hold them: [leaves x periods] -> [groups x periods]."""
    result = np.zeros((len(groups), doubt.shape[1]), bool)
    leaf, period = np.nonzero(doubt)
    for margin in groups.of_leaf:
        known = margin[leaf] >= 0
        result[margin[leaf][known], period[known]] = True
    return result
