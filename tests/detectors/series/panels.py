"""Small panels for the tests of judging."""

from dataclasses import replace

import numpy as np

from detectors.cadence import Cadence
from detectors.panel import Axis, Floats, KpiType, Panel, SeriesKey
from detectors.series.budget import thresholds
from detectors.series.gates import Gates

_STEP = {"hour": "h", "day": "D", "week": "W", "month": "M", "quarter": "M", "year": "Y"}


def axis(periods: int, cadence: str = "day") -> Axis:
    count = 3 if cadence == "quarter" else 1
    starts = (
        np.datetime64("2023-01-02" if cadence == "week" else "2023-01", "D").astype(f"datetime64[{_STEP[cadence]}]")
        + count * np.arange(periods + 1)
    ).astype("datetime64[s]")
    return Axis(Cadence.parse(cadence), starts[:-1], starts)


def panel(values: Floats, kind: KpiType = KpiType.COUNT, exposure: Floats | None = None, cadence: str = "day") -> Panel:
    rows, periods = values.shape
    return Panel(
        axis=axis(periods, cadence),
        keys=tuple(SeriesKey("shop", "stores", f"kpi_{i}") for i in range(rows)),
        types=(kind,) * rows,
        values=values.astype(np.float64),
        exposure=np.full(values.shape, np.nan) if exposure is None else exposure,
        factor=np.ones(rows),
    )


def gates(
    of: Panel,
    watched: int = 100,
    direction: float = 0.0,
    min_change: float = 0.1,
    min_volume: float = 10.0,
    persist: float = 1.0,
) -> Gates:
    rows = len(of.keys)
    part, accepted = np.full(rows, 1.0 / watched), np.full(rows, 2.0)
    return Gates(
        p_value=thresholds(part, of.axis.cadence, accepted),
        bursts=thresholds(part, of.axis.cadence, accepted, most=1.0),
        direction=np.full(rows, direction),
        min_change=np.full(rows, min_change),
        min_absolute=np.zeros(rows),
        min_volume=np.full(rows, min_volume),
        persist_periods=np.full(rows, persist),
    )


def until(of: Panel, end: int) -> Panel:
    return replace(
        of,
        axis=Axis(of.axis.cadence, of.axis.local[:end], of.axis.edges[: end + 1]),
        values=of.values[:, :end],
        exposure=of.exposure[:, :end],
    )


def weekly_counts(rows: int, periods: int, mean: float = 400.0, seed: int = 1) -> Floats:
    rng = np.random.default_rng(seed)
    week = np.exp(0.25 * np.sin(np.arange(periods) * 2 * np.pi / 7))
    counts: Floats = rng.poisson(mean * week * np.exp(rng.normal(0, 0.03, (rows, periods)))).astype(np.float64)
    return counts
