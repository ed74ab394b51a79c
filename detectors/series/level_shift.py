"""Lasting changes too small for a single period to show. The only door to ruptures.

Every series is screened by the matched score of `sustained.py`; for the few that pass, the best break of the recent
deseasonalised values (KernelCPD with a linear kernel: exact, in C) dates the change.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from detectors.finding import Shape
from detectors.panel import Bools, Floats
from detectors.series.evidence import Candidate, Evidence
from detectors.series.seasonal import Ints
from detectors.series.sustained import inflation, possible, sample, steps_and_ramps, unsteadiness
from detectors.series.together import limits, most


@dataclass(frozen=True, kw_only=True)
class LevelShift:
    """A step of moderate size, seen over at least `shortest` periods and reported for `longest`."""

    share: Annotated[float, Gt(0)] = 0.3  # of the false-alarm budget
    shortest: Annotated[int, Ge(2)] = 3
    longest: Annotated[int, Ge(4)] = 14
    dates_tried: float = 4.0  # independent starts that the search amounts to
    least_sigmas: Annotated[float, Gt(0)] = 0.8  # smaller steps are how series live
    context: Annotated[int, Ge(7)] = 21  # periods before the change that date it

    def candidates(self, seen: Evidence) -> list[Candidate]:
        """Report steps under way at a judged period."""
        from scipy.special import ndtr, ndtri

        some = sample(seen.lasting)
        usual = -float(ndtri(0.01))
        past = steps_and_ramps(
            seen.lasting[some, seen.origin : seen.first],
            seen.share[some, seen.origin : seen.first],
            self.longest,
            ramps=False,
        )
        wide = [inflation(np.abs(score[:, self.longest :]), 0.98, usual) for _, score, _, _ in past]
        wide += [1.2] * (self.longest - len(wide))  # the past is too short to tell

        window = max(seen.origin, seen.first - self.longest - 1)
        limit = np.where(seen.direction != 0, 2.0, 1.0) * self.share * seen.threshold
        rows = possible(
            seen.lasting[:, window:], -ndtri(np.minimum(limit * most(seen.place) / (2.0 * self.dates_tried), 0.5))
        )
        z, judged = seen.lasting[rows, window:], seen.first - window
        best, start, size = self._search(z, seen.share[rows, window:], wide)

        def p_values(own: Floats | float) -> Floats:
            wanted = (seen.direction[rows, None] == 0) | (np.sign(best) == seen.direction[rows, None])
            return np.where(wanted, 2.0 * self.dates_tried * ndtr(-np.abs(best) / own), 1.0)

        p = p_values(1.0)  # at least
        able = np.flatnonzero((p < limits(p, limit[rows], seen.place[rows])).any(axis=1))
        rows, start = rows[able], start[able]
        z, best, size = z[able], best[able], size[able]
        before = slice(seen.origin, max(seen.origin, seen.first - self.longest))  # without what is under way
        p = p_values(unsteadiness(seen.lasting[:, before], seen.share[:, before], rows, self.longest)[:, None])
        news = (
            (p < limits(p, limit[rows], seen.place[rows]))
            & (np.abs(size) >= self.least_sigmas)
            & (start >= 0)
            & seen.open[rows, window:]
            & _lasts(z, best, size)
        )
        found = []
        for i in np.flatnonzero(news[:, judged:].any(axis=1)):
            row = int(rows[i])
            t = int(np.flatnonzero(news[i, judged:])[-1]) + judged
            begin = _dated(seen.bare[row], int(start[i, t]) + window, t + window, self.context)
            shape = Shape.STEP_UP if best[i, t] > 0 else Shape.STEP_DOWN
            stop = None if not np.isfinite(z[i, t + 1 :]).any() else t + window + 1
            found.append(Candidate(row, shape, begin, stop, float(min(1.0, p[i, t])), base=True))
        return found

    def _search(self, z: Floats, share: Floats, wide: list[float]) -> tuple[Floats, Ints, Floats]:
        """Find the best score (each length by its past scatter), its start and its size, seen up to each period."""
        best, start, size = np.zeros(z.shape), np.zeros(z.shape, dtype=np.int64), np.zeros(z.shape)
        column = np.arange(z.shape[1])
        for k, score, _, sigmas in steps_and_ramps(z, share, self.longest, ramps=False):
            if k < self.shortest:
                continue
            score = score / wide[k - 1]
            better = np.abs(score) > np.abs(best)
            best = np.where(better, score, best)
            start = np.where(better, column - k + 1, start)
            size = np.where(better, sigmas, size)
        return best, start, size


def _lasts(z: Floats, best: Floats, size: Floats) -> Bools:
    """Tell whether the newest three periods lean to the changed side; after a large step the newest one too."""
    total = np.cumsum(np.pad(np.nan_to_num(z), ((0, 0), (1, 0))), axis=1)
    column = np.arange(z.shape[1])
    recent = (total[:, column + 1] - total[:, np.maximum(column - 2, 0)]) / 3.0
    pair = (total[:, column + 1] - total[:, np.maximum(column - 1, 0)]) / 2.0
    still = (np.abs(size) < 2.0) | (pair * np.sign(best) > 0.35 * np.abs(size))
    still &= ~np.isfinite(z) | (np.abs(size) < 3.0) | (z * np.sign(best) > 0.35 * np.abs(size))
    return np.asarray((recent * np.sign(best) > np.maximum(0.5, 0.3 * np.abs(size))) & still)


def _dated(bare: Floats, start: int, end: int, context: int) -> int:
    """Find the best single break near the screened start, if the exact search agrees within three periods."""
    begin = max(0, start - context)
    known = np.flatnonzero(np.isfinite(bare[begin : end + 1])) + begin
    if len(known) < 8:
        return start
    found = int(known[exact_breaks(bare[known], 1, 2)[0]])
    return found if abs(found - start) <= 3 else start


def exact_breaks(values: Floats, count: int, shortest: int) -> tuple[int, ...]:
    """Find where the levels begin that fit the values best; each holds `shortest` values or more."""
    from ruptures import KernelCPD

    found = KernelCPD(kernel="linear", min_size=shortest).fit(values.reshape(-1, 1)).predict(n_bkps=count)
    return tuple(int(b) for b in found[:-1])
