"""Errors to p-values and 95 % intervals: t tails for most, negative binomial tails for small counts."""

from dataclasses import dataclass, fields

import numpy as np

from detectors.panel import Bools, Floats, Ints
from detectors.series.calibrate import Calibration, blend, count_p_values
from detectors.series.skew import empty, evened, skewed
from detectors.series.tails import Tails, p_values, reach


@dataclass(frozen=True, kw_only=True)
class Weighing:
    """What the p-value of a period depends on besides its error, [series x periods] or [series]."""

    centre: Floats
    sigma: Floats
    trials: Floats
    skewness: Floats
    below: Floats
    above: Floats
    explained: Bools
    empties: Bools
    counted: Bools
    multiplies: Bools
    tail: Tails
    settings: Calibration

    def some(self, rows: Ints) -> "Weighing":
        """The same of the chosen series."""
        arrays = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name not in ("tail", "settings")}
        return Weighing(**arrays, tail=Tails(self.tail.log_p[rows]), settings=self.settings)

    def p_values(self, error: Floats) -> Floats:
        """Two-sided p-values of errors, less what the calendar allows."""
        beyond = np.where(error > 0, np.maximum(error - self.above, 0.0), np.minimum(error + self.below, 0.0))
        p = p_values(evened(beyond / self.sigma, self.skewness), self.tail)
        if self.empties.any():
            p = np.where(
                self.empties[:, None] & (error < 0), np.maximum(p, np.minimum(1.0, 2.0 * empty(self.sigma))), p
            )
        events = self.centre * self.trials
        small = (
            self.counted[:, None] & (events < self.settings.large_count) & (p < 0.4) & ~self.explained
        )  # where the t sees nothing, nor do they
        if small.any():
            exact = count_p_values(((1.0 + error) * events)[small], events[small], self.sigma[small] ** 2)
            p[small] = blend(exact, p[small], events[small], self.settings)
        return p

    def interval(self) -> tuple[Floats, Floats]:
        """Bounds that hold 95 % of normal periods; small counts take those of a gamma of their mean and variance."""
        far = reach(self.tail)[:, None]
        down, up = -skewed(-far, self.skewness), skewed(far, self.skewness)
        times = self.multiplies[:, None]
        lower = np.where(
            times,
            np.maximum(self.centre * (1.0 - down * self.sigma - self.below), 0.0),
            self.centre - down * self.sigma,
        )
        upper = np.where(times, self.centre * (1.0 + up * self.sigma + self.above), self.centre + up * self.sigma)
        small = (
            self.counted[:, None]
            & (self.centre * self.trials < self.settings.small_count)
            & np.isfinite(self.centre)
            & np.isfinite(self.sigma)
        )
        if small.any():
            shape = 1.0 / np.maximum(self.sigma[small] ** 2, 1e-9)
            low = self.centre[small] * _gamma_quantile(shape, 0.025) * (1.0 - self.below[small])
            high = self.centre[small] * _gamma_quantile(shape, 0.975) * (1.0 + self.above[small])
            one = 1.0 / np.maximum(self.trials[small], 1e-9)  # events are whole: none is within the range of few
            lower[small], upper[small] = np.floor(low / one) * one, np.ceil(high / one) * one
        return lower, upper


def _gamma_quantile(shape: Floats, q: float) -> Floats:
    """Quantile of a gamma with mean 1: exact for small shapes, by Wilson and Hilferty (PNAS 1931) for the others."""
    from scipy.special import gammaincinv, ndtri

    third = 1.0 / (9.0 * shape)
    result: Floats = np.maximum(1.0 - third + float(ndtri(q)) * np.sqrt(third), 0.0) ** 3
    few = shape < 4.0
    result[few] = gammaincinv(shape[few], q) / shape[few]
    return result
