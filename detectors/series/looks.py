"""What each look at a period that fills up may use of the false alarms that are accepted for it.

A period that is judged at many ages has as many chances to alarm by accident. As in trials that are looked at before
their end, each look spends what it newly knows: of the whole, by the power family of Kim and DeMets (*Biometrika* 1987,
after Lan and DeMets 1983), the square of the information that is in. So an early look must be sure, and the last one
loses next to nothing.
"""

import numpy as np

from detectors.panel import Floats
from detectors.series.maturity import Completeness

_POWER = 2.0
# A look that brings next to nothing new is left this part.
_LEAST = 0.01


def stakes(sigma: Floats, age: Completeness, first: int, judged: int) -> Floats:
    """[series x periods] the part of a period's accepted false alarms that this look may use up.

    sigma: scatter of periods that are complete. Periods [first, judged) were judged before, those from `judged` on are new.
    """
    rows, n = sigma.shape
    out = np.ones((rows, n))
    now = slice(first, n)
    _, variance, held = (array[:, now] for array in age.over(n))
    if not (variance > 0).any():
        return out
    known = sigma[:, now] ** 2 / (sigma[:, now] ** 2 + variance)
    known = np.where(held | ~np.isfinite(known), 0.0, known)
    spent = np.maximum.accumulate(known[:, ::-1], axis=1)[:, ::-1] ** _POWER
    before = np.concatenate([spent[:, 1:], np.zeros((rows, 1))], axis=1)
    again = (np.arange(first, n) < judged) & (before < 1.0)
    out[:, now] = np.maximum(np.where(again, spent - before, spent), _LEAST)
    return out


def adding_up(sigma: Floats, age: Completeness) -> Floats:
    """[series x periods] the part of its error with which a period counts among several.

    What is not known of their completeness is common to all young periods, and does not average out: where n of them
    are added up, it grows with n, what is their own with the root of n.
    """
    rows, n = sigma.shape
    newest = slice(max(n - age.ages, 0), n)
    common = age.common[:, age.ages - (n - newest.start) :]
    n_young = np.sqrt(common).sum(axis=1) ** 2 / np.maximum(common.sum(axis=1), 1e-12)
    out = np.ones((rows, n))
    out[:, newest] = 1.0 / np.sqrt(1.0 + np.maximum(n_young[:, None] - 1.0, 0.0) * common / sigma[:, newest] ** 2)
    return np.nan_to_num(out, nan=1.0)
