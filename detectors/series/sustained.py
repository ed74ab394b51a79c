"""Tests for changes that last, on the errors of a level that follows them.

After a step of size d the level closes in on it, so the errors fade: d, d(1-a), d(1-a)^2, ... The best test adds the
errors with just these weights (the generalised likelihood ratio of Willsky and Jones, IEEE TAC 1976). A ramp is one
step after another, so its weights are sums of theirs. All starts and all ends are computed at once, in one pass.
"""

from collections.abc import Iterator

import numpy as np

from detectors.panel import Floats, Ints


def steps_and_ramps(
    z: Floats, share: Floats, longest: int, *, ramps: bool = True
) -> Iterator[tuple[int, Floats, Floats, Floats]]:
    """For k = 1 .. longest yield (k, step score, ramp score, step size in sigmas), each [series x periods].

    Entry [s, t] tests a change that begins at period t - k + 1, seen up to t. Scores are standard normal without one.
    Without `ramps` their score is 0. Unknown errors neither help nor hurt. Errors are trimmed to +-3.5, so that a
    single spike is no lasting change.
    """
    known = np.isfinite(z)
    error = np.where(known, np.clip(np.nan_to_num(z), -3.5, 3.5), 0.0)
    keep = 1.0 - np.nan_to_num(share)
    weight = known.astype(np.float64)
    shape = z.shape
    step, power = np.zeros(shape), np.zeros(shape)
    ramp, ramp_power, cross = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    n = shape[1]
    for k in range(1, min(longest, n) + 1):
        # Column t of these arrays belongs to the change that begins at t - k + 1.
        back = slice(0, n - k + 1)
        now = slice(k - 1, n)
        b, e, w = keep[:, back], error[:, back], weight[:, back]
        if ramps:
            cross[:, now] = b * (power[:, now] + cross[:, now])
        step[:, now] = e + b * step[:, now]
        power[:, now] = w + b**2 * power[:, now]
        if ramps:
            ramp[:, now] += step[:, now]
            ramp_power[:, now] += power[:, now] + 2.0 * cross[:, now]
        safe = np.maximum(power, 1e-9)
        yield k, step / np.sqrt(safe), ramp / np.sqrt(np.maximum(ramp_power, 1e-9)) if ramps else ramp, step / safe


def possible(z: Floats, least: Floats) -> Ints:
    """Rows in which a score of `least` [series] can be reached at all.

    Weights are positive, so no score exceeds the root of the sum of the squared errors of its sign (Cauchy-Schwarz).
    """
    error = np.clip(np.nan_to_num(z), -3.5, 3.5)
    up, down = ((np.maximum(sign * error, 0.0) ** 2).sum(axis=1) for sign in (1.0, -1.0))
    return np.flatnonzero(np.sqrt(np.maximum(up, down)) >= least)


def unsteadiness(past: Floats, share: Floats, rows: Ints, longest: int, prior: float = 8.0) -> Floats:
    """How much wider the scores of each chosen row scatter than those of all, 1 or more.

    Errors that hang together in time (bursts, sends of differing size) raise a series' own past scores. Independent
    stretches are few, so the own scatter counts against a prior of so many stretches of the panel's.
    """
    every = slice(None, None, max(1, len(past) // 150))
    stretches = np.isfinite(past[rows]).sum(axis=1) / (longest / 2.0)
    ratio = np.zeros(len(rows))
    lengths = 0
    mine = steps_and_ramps(past[rows], share[rows], longest, ramps=False)
    theirs = steps_and_ramps(past[every], share[every], longest, ramps=False)
    for (k, own, _, _), (_, pool, _, _) in zip(mine, theirs, strict=True):
        if k >= 3 and past.shape[1] > longest:
            usual = float(np.mean(pool[:, longest:] ** 2))
            ratio += np.mean(own[:, longest:] ** 2, axis=1) / max(usual, 0.3)
            lengths += 1
    if lengths == 0:
        return np.ones(len(rows))
    mixed = (stretches * ratio / lengths + prior) / (stretches + prior)
    wider: Floats = np.sqrt(np.clip(mixed, 1.0, 4.0))
    return wider


def sample(z: Floats, most: int = 400) -> slice:
    """Choose evenly spread rows for what is learned over the whole panel."""
    return slice(None, None, max(1, len(z) // most))


def inflation(past: Floats, quantile: float, expected: float, least: float = 1.0, most: float = 1.8) -> float:
    """How much wider past scores scatter than theory says, because errors hang together in time."""
    known = past[np.isfinite(past)]
    if len(known) < 50:
        return 1.2
    return float(np.clip(np.quantile(known, quantile) / expected, least, most))
