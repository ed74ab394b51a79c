"""Errors of what cannot fall below zero are skewed; here they become even.

Sums of baskets and bursts of events scatter like a gamma, whose cube root is close to normal (Wilson and Hilferty, *PNAS*
1931); its skewness is twice its relative scale, that of a Poisson count once.
"""

import numpy as np

from detectors.panel import Bools, Floats

# No more skewed than an exponential.
_MOST = 2.0
_LEAST = 1e-3


def evened(z: Floats, skewness: Floats) -> Floats:
    """Standardised errors without their skewness."""
    g = np.clip(skewness, _LEAST, _MOST)
    cube: Floats = np.cbrt(np.maximum(1.0 + 0.5 * g * z, 0.0))
    return np.where(skewness > _LEAST, (6.0 / g) * (cube - 1.0) + g / 6.0, z)


def skewed(z: Floats, skewness: Floats) -> Floats:
    """The way back: what an error without skewness is with it."""
    g = np.clip(skewness, _LEAST, _MOST)
    cube: Floats = np.maximum(1.0 + (g / 6.0) * (z - g / 6.0), 0.0) ** 3
    return np.where(skewness > _LEAST, (2.0 / g) * (cube - 1.0), z)


def skewness(sigma: Floats, events: Floats, counted: Bools, multiplies: Bools) -> Floats:
    """Skewness of relative errors of that scale, [series x periods]; 0 for sums.

    What scatters beyond a Poisson of so many events comes in bursts, and so do amounts.
    """
    bursts = 1.0 - np.clip(1.0 / np.maximum(events * sigma**2, 1e-9), 0.0, 1.0)
    return np.where(multiplies[:, None], sigma * np.where(counted[:, None], 1.0 + bursts, 2.0), 0.0)


def empty(sigma: Floats) -> Floats:
    """Probability that nothing happens in a period of an amount: sums of few baskets (Tweedie's, of power 1.5)."""
    return np.asarray(np.exp(-2.0 / np.maximum(sigma, 1e-3) ** 2), dtype=np.float64)
