"""A whole without one of its parts, in a known event: what is left tells the event from a trouble beside it.

A promotion of unknown effect would excuse any fall, and a channel's new budget any fall of the whole business. But a
promotion is one for all devices: where the others sell as ever, a checkout that fails on one of them is none of its
doing. And a budget moves how many come, not what they do: what the rates of others lose is none of its doing.
"""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Bools, Floats, Ints, KpiType, Panel
from detectors.series.kinship import kin_of
from detectors.series.known import Explained
from detectors.series.noise import Nature
from detectors.series.occasions import Occasions

# A rest smaller than this part of its whole says little of it.
_LEAST_REST = 0.2
# A rate of the whole is moved by a channel's lasting change through the mix of visitors alone: by this part of its share.
_BY_MIX = 0.1
# So many periods of events say half of how far a part and the rest may be apart in one.
_HALF_KNOWN = 3.0


@dataclass(frozen=True, kw_only=True)
class Sums:
    """[series x periods], of what adds up: what was observed and what was expected without events; NaN elsewhere.

    rate [series]: a ratio's numerator.
    """

    actual: Floats
    hoped: Floats
    rate: Bools

    def rest(self, whole: Ints, part: Ints, columns: Ints | slice) -> Floats:
        """[pairs x columns] how the whole without the part did, as a factor of what was expected of it; NaN: unknown."""
        hoped_of_whole = self.hoped[whole][:, columns]
        hoped = hoped_of_whole - self.hoped[part][:, columns]
        actual = self.actual[whole][:, columns] - self.actual[part][:, columns]
        return np.where((hoped > _LEAST_REST * hoped_of_whole) & (actual > 0), actual / hoped, np.nan)


def sums_of(panel: Panel, nat: Nature, centre: Floats) -> Sums:
    """Sums of counts and amounts, and of the numerators of ratios of counts. centre: [series x periods] without events."""
    amount = np.array([kind is KpiType.AMOUNT for kind in panel.types], dtype=np.bool_) & nat.multiplies
    adds_up = (nat.counted | amount)[:, None]
    trials = np.where(adds_up, nat.trials, np.nan)
    return Sums(
        actual=nat.values * trials,
        hoped=centre * trials,
        rate=np.array([kind is KpiType.RATIO for kind in panel.types], dtype=np.bool_),
    )


@np.errstate(invalid="ignore", divide="ignore")
def least_of_parts(
    low: Floats, change: Floats, sums: Sums, explained: Bools, panel: Panel, settings: Explained
) -> Floats:
    """The least that is no news in known events, raised for segments whose channel's other segments did better.

    low, change: [series x periods] log factors: the least without this, and what was seen (NaN teaches nothing). How far a
    segment and the rest were apart in earlier events is how far they may be apart.
    """
    parent = kin_of(panel.keys).parent
    rows, columns = np.flatnonzero(parent >= 0), np.flatnonzero(explained.any(axis=0))
    if not len(rows) or not len(columns):
        return low
    here = explained[np.ix_(rows, columns)]
    rest = np.log(sums.rest(parent[rows], rows, columns))
    apart = np.where(here, change[np.ix_(rows, columns)] - rest, np.nan)
    number, mean, spread = _before(apart)
    usual = (2.0 * spread) ** 2 + settings.apart(mean, number) ** 2
    doubt = np.sqrt((_HALF_KNOWN * settings.known**2 + number * usual) / (_HALF_KNOWN + number))
    least = rest + mean * number / (_HALF_KNOWN + number) - doubt
    raised = low.copy()
    raised[np.ix_(rows, columns)] = np.where(
        here, np.fmax(low[np.ix_(rows, columns)], least), low[np.ix_(rows, columns)]
    )
    return raised


@np.errstate(invalid="ignore", divide="ignore")
def moved_by_parts(partly: Floats, sums: Sums, occasions: Occasions, panel: Panel) -> Floats:
    """How far lasting changes of channels may move what they are part of: a sum by their share of it, a rate hardly.

    A rate moves as far as that of the channel's own visitors did, and by the mix. partly: [series x periods] the largest
    share of such a channel, 0 where there is none.
    """
    row = {key: i for i, key in enumerate((k.channel, k.kpi, k.segment) for k in panel.keys)}
    found = partly.copy()
    seen = np.zeros(partly.shape, dtype=np.bool_)
    for event in np.flatnonzero(occasions.lasting):
        share = occasions.share[:, event]
        own = np.flatnonzero(share >= 1.0)
        of = panel.keys[own[0]].channel if len(own) else None
        if of is None:
            continue
        whole = np.flatnonzero((share > 0) & (share < 1.0) & sums.rate)
        part = np.array([row.get((of, panel.keys[i].kpi, panel.keys[i].segment), -1) for i in whole], dtype=np.int64)
        whole, part = whole[part >= 0], part[part >= 0]
        columns = np.flatnonzero((partly[whole] > 0).any(axis=0))
        if not len(whole) or not len(columns):
            continue
        at = np.ix_(whole, columns)
        own_change = (sums.actual - sums.hoped)[np.ix_(part, columns)]
        moved = np.abs(own_change / sums.hoped[at]) + _BY_MIX * share[whole, None]
        known = np.isfinite(moved) & (partly[at] > 0)
        found[at] = np.where(known, np.where(seen[at], np.fmax(found[at], moved), moved), found[at])
        seen[at] |= known
    return np.minimum(found, partly)


def _before(apart: Floats) -> tuple[Floats, Floats, Floats]:
    """Number, mean and spread of the known values before each column."""
    known = np.isfinite(apart)
    value = np.where(known, apart, 0.0)
    number, total, square = (np.cumsum(a, axis=1) - a for a in (known.astype(np.float64), value, value**2))
    mean = total / np.maximum(number, 1.0)
    return number, mean, np.sqrt(np.maximum(square / np.maximum(number, 1.0) - mean**2, 0.0))
