"""Best division of a series into pieces with a straight line each: exact, by dynamic programming with pruning.

Killick, Fearnhead, Eckley (2012), Optimal detection of changepoints with a linear computational cost, JASA 107.
"""

import numpy as np

from detectors.panel import Floats
from detectors.series.seasonal import Ints


class Lines:
    """Sums from which the squared distance of any stretch [start, end) from its own best line follows at once."""

    def __init__(self, values: Floats) -> None:
        """Sum up the values; time is centred to keep the sums small."""
        t = np.arange(len(values)) - (len(values) - 1) / 2
        self._sums = np.concatenate(
            [np.zeros((5, 1)), np.cumsum([t, t * t, values, t * values, values * values], axis=1)], axis=1
        )

    def cost(self, starts: Ints, end: int) -> Floats:
        """Squared distance of each stretch [start, end) from its line."""
        n = end - starts
        t, tt, y, ty, yy = self._sums[:, end][:, None] - self._sums[:, starts]
        st, sy = tt - t * t / n, yy - y * y / n
        sty = ty - t * y / n
        return np.asarray(np.maximum(sy - np.divide(sty * sty, st, out=np.zeros_like(st), where=st > 0), 0.0))


def best_lines(values: Floats, price: float, shortest: int) -> tuple[int, ...]:
    """Starts of all pieces but the first, so that squared distances plus price x pieces are least."""
    lines, n = Lines(values), len(values)
    if n < 2 * shortest:
        return ()
    least, last = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=np.int64)
    least[0] = -price
    starts = np.array([0])
    for end in range(shortest, n + 1):
        total = least[starts] + lines.cost(starts, end) + price
        best = int(np.argmin(total))
        least[end], last[end] = total[best], starts[best]
        starts = np.append(starts[total - price <= least[end]], end - shortest + 1)
        starts = starts[np.isfinite(least[starts])]
    found, end = [], n
    while end > 0:
        end = int(last[end])
        found.append(end)
    return tuple(sorted(found)[1:])
