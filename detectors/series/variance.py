"""A series that suddenly scatters much more, or much less, while its mean stands."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from detectors.finding import Shape
from detectors.panel import Bools, Floats, Ints
from detectors.series.evidence import Candidate, Evidence
from detectors.series.sustained import inflation, sample


@dataclass(frozen=True, kw_only=True)
class Variance:
    """An F test of the newest `shortest` to `longest` calibrated errors against those before them."""

    share: Annotated[float, Gt(0)] = 0.05  # of the false-alarm budget
    lengths: tuple[int, ...] = (7, 10, 14, 21, 28)
    even_from: Annotated[int, Ge(7)] = 14  # periods from which less scatter than usual is told
    past: Annotated[int, Ge(28)] = 91  # periods before them that tell the usual scatter
    prior: Annotated[float, Gt(0)] = 30.0  # periods of calibrated errors that are worth as much as the past
    trim: Annotated[float, Gt(0)] = 3.5  # sigmas beyond which an error counts no more: one outlier is a spike
    tried: float = 3.0  # independent windows that the search amounts to
    middle: tuple[float, float] = (0.2, 1.05)  # median error below or above which most periods scatter less or more
    least_ratio: Annotated[float, Gt(1)] = 2.0  # of the new scatter to the usual one; less is how series live
    far: float = 1.5  # sigmas of errors that are looked at by their side
    each_side: float = 0.25  # part of them on each; those of a level that moved lie on one
    leaning: float = 2.5  # sigmas of the mean from which a level moved, which others tell

    def candidates(self, seen: Evidence) -> list[Candidate]:
        """Report scatter that changed and lasts up to the newest period."""
        from scipy.special import ndtr, ndtri

        # Days of known events say nothing: what they may do counts as no error at all.
        told = np.isfinite(seen.bare) & ~(seen.partly > 0)
        error = np.where(told, np.clip(seen.z, -self.trim, self.trim), np.nan)
        newest = int(np.flatnonzero(np.isfinite(error).any(axis=0)).max(initial=-1))
        if newest < seen.first:
            return []
        some = sample(error, 150)
        ends = np.arange(max(seen.origin + 56, 56), seen.first - self.lengths[-1], 5)  # without what is under way
        past = np.array([self._scores(error[some], int(end))[0] for end in ends]) if len(ends) else np.zeros((0, 1))
        wide = inflation(np.abs(past), 0.98, float(-ndtri(0.02 / 2 / self.tried)))
        score, length = self._scores(error, newest)
        p = np.minimum(1.0, 2.0 * self.tried * ndtr(-np.abs(score) / wide))
        limit = self.share * seen.threshold
        found = []
        for row in np.flatnonzero((p < limit) & seen.runs):
            start = newest + 1 - int(length[row])
            window = error[row, start : newest + 1]
            if seen.breaks[row, start] or not self._lasts(window[np.isfinite(window)], float(score[row])):
                continue
            found.append(Candidate(int(row), Shape.VARIANCE, start, None, float(p[row])))
        return found

    def _lasts(self, window: Floats, score: float) -> bool:
        """Whether most of the periods scatter so, to both sides, and not about another mean."""
        far = window[np.abs(window) > self.far]
        if score > 0 and not self.each_side <= np.mean(far > 0) <= 1 - self.each_side:
            return False
        if abs(window.mean()) > self.leaning * float(np.sqrt(np.mean(window**2) / len(window))):
            return False
        middle = float(np.median(np.abs(window)))
        return middle > self.middle[1] if score > 0 else middle < self.middle[0]

    def _scores(self, error: Floats, newest: int) -> tuple[Floats, Ints]:
        """[series]: how far the scatter of the most telling newest window is off, in sigmas, and that window's length."""
        from scipy.special import fdtr, fdtrc, ndtri

        best, length = np.zeros(len(error)), np.zeros(len(error), dtype=np.int64)
        evidence = np.zeros(len(error))
        for periods in self.lengths:
            begin = newest + 1 - periods
            if begin < 28:
                continue
            number, now = _scatter(error[:, begin : newest + 1])
            many, usual = _scatter(error[:, max(0, begin - self.past) : begin])
            usual = (many * usual + self.prior) / (many + self.prior)
            _, lately = _scatter(error[:, max(0, begin - 14) : begin])
            freedom = np.maximum(number - 1.0, 1.0)
            more = now / np.maximum(usual, lately)
            less = now / np.maximum(np.minimum(usual, lately), 1e-9)
            p_more = fdtrc(freedom, many + self.prior, more)
            p_less = fdtr(freedom, many + self.prior, less)
            up = p_more < p_less
            score = np.where(up, -ndtri(np.clip(p_more, 1e-15, 0.5)), ndtri(np.clip(p_less, 1e-15, 0.5)))
            ratio = np.where(up, more, less)
            # The likeliest beginning is that of the window whose scatter differs most, weighed by its length.
            gain = 0.5 * number * (ratio - 1.0 - np.log(np.maximum(ratio, 1e-6)))
            telling: Bools = (
                (number >= 0.7 * periods)
                & (np.where(up, ratio, 1.0 / np.maximum(ratio, 1e-9)) >= self.least_ratio**2)
                & (up | (periods >= self.even_from))
                & (gain > evidence)
            )
            best, length = np.where(telling, score, best), np.where(telling, periods, length)
            evidence = np.where(telling, gain, evidence)
        return best, length


def _scatter(error: Floats) -> tuple[Floats, Floats]:
    """Known periods of each series, and their mean squared error about their own mean."""
    known = np.isfinite(error)
    number = known.sum(axis=1).astype(np.float64)
    value = np.where(known, error, 0.0)
    mean = value.sum(axis=1) / np.maximum(number, 1.0)
    square = np.where(known, (error - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return number, square / np.maximum(number - 1.0, 1.0)
