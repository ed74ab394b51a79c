"""What each series must pass before it is a finding, from the tuning section. Pure."""

from collections.abc import Iterable

import numpy as np

from config.settings import Settings
from config.tune import resolver
from detectors.panel import Floats, Panel
from detectors.series.budget import thresholds
from detectors.series.gates import Gates

# What tuning's direction means to the detectors; `bad` is already resolved.
_DIRECTION = {"up": 1.0, "down": -1.0, "both": 0.0, "bad": 0.0}


def gates_of(panel: Panel, settings: Settings, budget: Floats) -> Gates:
    """What each series must pass before it is a finding, from the tuning section.

    budget: [series] the part of the accepted false alerts that each may use up.
    """
    tuning_of = resolver(settings)
    tunings = [tuning_of(key) for key in panel.keys]

    def column(values: Iterable[float]) -> Floats:
        return np.array(list(values), dtype=np.float64)

    sensitivity = column(t.sensitivity for t in tunings)
    return Gates(
        p_value=thresholds(budget, panel.axis.cadence, sensitivity),
        bursts=thresholds(budget, panel.axis.cadence, sensitivity, most=1.0),
        direction=column(_DIRECTION[t.direction] for t in tunings),
        min_change=column(t.min_change for t in tunings),
        min_absolute=column(t.min_absolute for t in tunings),
        min_volume=column(t.min_volume for t in tunings),
        persist_periods=column(t.persist_periods for t in tunings),
        good_up=np.array([_is_good_up(settings, key.kpi) for key in panel.keys], dtype=np.bool_),
    )


def _is_good_up(settings: Settings, kpi: str) -> bool:
    return kpi in settings.kpis and settings.kpis[kpi].good == "up"
