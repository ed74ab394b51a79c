"""Do the false-alarm rates hold, and what is found at that price? Prints two tables; run `python -m benchmarks.calibration`.

1. Null series of many kinds, without any incident: realised / nominal rate of p-values, coverage of the 95 % interval,
   and false findings for each series-month at the documented budget.
2. Planted changes, replayed day by day: share found within 1, 3, 7 and 14 days.
"""

import argparse
from dataclasses import replace

import numpy as np

from benchmarks.null_series import (
    draw,
)
from detectors.panel import Axis, Bools, Floats, KpiType, Panel
from detectors.series.calibrate import thresholds
from detectors.series.gates import Gates
from detectors.series.judge import judge
from detectors.series.seasonal import Memory


def until(panel: Panel, end: int) -> Panel:
    """Cut the panel to what it was before period `end`."""
    axis = Axis(panel.axis.cadence, panel.axis.local[:end], panel.axis.edges[: end + 1])
    return replace(panel, axis=axis, values=panel.values[:, :end], exposure=panel.exposure[:, :end])


def default_gates(panel: Panel, watched: int = 100, min_change: float = 0.10, min_volume: float = 10.0) -> Gates:
    """Take the defaults of the configuration, at the budget of an account that watches so many series."""
    rows = len(panel.keys)
    p = thresholds(panel.keys, panel.axis.cadence, np.full(rows, 2.0)) * rows / watched
    return Gates(
        p_value=p,
        direction=np.zeros(rows),
        min_change=np.full(rows, min_change),
        min_absolute=np.zeros(rows),
        min_volume=np.full(rows, min_volume),
        persist_periods=np.ones(rows),
    )


def calibration(rows_each: int, n: int, seed: int, days: int = 60) -> None:
    """Print realised / nominal rates over the newest `days`, which the tails have not seen."""
    drawn = draw(rows_each, n, seed)
    judgement = judge(drawn.panel, n - days, gates=default_gates(drawn.panel))
    strict = judge(drawn.panel, n - days, gates=default_gates(drawn.panel, min_change=0.0, min_volume=0.0))
    expectation, values = judgement.expectation, drawn.panel.values
    print(f"\nRealised / nominal rate on null series, {n} days, {rows_each} series a kind, newest {days} days")
    print(
        f"{'kind':24}{'p=.05':>8}{'p=.01':>8}{'p=.001':>8}{'p=1e-4':>8}{'cover95':>9}{'found/mo':>10}{'ungated/mo':>11}   (promised per series-month: {2 / 100})"
    )
    kinds = np.array(drawn.kind)
    for name in [*dict.fromkeys(drawn.kind), "all"]:
        rows = np.flatnonzero((kinds == name) | (name == "all"))
        p = expectation.p_value[rows][:, -days:]
        p = p[np.isfinite(p)]
        v, lo, hi = (a[rows][:, -days:] for a in (values, expectation.lower, expectation.upper))
        cover = float(
            ((v >= np.floor(lo) if "small" in name else v >= lo) & (v <= (np.ceil(hi) if "small" in name else hi)))[
                np.isfinite(lo)
            ].mean()
        )
        names = {drawn.panel.keys[i] for i in rows}
        months = len(rows) * days / 30.44
        found = [sum(f.key in names for f in j.findings) / months for j in (judgement, strict)]
        print(
            f"{name:24}"
            + "".join(f"{float((p < a).mean() / a):8.2f}" for a in (0.05, 0.01, 0.001, 0.0001))
            + f"{cover:9.3f}{found[0]:10.4f}{found[1]:11.4f}"
        )


def _noise_sd(panel: Panel, first: int) -> Floats:
    """Day-to-day scale of each series around its weekly pattern, robustly: relative, or in units for levels."""
    past = panel.values[:, first - 84 : first]
    change = past[:, 7:] - past[:, :-7]
    scale: Floats = 1.4826 * np.median(np.abs(change), axis=1) / np.sqrt(2)
    return scale


def power(rows_each: int, n: int, seed: int, days: int = 14) -> None:
    """Print the share of planted changes that a daily replay finds in time, at the default budget of 100 series."""
    drawn = draw(rows_each, n, seed)
    panel, kinds = drawn.panel, np.array(drawn.kind)
    onset = n - days
    sd = _noise_sd(panel, onset)
    sign = np.where(np.arange(len(sd)) % 2 == 0, -1.0, 1.0)
    for label, size, shape in (
        ("spike 3 sd", 3.0, "spike"),
        ("spike 5 sd", 5.0, "spike"),
        ("step 2 sd", 2.0, "step"),
        ("step 3 sd", 3.0, "step"),
        ("ramp to 3 sd in 14 days", 3.0, "ramp"),
    ):
        effect = np.zeros((len(sd), n))
        effect[:, onset:] = {"spike": np.eye(days)[0], "step": np.ones(days), "ramp": np.arange(1, days + 1) / days}[
            shape
        ] * (size * sd * sign)[:, None]
        values = panel.values + effect
        floor = np.where(np.array([t == KpiType.LEVEL for t in panel.types]), -np.inf, 0.0)[:, None]
        values = np.maximum(values, floor)
        counts = np.array([t == KpiType.COUNT for t in panel.types])
        values[counts] = np.round(values[counts])
        changed = replace(panel, values=values)
        memory, delay = Memory(), np.full(len(sd), np.inf)
        dated: list[int] = []
        for end in range(onset + 1, onset + 2 if shape == "spike" else n + 1):
            now = until(changed, end)
            index = {key: i for i, key in enumerate(now.keys)}
            for finding in judge(
                now, end - 1, gates=default_gates(now, min_change=0.0, min_volume=0.0), memory=memory
            ).findings:
                row = index[finding.key]
                start = panel.axis.position(finding.start)
                if np.isinf(delay[row]) and start >= onset - 3:
                    delay[row] = end - onset
                    dated.append(start - onset)
        within = [1, 3, 7, 14]
        print(
            f"\n{label}: found within {within} days; start within 1 day of the truth: {np.mean(np.abs(np.array(dated or [99])) <= 1):.2f}"
        )
        for name in [*dict.fromkeys(drawn.kind), "all"]:
            rows: Bools = (kinds == name) | (name == "all")
            print(f"{name:24}" + "".join(f"{float((delay[rows] <= k).mean()):8.2f}" for k in within))


def main() -> None:
    """Print both tables."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=150)
    arguments.add_argument("--periods", type=int, default=400)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--only", choices=("calibration", "power"))
    chosen = arguments.parse_args()
    if chosen.only != "power":
        calibration(chosen.rows, chosen.periods, chosen.seed)
        calibration(chosen.rows, 130, chosen.seed + 1, days=30)
    if chosen.only != "calibration":
        power(max(20, chosen.rows // 4), chosen.periods, chosen.seed + 2)


if __name__ == "__main__":
    main()
