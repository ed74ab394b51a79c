"""Periods of unusual length: the hour that clocks repeat is two hours long, and its counts are those of two hours."""

from dataclasses import replace

import numpy as np

from detectors.cadence import Unit
from detectors.panel import Axis, Floats, KpiType, Panel
from detectors.series.shown import Expectation

_SECONDS = {Unit.MINUTE: 60, Unit.HOUR: 3600}


def lengths(axis: Axis) -> Floats:
    """[periods] how many times its usual length each period is; days and longer are compared as they are."""
    seconds = _SECONDS.get(axis.cadence.unit, 0) * axis.cadence.count
    if not seconds:
        return np.ones(len(axis))
    length: Floats = np.diff(axis.edges.astype("datetime64[s]")).astype(np.float64) / seconds
    return length


def as_rates(panel: Panel, length: Floats) -> Panel:
    """The panel with counts and amounts by usual length; nothing is known of a period that has none."""
    if (length == 1.0).all():
        return panel
    real = np.where(length > 0, length, np.nan)
    values = np.where(_adds_up(panel)[:, None], panel.values / real, np.where(np.isnan(real), np.nan, panel.values))
    return replace(panel, values=values)


def of_periods(expectation: Expectation, panel: Panel, length: Floats) -> Expectation:
    """The expectation of a panel of rates, for the periods as long as they are."""
    if (length == 1.0).all():
        return expectation
    factor = np.where(_adds_up(panel)[:, None], length, 1.0)
    return replace(
        expectation,
        expected=expectation.expected * factor,
        lower=expectation.lower * factor,
        upper=expectation.upper * factor,
        error_scale=expectation.error_scale * factor,
    )


def _adds_up(panel: Panel) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([kind in (KpiType.COUNT, KpiType.AMOUNT) for kind in panel.types], dtype=np.bool_)
