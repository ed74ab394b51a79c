"""Series by the hour, judged by themselves: are false alarms as rare as promised, and what is found? `python -m benchmarks.hours`.

Shops are accounts of 60 series; prices and mentions that come in bursts are accounts of one series, with nothing to
pool with. Everything at the default sensitivity (two false alerts a month), seeds that nothing was chosen on.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.hour_series import DAY, SHOPS, WANDERERS, WEEK, Draw, draw
from benchmarks.intervals import rate, share
from benchmarks.power import default_gates, until
from benchmarks.results import headline
from detectors.panel import Bools, Floats, KpiType, Panel
from detectors.series.judge import judge
from detectors.series.memory import Memory

SEEDS = (901, 902, 903, 904)
_HISTORY, _JUDGED = 8 * WEEK, 2 * WEEK
_OF_A_SHOP, _ALONE = 15, 6
# Alarms so many hours apart or closer are one event.
_APART = DAY
# When a planted change is looked at: hours after its beginning.
_LOOKS = (1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48)


@dataclass(frozen=True, kw_only=True)
class Change:
    """`left` of what is usual remains (or comes) for so many hours, from an hour of the day on."""

    name: str
    hour: int
    hours: int
    left: float


OF_SHOPS = (
    Change(name="nothing comes for 3 hours", hour=14, hours=3, left=0.03),
    Change(name="half lost for 4 hours of an evening", hour=18, hours=4, left=0.5),
    Change(name="a third lower for good", hour=11, hours=48, left=0.66),
)
OF_WANDERERS = (
    Change(name="four times the usual for 6 hours", hour=10, hours=6, left=4.0),
    Change(name="twice the usual for a day", hour=8, hours=24, left=2.0),
    Change(name="a third of the usual for a day", hour=8, hours=24, left=0.33),
)


def run(seeds: Sequence[int] = SEEDS) -> list[str]:
    """Both tables."""
    kinds: list[tuple[Draw, int, int]] = [(make, _OF_A_SHOP, 60) for make in SHOPS]
    kinds += [(make, 1, 1) for make in WANDERERS]
    lines = ["## Hours", "", "| kind | p = .05 | .01 | .001 | false events per series-week |", "|---|---|---|---|---|"]
    for make, rows, watched in kinds:
        told: list[int] = []
        weeks: list[float] = []
        p: list[Floats] = []
        for panel in _panels(make, rows, seeds):
            events, seen = _quiet(panel, watched)
            told.append(events)
            weeks.append(rows * _JUDGED / WEEK)
            p.append(seen[np.isfinite(seen)])
        low, high = rate(told, weeks)
        rates = " | ".join(f"{float((np.concatenate(p) < a).mean() / a):.2f}" for a in (0.05, 0.01, 0.001))
        lines.append(f"| {make.__name__} | {rates} | {sum(told) / sum(weeks):.3f} ({low:.3f} to {high:.3f}) |")
        if make in WANDERERS:
            reached = f"{sum(told) / sum(weeks):.2f} ({low:.2f} to {high:.2f})"
            lines.insert(2, headline(f"{make.__name__} by the hour: false events per series-week", "<= .10", reached))
    lines += ["", "| change | kind | found while it lasts | hours until half of them are told |", "|---|---|---|---|"]
    for make, rows, watched in kinds:
        for change in OF_WANDERERS if make in WANDERERS else OF_SHOPS:
            delays = [d for panel in _panels(make, rows, seeds) for d in _found(panel, change, watched)]
            found = [d for d in delays if np.isfinite(d)]
            half = float(np.median(delays))
            lines.append(
                f"| {change.name} | {make.__name__} | {share(len(found), len(delays))} | "
                f"{f'{half:.0f}' if np.isfinite(half) else 'not half'} |"
            )
    return [*lines, ""]


def _panels(make: Draw, rows: int, seeds: Sequence[int]) -> list[Panel]:
    n = _HISTORY + _JUDGED + 2 * DAY
    accounts = 1 if rows > 1 else _ALONE
    return [draw(rows, n, 100 * seed + i, (make,)).panel for seed in seeds for i in range(accounts)]


def _quiet(panel: Panel, watched: int) -> tuple[int, Floats]:
    """Events told of a panel without any, and the p-values."""
    told, p = 0, []
    for first in range(_HISTORY, _HISTORY + _JUDGED, WEEK):
        now = until(panel, first + WEEK)
        judged = judge(now, first, gates=default_gates(now, watched=watched))
        p.append(judged.expectation.p_value[:, first:])
        by_row: dict[int, list[tuple[int, int]]] = {}
        for finding in judged.findings:
            end = now.axis.position(finding.end) if finding.end else len(now.axis)
            by_row.setdefault(now.keys.index(finding.key), []).append((now.axis.position(finding.start), end))
        told += sum(_events(spans) for spans in by_row.values())
    return told, np.concatenate(p, axis=1)


def _events(spans: Sequence[tuple[int, int]]) -> int:
    count, last = 0, -_APART - 1
    for start, end in sorted(spans):
        count += start > last + _APART
        last = max(last, end)
    return count


def _found(panel: Panel, change: Change, watched: int) -> list[float]:
    """Hours until each series' change is told; infinite: not while it lasts."""
    start = _HISTORY + change.hour
    changed = _with(panel, change, start)
    memory, delay = Memory(), np.full(len(panel.keys), np.inf)
    last = start
    for look in [look for look in _LOOKS if look <= change.hours]:
        now = until(changed, start + look)
        for finding in judge(now, last, gates=default_gates(now, watched=watched), memory=memory).findings:
            row = now.keys.index(finding.key)
            if now.axis.position(finding.start) >= start - 2:
                delay[row] = min(delay[row], look)
        last = start + look
    return [float(d) for d in delay]


def _with(panel: Panel, change: Change, start: int) -> Panel:
    values = panel.values.copy()
    span = slice(start, start + change.hours)
    counts: Bools = np.array([kind is KpiType.COUNT for kind in panel.types])
    changed = values[:, span] * change.left
    # Which of the counted are left is luck; money and ratios are taken as they are.
    luck = np.random.default_rng(int(values[0, 0]) if np.isfinite(values[0, 0]) else 0)
    thinned = np.nan_to_num(values[:, span][counts]).astype(np.int64)
    changed[counts] = luck.binomial(thinned, change.left) if change.left < 1 else np.round(changed[counts])
    values[:, span] = changed
    return replace(panel, values=values)


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, action="append")
    print("\n".join(run(arguments.parse_args().seed or SEEDS)))


if __name__ == "__main__":
    main()
