"""Slow changes: a level that creeps away over weeks, faster than it usually wanders."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from detectors.finding import Shape
from detectors.panel import Floats
from detectors.series.evidence import Candidate, Evidence
from detectors.series.seasonal import Ints
from detectors.series.sustained import inflation, possible, sample, steps_and_ramps, unsteadiness
from detectors.series.together import limits, most


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A ramp of `shortest` to `longest` periods, tested every `stride` lengths."""

    share: Annotated[float, Gt(0)] = 0.2  # of the false-alarm budget
    shortest: Annotated[int, Ge(5)] = 10
    longest: Annotated[int, Ge(6)] = 28
    stride: Annotated[int, Ge(1)] = 3
    lengths_tried: float = 3.0

    def candidates(self, seen: Evidence) -> list[Candidate]:
        """Report ramps under way at a judged period."""
        from scipy.special import ndtr, ndtri

        some = sample(seen.lasting, 150)
        before = slice(seen.origin, max(seen.origin, seen.first - self.longest))  # without what is under way
        past, _, _ = self._search(seen.lasting[some, before], seen.share[some, before])
        wide = inflation(np.abs(past[:, self.longest :]), 0.98, float(-ndtri(0.02 / 2 / self.lengths_tried)))

        window = max(seen.origin, seen.first - self.longest - 1)
        limit = np.where(seen.direction != 0, 2.0, 1.0) * self.share * seen.threshold
        rows = possible(
            seen.lasting[:, window:],
            -wide * ndtri(np.minimum(limit * most(seen.place) / (2.0 * self.lengths_tried), 0.5)),
        )
        z, judged = seen.lasting[rows, window:], seen.first - window
        best, length, sudden = self._search(z, seen.share[rows, window:])

        def p_values(own: Floats | float) -> Floats:
            wanted = (seen.direction[rows, None] == 0) | (np.sign(best) == seen.direction[rows, None])
            return np.where(wanted, 2.0 * self.lengths_tried * ndtr(-np.abs(best) / (wide * own)), 1.0)

        p = p_values(1.0)  # at least
        able = np.flatnonzero((p < limits(p, limit[rows], seen.place[rows])).any(axis=1))
        rows, length = rows[able], length[able]
        z, best, sudden = z[able], best[able], sudden[able]
        p = p_values(unsteadiness(seen.lasting[:, before], seen.share[:, before], rows, self.longest // 2)[:, None])
        column = np.arange(z.shape[1])
        news = (
            (p < limits(p, limit[rows], seen.place[rows]))
            & seen.open[rows, window:]
            & (column - length >= 0)
            & (np.abs(best) > sudden)
        )
        found = []
        for i in np.flatnonzero(news[:, judged:].any(axis=1)):
            row = int(rows[i])
            t = int(np.flatnonzero(news[i, judged:])[-1]) + judged
            begin = t - int(length[i, t]) + window
            if seen.breaks[row, begin : t + window].any():
                continue
            shape = Shape.DRIFT_UP if best[i, t] > 0 else Shape.DRIFT_DOWN
            stop = None if not np.isfinite(z[i, t + 1 :]).any() else t + window + 1
            found.append(Candidate(row, shape, begin + 1, stop, float(min(1.0, p[i, t])), base=True))
        return found

    def _search(self, z: Floats, share: Floats) -> tuple[Floats, Ints, Floats]:
        """Find the best score and its length for ramps seen up to each period, and the best score of a sudden step."""
        best, length = np.zeros(z.shape), np.zeros(z.shape, dtype=np.int64)
        sudden = np.zeros(z.shape)
        for k, step, score, _ in steps_and_ramps(z, share, self.longest):
            sudden = np.maximum(sudden, np.abs(step))
            if k < self.shortest or (k - self.shortest) % self.stride:
                continue
            better = np.abs(score) > np.abs(best)
            best, length = np.where(better, score, best), np.where(better, k, length)
        return best, length, sudden
