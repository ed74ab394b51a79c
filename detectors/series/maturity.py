"""How complete a young period is, learned from what earlier periods showed at the same age.

Marketing figures fill up for days. Day D at age 2 is compared with earlier days at age 2; where no earlier state was
kept, nothing is corrected.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from detectors.panel import Bools, Floats
from detectors.series.middle import median


@dataclass(frozen=True, kw_only=True)
class Maturity:
    """`settled` periods back a value counts as final; completeness is the median over the `learn` periods before."""

    settled: Annotated[int, Ge(1)] = 7
    learn: Annotated[int, Ge(5)] = 60
    needed: Annotated[int, Ge(3)] = 8
    negligible: float = 0.01


@dataclass(frozen=True, slots=True)
class Completeness:
    """[series]: expected share of the final value that the newest period shows, its relative variance, periods to skip.

    known: there are enough earlier states to tell. `young` periods before the newest are so far from final that they
    teach nothing (deficits are taken to halve).
    """

    share: Floats
    variance: Floats
    young: Floats
    known: Bools


def completeness(values: Floats, same_age: Floats | None, settings: Maturity) -> Completeness:
    """Learn the completeness of the newest period of each series."""
    rows, n = values.shape
    nothing = Completeness(np.ones(rows), np.zeros(rows), np.zeros(rows), np.zeros(rows, dtype=np.bool_))
    if same_age is None or n <= settings.settled + settings.needed:
        return nothing
    past = slice(max(0, n - settings.settled - settings.learn), n - settings.settled)
    final = values[:, past]
    ratio = np.where(final > 0, same_age[:, past] / np.where(final > 0, final, 1.0), np.nan)
    known = np.isfinite(ratio).sum(axis=1) >= settings.needed
    share, variance = np.ones(rows), np.zeros(rows)
    if known.any():
        middle = median(ratio[known])
        scatter = 1.4826 * median(np.abs(ratio[known] - middle[:, None]))
        real = np.abs(middle - 1.0) > settings.negligible
        share[known] = np.where(real, np.clip(middle, 0.02, 5.0), 1.0)
        variance[known] = np.where(real, (scatter / np.maximum(middle, 0.02)) ** 2, 0.0)
    deficit = np.abs(1.0 - share)
    young = np.ceil(np.log2(np.maximum(deficit, 1e-9) / 0.02)).clip(0, settings.settled)
    return Completeness(share, variance, young, known)
