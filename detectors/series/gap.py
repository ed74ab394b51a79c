"""Series that could not be judged because the newest values are missing."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from detectors.finding import NotJudged, Reason
from detectors.panel import Bools, Floats, SeriesKey


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A series reports if it had a value in at least half of the `usual` periods before; silent ones are not missed."""

    usual: Annotated[int, Ge(2)] = 14

    def not_judged(self, keys: tuple[SeriesKey, ...], values: Floats, first: int, resting: Bools) -> list[NotJudged]:
        """One answer for each reporting series without any value in the judged periods that are none of rest."""
        before = np.isfinite(values[:, max(0, first - self.usual) : first])
        reports = before.mean(axis=1) >= 0.5 if before.shape[1] else np.zeros(len(keys), dtype=np.bool_)
        silent = ~(np.isfinite(values[:, first:]) | resting[:, first:]).any(axis=1)
        return [NotJudged(keys[i], Reason.NO_VALUE) for i in np.flatnonzero(reports & silent)]
