"""Partial loads: of the rows that usually come for a period, too many are missing.

A campaign that ends takes all its rows with it; that is news about the campaign, not about the load, and its zeros are
real. What vanishes across campaigns is a load that is not complete.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from daemon.sources import habits
from daemon.sources.versions import Indices, Leaves
from detectors.cadence import Cadence
from detectors.panel import Bools

# Missing rows above this share of the expected ones, and above what is usual for the channel, make a period partial.
_MIN_SHARE = 0.05
_OVER_USUAL = 1.5
# Roles of dimensions whose values people start and stop.
_ENDS = frozenset({"campaign", "ad_group", "creative", "audience", "product", "page", "partner", "version"})
# Ended values may take at most this share of a channel's rows with them.
_MAX_ENDED = 0.5
# By the day rows are missed when by themselves they stay away together less often. How often each does, the periods tell
# in which it was due, so many of the newest at the same point of the season. Where none ever did, none does.
_BY_ITSELF = 3e-4
_LEARNED_FROM = 26
# One region, store or device that keeps away beyond the usual lateness has stopped, if it is at most this share.
_MAX_STOPPED = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A channel (by index) in a period of which `missing` of `expected` rows did not come."""

    channel: int
    period: int
    missing: int
    expected: int


def partial_gaps(
    present: Bools, lost: Bools, leaves: Leaves, roles: tuple[str, ...], cadence: Cadence, overdue: Bools
) -> tuple[Gap, ...]:
    """The partial periods of each channel. present: [leaves x periods]; lost, overdue: [channels x periods]."""
    channels = len(lost)
    known = present | lost[leaves.channel]
    day, season = habits.day_of(cadence), habits.season_of(cadence) or 1
    chance = None if day is None else habits.chance_of_absence(known, day, cadence.season)
    if chance is None:
        due = habits.expected(known, habits.season_of(cadence)) & ~lost[leaves.channel]
    else:
        due = habits.expected_by_chance(chance) & ~lost[leaves.channel]
    missing = due & ~known
    anything = _by_channel(present, leaves, channels) > 0
    n_due, n_missing = _by_channel(due, leaves, channels), _by_channel(missing, leaves, channels)
    share = np.where((n_due > 0) & anything, n_missing / np.maximum(n_due, 1), np.nan)
    gaps = []
    for c in np.flatnonzero((np.nan_to_num(share) > _MIN_SHARE).any(axis=1)).tolist():
        threshold = max(_MIN_SHARE, _OVER_USUAL * habits.usual_gap(share[c, :-3]))
        own = np.flatnonzero(leaves.channel == c)
        if chance is not None:
            share[c, ~habits.improbable(missing[own], chance[own])] = 0.0
        was_due, was_missing = due[own].copy(), missing[own].copy()
        for t in np.flatnonzero(np.nan_to_num(share[c]) > threshold).tolist():
            past = slice(t % season, t, season)
            if chance is None and _by_itself(was_due[:, past], was_missing[:, past], missing[own, t]):
                continue
            unexplained = _unexplained(
                due[own, t], present[own, t], leaves.dimensions[own].astype(np.int64), roles, bool(overdue[c, t])
            )
            if unexplained > threshold:
                gaps.append(Gap(channel=c, period=t, missing=int(n_missing[c, t]), expected=int(n_due[c, t])))
                was_due[:, t] = was_missing[:, t] = False  # what a load lost says nothing of how rows come
    return tuple(gaps)


def _by_itself(due: Bools, missing: Bools, now: Bools) -> bool:
    """Whether all rows that are missing now may have nothing to report.

    due, missing: [rows x periods] of alike periods before; now: [rows].
    """
    times, misses = due[:, -_LEARNED_FROM:].sum(axis=1), missing[:, -_LEARNED_FROM:].sum(axis=1)
    if not misses.any():
        return False
    return bool(np.log((misses[now] + 0.5) / (times[now] + 1.0)).sum() >= np.log(_BY_ITSELF))


def _by_channel(marked: Bools, leaves: Leaves, channels: int) -> Indices:
    ends = np.searchsorted(leaves.channel, np.arange(channels + 1))  # leaves are ordered by channel
    return np.array([np.count_nonzero(marked[a:b], axis=0) for a, b in pairwise(ends)], np.int64).reshape(channels, -1)


def _unexplained(due: Bools, present: Bools, dimensions: Indices, roles: tuple[str, ...], overdue: bool) -> float:
    """The share of the due rows whose absence no ended campaign explains. Arrays: [leaves of one channel]."""
    missing = due & ~present
    explained = np.zeros(len(due), bool)
    for d, role in enumerate(roles):
        limit = _MAX_ENDED if role in _ENDS else _MAX_STOPPED if overdue else 0.0
        if not limit:
            continue
        still = np.unique(dimensions[present, d])
        ended = missing & ~np.isin(dimensions[:, d], still)
        values = len(np.unique(dimensions[ended, d]))
        if ended.sum() <= limit * due.sum() and (role in _ENDS or values == 1):
            explained |= ended
    return float((missing & ~explained).sum() / max(due.sum(), 1))
