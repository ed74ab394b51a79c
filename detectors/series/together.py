"""Series of one place that leave their range together speak for each other (Simes, *Biometrika* 1986; weighted: Genovese 2006).

A channel's visits, orders and revenue, and its segments, tell of the same day. Each alone must be beyond its own limit; of
k of them that are off at once each may be k times as probable. The expected number of places in which chance alone
does so is no more than the sum of the limits, as if each series had been tested by itself: exactly where they have
nothing to do with each other, and also where they move alike (Benjamini and Yekutieli, *Annals of Statistics* 2001).
"""

import numpy as np

from detectors.panel import Floats, Ints


def limits(p: Floats, limit: Floats, place: Ints) -> Floats:
    """[series x periods] below which p-value each is news: its own limit times as many of its place as hold with that.

    p: [series x periods], NaN where nothing can be told; limit, place: [series].
    """
    times = np.where(np.isfinite(p), p, np.inf) / limit[:, None]
    together = np.ones(p.shape)
    for number in np.unique(place[(times <= most(place)[:, None]).any(axis=1)]):
        rows = np.flatnonzero(place == number)
        count = np.arange(1, len(rows) + 1)[:, None]
        holds = np.sort(times[rows], axis=0) <= count
        together[rows] = np.where(holds, count, 1).max(axis=0)
    raised: Floats = limit[:, None] * together
    return raised


def most(place: Ints) -> Ints:
    """[series] how many its place has: no limit is raised by more."""
    return np.asarray(np.bincount(place)[place], dtype=np.int64)
