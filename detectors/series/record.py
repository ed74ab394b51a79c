"""A series' own record of far errors: what often strays far is no news when it does so again.

Prices of an auction jump, mentions of a brand come in bursts: their far errors are neither as rare nor as short as a
Student t says that fits the rest. If tails were right, -log p of past far errors would be exponential with mean 1;
where a series' own mean is m, p becomes p^(1/m): a heavier tail of the same family, by as much as its past shows.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from detectors.panel import Bools, Floats


@dataclass(frozen=True, kw_only=True)
class Record:
    """How the record is kept."""

    far: Annotated[float, Gt(0)] = 0.05  # p-values below which an error is far
    prior: Annotated[float, Gt(0)] = 8.0  # far errors of the size of the panel's that every series begins with
    # The panel's begin with so many of such a size: few series know little of how far they may stray.
    panel_prior: Annotated[float, Gt(0)] = 30.0
    size: Annotated[float, Gt(0)] = 2.0
    most: Annotated[float, Gt(0)] = 14.0  # a single error counts for so much at most (-log p)

    def heavier(self, p: Floats, error: Floats, teaches: Bools) -> Floats:
        """P-values [series x periods] by the record of the periods that teach, each side by itself."""
        result = p.copy()
        with np.errstate(invalid="ignore"):
            far = p < self.far
        size = np.where(far, np.minimum(-np.log(np.maximum(p, 1e-300) / self.far), self.most), 0.0)
        for sign in (1.0, -1.0):
            side = far & (error * sign > 0)
            past = side & teaches
            count, total = past.sum(axis=1), np.where(past, size, 0.0).sum(axis=1)
            panel = (total.sum() + self.panel_prior * self.size) / (count.sum() + self.panel_prior)
            mean = (total + self.prior * panel) / (count + self.prior)
            power = 1.0 / np.maximum(mean, 1.0)
            result = np.where(side, self.far * (p / self.far) ** power[:, None], result)
        return result
