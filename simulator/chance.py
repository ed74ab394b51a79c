"""How expectations become counts: by seeded luck, or not at all.

Luck belongs to a name and a cell, not to a moment: the same draw meets another rate when a problem is planted, so
two worlds differ only where their rates differ.
"""

import zlib
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Below this many expected events the distribution is summed exactly; above, a Cornish-Fisher quantile is within one.
EXACT_BELOW = 14.0


class Chance(Protocol):
    """What the world asks of luck."""

    def count(self, name: str, mean: Array, spread: float = 0.0) -> Array:
        """Draw events at a rate; `spread` is the extra relative scatter beyond Poisson."""

    def thin(self, name: str, number: Array, share: Array) -> Array:
        """Draw how many of `number` pass a gate that lets `share` through."""

    def money(self, name: str, number: Array, each: Array, tail: float) -> Array:
        """Draw the sum of `number` amounts of mean `each` whose logarithm scatters by `tail`."""

    def level(self, name: str, mean: Array, scatter: float) -> Array:
        """Draw a measured level with relative scatter."""


@dataclass(frozen=True, slots=True)
class Expected:
    """No luck: every draw is its expectation."""

    def count(self, name: str, mean: Array, spread: float = 0.0) -> Array:  # noqa: ARG002
        """Return the mean."""
        return mean

    def thin(self, name: str, number: Array, share: Array) -> Array:  # noqa: ARG002
        """Return the expected part."""
        return np.asarray(number * share)

    def money(self, name: str, number: Array, each: Array, tail: float) -> Array:  # noqa: ARG002
        """Return the expected sum."""
        return np.asarray(number * each)

    def level(self, name: str, mean: Array, scatter: float) -> Array:  # noqa: ARG002
        """Return the mean."""
        return mean


@dataclass(frozen=True, slots=True)
class Seeded:
    """Luck that repeats for the same seed, name and cell."""

    seed: int

    def count(self, name: str, mean: Array, spread: float = 0.0) -> Array:
        """Poisson around a mean that itself scatters log-normally."""
        if spread:
            mean = mean * np.exp(spread * self._normal(name + "/spread", mean) - spread * spread / 2)
        return poisson(mean, self._uniform(name, mean))

    def thin(self, name: str, number: Array, share: Array) -> Array:
        """Binomial."""
        return binomial(number, np.broadcast_to(share, number.shape), self._uniform(name, number))

    def money(self, name: str, number: Array, each: Array, tail: float) -> Array:
        """Sum of log-normal baskets, by matching its first two moments (Fenton-Wilkinson)."""
        scatter = np.sqrt(np.log1p(np.expm1(tail * tail) / np.maximum(number, 1.0)))
        return np.asarray(np.round(number * each * np.exp(scatter * self._normal(name, number) - scatter**2 / 2), 2))

    def level(self, name: str, mean: Array, scatter: float) -> Array:
        """Log-normal around the mean."""
        return np.asarray(mean * np.exp(scatter * self._normal(name, mean) - scatter * scatter / 2))

    def _uniform(self, name: str, like: Array) -> Array:
        return np.clip(stream(self.seed, name).random(like.shape), 1e-12, 1 - 1e-12)

    def _normal(self, name: str, like: Array) -> Array:
        return normal_quantile(self._uniform(name, like))


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers that belong to a name; a longer simulation begins with the same ones."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def poisson(mean: Array, luck: Array) -> Array:
    """Return the Poisson quantile at `luck`.

    >>> poisson(np.array([0.0, 2.0, 100.0]), np.array([0.9, 0.5, 0.5])).tolist()
    [0.0, 2.0, 100.0]
    """
    out = np.maximum(np.floor(_skewed(mean, np.sqrt(mean), np.ones_like(mean), luck) + 0.5), 0.0)
    small = mean < EXACT_BELOW
    rate, target = mean[small], luck[small]
    term = np.exp(-rate)
    out[small] = _climb(term, lambda k, at, was: was * rate[at] / (k + 1), target)
    return out


def binomial(number: Array, share: Array, luck: Array) -> Array:
    """Return the binomial quantile at `luck`; never more than `number`.

    >>> binomial(np.array([10.0, 10.0, 0.0]), np.array([1.0, 0.5, 0.5]), np.array([0.3, 0.5, 0.9])).tolist()
    [10.0, 5.0, 0.0]
    """
    flip = share > 0.5
    rare = np.clip(np.where(flip, 1 - share, share), 0.0, 0.5)
    target = np.where(flip, 1 - luck, luck)
    mean = number * rare
    deviation = np.sqrt(mean * (1 - rare))
    out = np.floor(_skewed(mean, deviation, 1 - 2 * rare, target) + 0.5)
    small = mean < EXACT_BELOW
    trials, odds, goal = number[small], rare[small] / (1 - rare[small]), target[small]
    term = np.exp(trials * np.log1p(-rare[small]))
    out[small] = _climb(term, lambda k, at, was: was * np.maximum(trials[at] - k, 0) / (k + 1) * odds[at], goal)
    out = np.clip(out, 0.0, number)
    return np.where(flip, number - out, out)


def _skewed(mean: Array, deviation: Array, skew: Array, luck: Array) -> Array:
    """Cornish-Fisher: a normal quantile, bent by the skewness."""
    z = normal_quantile(luck)
    return np.asarray(mean + deviation * z + skew * (z * z - 1) / 6)


def _climb(term: Array, following: "_Recurrence", target: Array) -> Array:
    """Add probabilities from zero upwards until they pass the target."""
    out = np.zeros_like(term)
    below = term.copy()
    at = np.flatnonzero(below < target)
    term = term[at]
    k = 0
    while at.size and k < 200:
        term = following(k, at, term)
        k += 1
        below[at] += term
        out[at] = k
        keep = below[at] < target[at]
        at, term = at[keep], term[keep]
    return out


class _Recurrence(Protocol):
    """The next term of a probability series."""

    def __call__(self, k: int, at: NDArray[np.intp], was: Array, /) -> Array: ...


def normal_quantile(luck: Array) -> Array:
    """Return the standard normal quantile (Acklam's rational approximation, relative error below 1.2e-9).

    >>> normal_quantile(np.array([0.5, 0.975])).round(4).tolist()
    [0.0, 1.96]
    """
    tail = np.sqrt(-2 * np.log(np.minimum(luck, 1 - luck)))
    outer = np.polyval(
        [
            -7.784894002430293e-03,
            -3.223964580411365e-01,
            -2.400758277161838,
            -2.549732539343734,
            4.374664141464968,
            2.938163982698783,
        ],
        tail,
    )
    outer /= np.polyval([7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996, 3.754408661907416, 1], tail)
    middle = luck - 0.5
    square = middle * middle
    inner = middle * np.polyval(
        [
            -3.969683028665376e01,
            2.209460984245205e02,
            -2.759285104469687e02,
            1.383577518672690e02,
            -3.066479806614716e01,
            2.506628277459239,
        ],
        square,
    )
    inner /= np.polyval(
        [
            -5.447609879822406e01,
            1.615858368580409e02,
            -1.556989798598866e02,
            6.680131188771972e01,
            -1.328068155288572e01,
            1,
        ],
        square,
    )
    return np.where(np.minimum(luck, 1 - luck) < 0.02425, np.where(luck < 0.5, outer, -outer), inner)
