"""The median of each row, many times faster than numpy's where values are missing."""

import numpy as np

from detectors.panel import Floats


def median(values: Floats) -> Floats:
    """Median over the columns of each row; NaN where nothing is known."""
    if values.shape[1] == 0:
        return np.full(len(values), np.nan)
    ordered = np.sort(values, axis=1)  # NaN goes last
    count = np.isfinite(values).sum(axis=1)
    rows = np.arange(len(values))
    middle: Floats = (ordered[rows, np.maximum(count - 1, 0) // 2] + ordered[rows, count // 2 * (count > 0)]) / 2
    return middle
