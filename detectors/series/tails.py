"""How often errors of each size happen: tails learned by series, with like series as a prior (empirical Bayes).

Every series has its own mixture of Student t tails. How common each tail is among like series is learned from
all of them (a nonparametric maximum likelihood on a grid; Laird, *JASA* 1978; Efron, *Statistical Science* 2014); what a
series showed itself then says which of them it has. Little history leaves the mixture of its like; and a mixture of
what is possible is the honest answer where one cannot tell.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le

from detectors.panel import Bools, Floats, Ints

_DEGREES = (2.5, 3.0, 4.0, 5.0, 6.5, 9.0, 14.0, 30.0, 200.0)
_SCALES = tuple(float(s) for s in np.geomspace(0.6, 1.8, 12))
# Errors are looked up on a grid that is even in asinh, up to _FARTHEST sigmas.
_NODES, _FARTHEST = 160, 60.0
# Errors are counted in bins beyond _BODY sigmas; beyond _CAP only that they are.
_BODY, _CAP, _BINS = 0.8, 7.0, 48
# Errors beyond so many sigmas three times in a row are a shift, and no luck.
_FAR = 3.5
# A KPI has tails of its own where so many series show it.
_MEMBERS = 3


@dataclass(frozen=True, kw_only=True)
class Learning:
    """How much each level of experience counts."""

    scale: Annotated[float, Gt(0)] = 1.05  # usual size of the tails before there is evidence
    scale_spread: Annotated[float, Gt(0)] = 0.12  # and how much that differs (log)
    degrees: Annotated[float, Gt(0)] = 8.0  # the same for the degrees of freedom
    degrees_spread: Annotated[float, Gt(0)] = 0.08  # of their inverse
    prior_series: Annotated[float, Gt(0)] = 4.0  # series of evidence that what was known before is worth
    like_series: Annotated[float, Gt(0)] = 8.0  # series of its own kind (and KPI) that those of all are worth
    spoilt: Annotated[float, Gt(0)] = 0.0001  # share of past errors that are troubles nobody named
    trust: Annotated[float, Gt(0), Le(1)] = 1.0  # of an error's evidence: neighbours in time tell the same
    rounds: Annotated[int, Ge(1)] = 25


@dataclass(frozen=True, slots=True)
class Tails:
    """Logarithms of two-sided p-values on the grid of errors, [series x nodes]; errors without skewness have one tail."""

    log_p: Floats


def learn(z: Floats, group: Ints, settings: Learning) -> Tails:
    """Learn from past standardised errors [series x periods] (NaN: do not learn); `group` [series x 2]: kind and KPI."""
    z = without_troubles(z)
    low, high = (settings.trust * _counts(side) @ _log_chances(settings) for side in (-z, z))
    told: Bools = np.any(np.isfinite(z), axis=1)
    return Tails(_table(low + high, told, group, settings))


def without_troubles(z: Floats) -> Floats:
    """Leave out what no tail explains: errors beyond all measure, and three far ones in a row on one side."""
    side = np.where(np.abs(z) > _FAR, np.sign(z), 0.0)
    three = (side[:, 2:] != 0) & (side[:, 2:] == side[:, 1:-1]) & (side[:, 1:-1] == side[:, :-2])
    out = np.abs(z) > _CAP
    for shift in range(3):
        out[:, shift : shift + three.shape[1]] |= three
    return np.where(out, np.nan, z)


def p_values(z: Floats, tail: Tails) -> Floats:
    """Two-sided p-value of each standardised error; NaN stays NaN."""
    known = np.isfinite(z)
    x = np.arcsinh(np.minimum(np.abs(np.where(known, z, 0.0)), _FARTHEST)) * _per_node()
    node = np.minimum(x.astype(np.int64), _NODES - 2)
    part = x - node
    flat = node + _NODES * np.arange(len(z))[:, None]
    log_p = tail.log_p.take(flat) * (1.0 - part) + tail.log_p.take(flat + 1) * part
    return np.where(known, np.exp(np.minimum(log_p, 0.0)), np.nan)


def reach(tail: Tails, level: float = 0.95) -> Floats:
    """Sigmas [series] from the expectation within which a share `level` of periods falls."""
    table, wanted = tail.log_p, np.log(1.0 - level)
    rows = np.arange(len(table))
    node = np.clip((table > wanted).sum(axis=1) - 1, 0, _NODES - 2)
    here, there = table[rows, node], table[rows, node + 1]
    part = np.clip((here - wanted) / np.maximum(here - there, 1e-12), 0.0, 1.0)
    return np.asarray(np.sinh((node + part) / _per_node()), dtype=np.float64)


def _per_node() -> float:
    return float((_NODES - 1) / np.arcsinh(_FARTHEST))


def _table(evidence: Floats, told: Bools, group: Ints, settings: Learning) -> Floats:
    """Two-sided p-values on the grid of errors."""
    evidence = evidence - evidence.max(axis=1, keepdims=True)
    likelihood = np.exp(evidence)
    before = _before(settings)
    common = _common(likelihood[told], before, settings.prior_series, settings)
    weight = np.empty_like(likelihood)
    for kind in np.unique(group[:, 0]):
        alike: Bools = group[:, 0] == kind
        of_kind = _common(likelihood[alike & told], common, settings.like_series, settings)
        weight[alike] = likelihood[alike] * of_kind
        names, count = np.unique(group[alike, 1], return_counts=True)
        for name in names[count >= _MEMBERS] if len(names) > 1 else ():
            rows = alike & (group[:, 1] == name)
            weight[rows] = likelihood[rows] * _common(likelihood[rows & told], of_kind, settings.like_series, settings)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.log(np.maximum(2.0 * weight @ _beyond_nodes(), 1e-300))


def _common(likelihood: Floats, prior: Floats, worth: float, settings: Learning) -> Floats:
    """How common each tail is among these series (expectation and maximisation), drawn to the prior."""
    now = prior
    for _ in range(settings.rounds):
        share = now * ((1.0 / np.maximum(likelihood @ now, 1e-300)) @ likelihood)
        now = (share + worth * prior) / (len(likelihood) + worth)
    return now


def _counts(z: Floats) -> Floats:
    """How many errors of each series lie in the body or on the other side (first), and in each bin beyond."""
    edges = _edges()
    known = np.isfinite(z)
    bins = np.searchsorted(edges, np.where(known, z, -1.0), side="right")
    flat = (bins + (_BINS + 2) * np.arange(len(z))[:, None])[known]
    return np.bincount(flat, minlength=(_BINS + 2) * len(z)).reshape(len(z), _BINS + 2).astype(np.float64)


def _edges() -> Floats:
    return np.asarray(np.geomspace(_BODY, _CAP, _BINS + 1), dtype=np.float64)


@cache
def _log_chances(settings: Learning) -> Floats:
    """Log probability of each bin by each tail, [bins x tails]; a few errors are troubles, of any size beyond 3."""
    beyond = _beyond(_edges())
    beyond = (beyond - beyond[:, -1:]) / (1.0 - 2.0 * beyond[:, -1:])  # what lies beyond the last edge is left out
    chance = np.concatenate([1.0 - beyond[:, :1], beyond[:, :-1] - beyond[:, 1:], beyond[:, -1:]], axis=1)
    trouble = np.concatenate([[0.0], np.where(_edges() >= 3.0, 1.0, 0.0)])
    mixed = (1.0 - settings.spoilt) * chance + settings.spoilt * trouble / trouble.sum()
    return np.asarray(np.log(mixed.T), dtype=np.float64)


@cache
def _before(settings: Learning) -> Floats:
    """How common each tail is before there is evidence."""
    scale, degrees = _tails()
    far = (np.log(scale / settings.scale) / settings.scale_spread) ** 2
    far = far + ((1.0 / degrees - 1.0 / settings.degrees) / settings.degrees_spread) ** 2
    weight = np.exp(-0.5 * far)
    return np.asarray(weight / weight.sum(), dtype=np.float64)


@cache
def _beyond_nodes() -> Floats:
    return _beyond(np.sinh(np.arange(_NODES) / _per_node()))


def _beyond(z: Floats) -> Floats:
    """Probability of an error above z by each tail, [tails x z]."""
    from scipy.special import stdtr

    scale, degrees = _tails()
    return np.asarray(stdtr(degrees[:, None], -z[None, :] / scale[:, None]), dtype=np.float64)


def _tails() -> tuple[Floats, Floats]:
    """Scale and degrees of freedom of each tail of the grid."""
    scale, degrees = np.meshgrid(_SCALES, _DEGREES)
    return scale.ravel(), degrees.ravel()
