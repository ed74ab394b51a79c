"""95 % intervals of measured figures: shares by Wilson, anything else by drawing the accounts or series anew."""

from collections.abc import Callable, Sequence
from math import sqrt
from typing import TypeVar

import numpy as np
from scipy.stats import chi2

_DRAWS, _SEED = 2000, 1
# With fewer accounts than this, drawing among them says nothing about the next one.
_FEW = 4

T = TypeVar("T")
Interval = tuple[float, float]


def wilson(hits: int, of: int) -> Interval:
    """95 % interval of a share (Wilson 1927)."""
    if not of:
        return 0.0, 1.0
    z, p = 1.96, hits / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def poisson(count: int, exposure: float) -> Interval:
    """Exact 95 % interval of a rate whose events are independent (Garwood 1936)."""
    low = float(chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    return low / exposure, float(chi2.ppf(0.975, 2 * count + 2)) / 2 / exposure


def bootstrap(statistic: Callable[[Sequence[T]], float], of: Sequence[T]) -> Interval:
    """95 % interval of a statistic over accounts or series: percentiles over samples drawn from them with replacement."""
    rng = np.random.default_rng(_SEED)
    drawn = [statistic([of[i] for i in rng.integers(len(of), size=len(of))]) for _ in range(_DRAWS)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def rate(counts: Sequence[int], exposures: Sequence[float]) -> Interval:
    """Interval of sum(counts) / sum(exposures) over accounts: bootstrap, or Poisson where the accounts are few."""
    if len(counts) < _FEW or not any(counts):
        return poisson(sum(counts), sum(exposures))
    pairs = list(zip(counts, exposures, strict=True))
    return bootstrap(lambda some: sum(c for c, _ in some) / sum(e for _, e in some), pairs)


def share(hits: int, of: int) -> str:
    """A share with its interval, for people."""
    if not of:
        return "none to count"
    low, high = wilson(hits, of)
    return f"{hits} of {of} = {hits / of:.2f} ({low:.2f} to {high:.2f})"
