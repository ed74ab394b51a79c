"""How likely a measured log change is under each word of a cause.

A true change is drawn by the word (nothing but small change for `flat`; a lognormal size in the cause's usual range for `up` and
`down`), and measured with the movement's own error. Both are convolved over the quantiles of the size. A small part of every
word is anything at all: records have faults that no model knows (the contaminated normal of Tukey 1960).
"""

from collections.abc import Sequence
from functools import cache
from math import exp, log, pi, sqrt
from statistics import NormalDist

from detectors.causes.moves import Word

STRAY = 0.04  # of every word that is anything at all ...
STRAY_SPREAD = 1.2  # ... with this spread of the log change
SIDE_EFFECTS = 0.035  # spread of a log change that is called flat: nothing in a business stands quite still
LEAST_NOISE = 0.02  # no expectation is surer than this
_NODES = tuple(NormalDist().inv_cdf((k + 0.5) / 16) for k in range(16))
_RANGE = 2 * 1.28  # `typical` holds eight of ten sizes
USUAL = (0.08, 1.2)  # log changes between which eight of ten moves of any cause lie
SLIGHT = (0.03, 0.35)  # ... and those of a side effect
_ZERO = (3.2, 4.8)  # hardly anything is left
_DOUBLED = 0.03  # how exactly doubled figures double
# Steps by which units are off, and rates of exchange or of tax.
_TENS = (log(100.0), log(1000.0), log(10.0), log(1e6))
_EXCHANGE = (0.06, 0.5)
# What becomes of a factor in incidents at large, of unknown causes.
_AT_LARGE = {Word.FLAT: 0.55, Word.DOWN: 0.2, Word.UP: 0.16, Word.ZERO: 0.03, Word.UNIT: 0.01}
_FARTHEST = 38.0  # standard deviations at which a density is zero to a computer
IF_FLAT = 0.5  # of a word with a question mark: how often it stands still


def density(change: float, noise: float, word: Word, size: tuple[float, float] = USUAL) -> float:
    """The density of a log change measured with an error, under a word; `size`: the usual range of the true log change's amount."""
    spread = max(noise, LEAST_NOISE)
    return (1 - STRAY) * _of_word(change, spread, word, size) + STRAY * normal(
        change, 0.0, sqrt(STRAY_SPREAD**2 + spread**2)
    )


def at_large(change: float, noise: float) -> float:
    """The density of a log change in incidents at large."""
    spread = max(noise, LEAST_NOISE)
    known = sum(part * _of_word(change, spread, word, USUAL) for word, part in _AT_LARGE.items())
    return known + (1 - sum(_AT_LARGE.values())) * normal(change, 0.0, sqrt(STRAY_SPREAD**2 + spread**2))


def _of_word(change: float, noise: float, word: Word, size: tuple[float, float]) -> float:
    flat = normal(change, 0.0, sqrt(noise**2 + SIDE_EFFECTS**2))
    match word:
        case Word.FLAT:
            return flat
        case Word.UP:
            return _sized(change, noise, size)
        case Word.DOWN:
            return _sized(-change, noise, size)
        case Word.ANY:
            return (_sized(change, noise, size) + _sized(-change, noise, size)) / 2
        case Word.UP_IF:
            return IF_FLAT * flat + (1 - IF_FLAT) * _sized(change, noise, SLIGHT)
        case Word.DOWN_IF:
            return IF_FLAT * flat + (1 - IF_FLAT) * _sized(-change, noise, SLIGHT)
        case Word.ANY_IF:
            return IF_FLAT * flat + (1 - IF_FLAT) * (_sized(change, noise, SLIGHT) + _sized(-change, noise, SLIGHT)) / 2
        case Word.DOUBLE:
            return normal(change, log(2.0), sqrt(noise**2 + _DOUBLED**2))
        case Word.ZERO:
            return _sized(-change, noise, _ZERO)
        case Word.UNIT:
            by_ten = sum(normal(abs(change), step, sqrt(noise**2 + _DOUBLED**2)) for step in _TENS) / len(_TENS) / 2
            return 0.6 * by_ten + 0.4 * (_sized(change, noise, _EXCHANGE) + _sized(-change, noise, _EXCHANGE)) / 2
        case Word.FREE:
            return at_large(change, noise)


def _sized(change: float, noise: float, size: tuple[float, float]) -> float:
    nodes = _sizes(size)
    return sum(normal(change, node, sqrt(noise**2 + (0.12 * node) ** 2)) for node in nodes) / len(nodes)


@cache
def _sizes(size: tuple[float, float]) -> Sequence[float]:
    """Quantiles of a lognormal of which `size` holds eight of ten."""
    low, high = log(size[0]), log(size[1])
    return tuple(exp((low + high) / 2 + z * (high - low) / _RANGE) for z in _NODES)


def normal(x: float, mean: float, spread: float) -> float:
    """The density of the normal distribution."""
    away = min(abs(x - mean) / spread, _FARTHEST)
    return exp(-0.5 * away * away) / (spread * sqrt(2 * pi))
