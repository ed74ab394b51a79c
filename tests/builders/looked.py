"""What judging leaves behind, without judging: an ordinary look at a panel of which the newest period is new."""

from collections.abc import Mapping

import numpy as np

from daemon.verdicts import Judged
from detectors.panel import Floats, Panel
from detectors.series.gates import Gates


def looked(panel: Panel, expected: Mapping[str, Floats], *, needed: Floats) -> Judged:
    """A look with the usual gates. expected: expected, lower, upper and p_value; needed: arrays [series x newest periods]."""
    series, periods = panel.values.shape
    one, none = np.ones(series), np.zeros(panel.values.shape, dtype=np.bool_)
    return Judged(
        panel=panel,
        expected=expected,
        needed=needed,
        gates=Gates(
            p_value=1e-3 * one,
            bursts=1e-3 * one,
            direction=-one,
            min_change=0.1 * one,
            min_absolute=0 * one,
            min_volume=10 * one,
            persist_periods=one,
        ),
        sensitivity=lambda _key: 2.0,
        exempt=none,
        over=none,
        excluded=none,
        explained=none,
        new=[periods - 1] * series,
        again=[periods - 1] * series,
        count=[periods] * series,
    )
