"""From standardised errors to honest p-values.

The tails are those of the model's own past out-of-sample errors, pooled over similar series of the panel: on each side
a Student t whose scale and degrees of freedom match the errors' quantiles. Small counts take the exact tails of the
negative binomial instead, so that 3 orders in place of 6 stay what they are: nothing.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated

import numpy as np
from annotated_types import Ge

from detectors.panel import Floats
from detectors.series.middle import median

_DEGREES = (3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 14.0, 20.0, 40.0, 200.0)
_QUANTILES = np.array([0.9, 0.95, 0.975, 0.99, 0.995, 0.9975])


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How tails are learned."""

    degrees: Annotated[float, Ge(2)] = 8.0  # before there is evidence
    prior_errors: float = 300.0  # errors of which that is worth
    past: int = 182  # periods before the origin in which light and heavy tails are told apart
    class_series: int = 30  # series of a group from which light and heavy tails are told apart
    small_count: float = 30.0  # expected events below which the negative binomial judges
    large_count: float = 120.0  # above which the t does


@dataclass(frozen=True, slots=True)
class Tails:
    """Student t on each side, [series]: scale and degrees of freedom."""

    scale_low: Floats
    degrees_low: Floats
    scale_high: Floats
    degrees_high: Floats


def tails(z: Floats, group: Floats, settings: Calibration) -> Tails:
    """Learn the tails from past standardised errors [series x periods] (NaN: do not learn), pooled by group."""
    low, high = np.zeros((len(z), 2)), np.zeros((len(z), 2))
    for g in np.unique(group):
        rows = group == g
        pool = z[rows]
        pool = pool[np.isfinite(pool)]
        low[rows] = _side(-pool, settings)
        high[rows] = _side(pool, settings)
    return Tails(low[:, 0], low[:, 1], high[:, 0], high[:, 1])


def heaviness(z: Floats, group: Floats, settings: Calibration) -> Floats:
    """Grade each series 0 light, 1 middle, 2 heavy (thirds of its group): does a t(4) or a normal explain it better?

    The errors that choose the class must not be those that fit its tails, or chance would make light tails lighter.
    """
    from scipy.special import gammaln

    known = np.isfinite(z)
    middle = np.nan_to_num(median(np.abs(z)), nan=0.6745) / 0.6745
    u = np.where(known, z, 0.0) / np.maximum(middle, 0.1)[:, None]
    scale = 0.6745 / 0.7407  # of a t(4) with the median size of a standard normal
    constant = gammaln(2.5) - gammaln(2.0) - 0.5 * np.log(4 * np.pi) - np.log(scale) + 0.5 * np.log(2 * np.pi)
    gain = np.where(known, constant - 2.5 * np.log1p((u / scale) ** 2 / 4.0) + 0.5 * u**2, 0.0)
    evidence = np.clip(gain, None, 6.0).sum(axis=1)
    grade = np.ones(len(z))
    for g in np.unique(group):
        rows = group == g
        if rows.sum() >= settings.class_series and known[rows].any():
            low, high = np.quantile(evidence[rows], [1 / 3, 2 / 3])
            grade[rows] = 1.0 + (evidence[rows] > high) - (evidence[rows] < low)
    return grade


def _side(pool: Floats, settings: Calibration) -> tuple[float, float]:
    """Scale and degrees of freedom of the upper side, by matching quantiles on the log scale."""
    n = len(pool)
    enough = (1 - _QUANTILES) * n >= 3
    wanted = _QUANTILES[enough]
    if len(wanted) == 0:
        return 1.1, settings.degrees
    seen = np.maximum(np.quantile(pool, wanted), 0.3)
    offsets = np.log(seen) - np.log(_quantiles_of_t()[:, enough])
    scales = offsets.mean(axis=1)
    doubt = settings.prior_errors / (n + settings.prior_errors)
    prior = doubt * ((np.log(_DEGREES) - np.log(settings.degrees)) ** 2 * 0.01 + 0.5 * scales**2)
    best = int((((offsets - scales[:, None]) ** 2).mean(axis=1) + prior).argmin())
    scale = float(np.exp(scales[best]))
    weight = n / (n + settings.prior_errors)
    return float(np.clip(scale**weight * 1.1 ** (1 - weight), 0.6, 2.5)), _DEGREES[best]


@cache
def _quantiles_of_t() -> Floats:
    """Quantiles of the t for each number of degrees, [degrees x quantiles]."""
    from scipy.special import stdtrit

    return np.array([stdtrit(degrees, _QUANTILES) for degrees in _DEGREES])


def p_values(z: Floats, tail: Tails) -> Floats:
    """Two-sided p-value of each standardised error; NaN stays NaN."""
    from scipy.special import stdtr

    high = z > 0
    scale = np.where(high, tail.scale_high[:, None], tail.scale_low[:, None])
    degrees = np.where(high, tail.degrees_high[:, None], tail.degrees_low[:, None])
    p = 2.0 * stdtr(degrees, -np.abs(z) / scale)
    return np.where(np.isfinite(z), np.minimum(p, 1.0), np.nan)


def bounds(tail: Tails, level: float = 0.95) -> tuple[Floats, Floats]:
    """Sigmas below and above the expectation between which a share `level` of periods falls."""
    from scipy.special import stdtrit

    q = 0.5 + level / 2
    return tail.scale_low * stdtrit(tail.degrees_low, q), tail.scale_high * stdtrit(tail.degrees_high, q)


def count_p_values(events: Floats, expected: Floats, relative_variance: Floats) -> Floats:
    """Two-sided p-values of counts by the negative binomial with that mean and relative variance (at least Poisson).

    Each side counts the observed value fully (no mid-p), so that discreteness never makes news.
    """
    at_most, at_least = count_tails(events, expected, relative_variance)
    both: Floats = np.minimum(1.0, 2.0 * np.minimum(at_most, at_least))
    return both


def count_tails(events: Floats, expected: Floats, relative_variance: Floats) -> tuple[Floats, Floats]:
    """Probabilities of so many events or fewer, and of so many or more."""
    from scipy.special import betainc, gammainc, gammaincc

    extra = np.maximum(relative_variance - 1.0 / np.maximum(expected, 1e-9), 0.0)
    y, mean = np.round(events), np.maximum(expected, 1e-9)
    spread = extra > 1e-4
    size = 1.0 / np.where(spread, extra, 1.0)
    chance = size / (size + mean)
    at_most = np.where(spread, betainc(size, y + 1.0, chance), gammaincc(y + 1.0, mean))
    at_least = np.where(
        y > 0,
        np.where(spread, betainc(np.maximum(y, 1.0), size, 1.0 - chance), gammainc(np.maximum(y, 1.0), mean)),
        1.0,
    )
    return at_most, at_least


def blend(p_count: Floats, p_error: Floats, expected_events: Floats, settings: Calibration) -> Floats:
    """Pass from one to the other on the log scale between small and large counts."""
    weight = share_of_error(expected_events, settings)
    mixed: Floats = np.exp(
        (1 - weight) * np.log(np.maximum(p_count, 1e-300)) + weight * np.log(np.maximum(p_error, 1e-300))
    )
    return mixed


def share_of_error(expected_events: Floats, settings: Calibration) -> Floats:
    """Between small counts (0), which are judged as counts, and large ones (1), which the tails of errors judge."""
    part = np.log(np.maximum(expected_events, 1e-9) / settings.small_count)
    weight: Floats = np.clip(part / np.log(settings.large_count / settings.small_count), 0.0, 1.0)
    return weight
