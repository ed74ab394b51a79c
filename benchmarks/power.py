"""What is found at the budget of false alerts: changes planted in null series and replayed day by day."""

from dataclasses import replace

import numpy as np

from benchmarks.null_series import draw
from detectors.panel import Axis, Bools, Floats, Ints, KpiType, Panel
from detectors.series.budget import thresholds
from detectors.series.gates import Gates
from detectors.series.judge import judge
from detectors.series.memory import Memory

_WITHIN = (1, 3, 7, 14)
_TOGETHER = (1, 4)
_CHANGES = (
    ("spike 3 sd", 3.0, "spike"),
    ("spike 5 sd", 5.0, "spike"),
    ("step 2 sd", 2.0, "step"),
    ("step 3 sd", 3.0, "step"),
    ("ramp to 3 sd in 14 days", 3.0, "ramp"),
)


def until(panel: Panel, end: int) -> Panel:
    """Cut the panel to what it was before period `end`."""
    axis = Axis(panel.axis.cadence, panel.axis.local[:end], panel.axis.edges[: end + 1])
    return replace(panel, axis=axis, values=panel.values[:, :end], exposure=panel.exposure[:, :end])


def default_gates(panel: Panel, watched: int = 100, min_change: float = 0.10, min_volume: float = 10.0) -> Gates:
    """Take the defaults of the configuration, at the budget of an account that watches so many series."""
    rows = len(panel.keys)
    part, accepted = np.full(rows, 1.0 / watched), np.full(rows, 2.0)
    return Gates(
        p_value=thresholds(part, panel.axis.cadence, accepted),
        bursts=thresholds(part, panel.axis.cadence, accepted, most=1.0),
        direction=np.zeros(rows),
        min_change=np.full(rows, min_change),
        min_absolute=np.zeros(rows),
        min_volume=np.full(rows, min_volume),
        persist_periods=np.ones(rows),
    )


def power(rows_each: int, n: int, seed: int, days: int = 14) -> list[str]:
    """Share of planted changes that a daily replay finds in time, at the default budget of 100 series."""
    drawn = draw(rows_each, n, seed)
    kinds = np.array(drawn.kind)
    lines = ["## Power", "", f"Share found within so many days, {rows_each} series a kind; all kinds first.", ""]
    lines += ["Series of one channel move at once, and their chance has nothing in common.", ""]
    lines += [
        "| change | kind | of a channel at once | 1 | 3 | 7 | 14 | start within 1 day |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for label, size, shape in _CHANGES:
        for together in _TOGETHER:
            place = np.arange(len(kinds)) // together
            delay, dated = _replayed(_placed(drawn.panel, place), place, size, shape, n - days, days)
            delay = np.array([delay[place == own].min() for own in place])  # one that is found tells of all
            near = float(np.mean(np.abs(np.array(dated or [99])) <= 1))
            for name in ["all", *dict.fromkeys(drawn.kind)]:
                rows: Bools = (kinds == name) | (name == "all")
                shares = " | ".join(f"{float((delay[rows] <= k).mean()):.2f}" for k in _WITHIN)
                dates = f"{near:.2f}" if name == "all" else ""
                lines.append(f"| {label} | {name.replace('_', ' ')} | {together} | {shares} | {dates} |")
    return [*lines, ""]


def _placed(panel: Panel, place: Ints) -> Panel:
    """The same series in channels of their own."""
    keys = (replace(key, channel=f"channel {number}") for key, number in zip(panel.keys, place, strict=True))
    return replace(panel, keys=tuple(keys))


def _replayed(panel: Panel, place: Ints, size: float, shape: str, onset: int, days: int) -> tuple[Floats, list[int]]:
    """Days until each series' change is found, and by how much its beginning is misdated."""
    changed = _changed(panel, place, size, shape, onset, days)
    memory, delay, dated = Memory(), np.full(len(panel.keys), np.inf), []
    for end in range(onset + 1, onset + 2 if shape == "spike" else onset + days + 1):
        now = until(changed, end)
        index = {key: i for i, key in enumerate(now.keys)}
        gates = default_gates(now, min_change=0.0, min_volume=0.0)
        for finding in judge(now, end - 1, gates=gates, memory=memory).findings:
            row, start = index[finding.key], panel.axis.position(finding.start)
            if np.isinf(delay[row]) and start >= onset - 3:
                delay[row] = end - onset
                dated.append(start - onset)
    return delay, dated


def _changed(panel: Panel, place: Ints, size: float, shape: str, onset: int, days: int) -> Panel:
    """Plant a change of so many standard deviations, up and down by turns of the channels."""
    sd = _noise_sd(panel, onset)
    sign = np.where(place % 2 == 0, -1.0, 1.0)
    form = {"spike": np.eye(days)[0], "step": np.ones(days), "ramp": np.arange(1, days + 1) / days}[shape]
    values = panel.values.copy()
    values[:, onset:] += form * (size * sd * sign)[:, None]
    floor = np.where(np.array([t == KpiType.LEVEL for t in panel.types]), -np.inf, 0.0)[:, None]
    values = np.maximum(values, floor)
    counts = np.array([t == KpiType.COUNT for t in panel.types])
    values[counts] = np.round(values[counts])
    return replace(panel, values=values)


def _noise_sd(panel: Panel, first: int) -> Floats:
    """Day-to-day scale of each series around its weekly pattern, robustly: relative, or in units for levels."""
    past = panel.values[:, first - 84 : first]
    change = past[:, 7:] - past[:, :-7]
    scale: Floats = 1.4826 * np.median(np.abs(change), axis=1) / np.sqrt(2)
    return scale
