"""Prices and mentions that burst by themselves: are bursts larger than they ever had told, and only those?

Accounts of one series by the hour, judged day by day for six weeks; what was told is an incident and is judged no more.
Series with planted bursts and the same without; seeds that nothing was chosen on. Run `python -m benchmarks.rare_bursts`.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.hour_series import DAY, WANDERERS, WEEK, draw
from benchmarks.intervals import rate, share
from benchmarks.power import default_gates, until
from benchmarks.results import headline
from detectors.panel import KpiType, Panel
from detectors.series.judge import judge
from detectors.series.memory import Memory

SEEDS = (7200, 7201, 7202, 7203)
_HISTORY, _JUDGED, _ALONE = 4 * WEEK, 6 * WEEK, 4
# How long a burst lasts, and how large it is beside the largest hour of the four weeks before.
_HOURS, _SIZES = (1, 2, 4, 8), (0.9, 2.5)
# A burst is told by what is told at most so many hours before or after it; what lies further apart are two events.
_AROUND, _APART = 18, DAY
Span = tuple[int, int]


def run(seeds: Sequence[int] = SEEDS) -> list[str]:
    """What is told of bursts, and what else."""
    lines = ["## Bursts larger than ever", ""]
    lines += ["| kind | planted | told | other events | per series-week | event F1 |", "|---|---|---|---|---|---|"]
    for make in WANDERERS:
        for planted in (True, False):
            hit, many, false, weeks = 0, 0, [], []
            for seed in (100 * seed + i for seed in seeds for i in range(_ALONE)):
                panel = draw(1, _HISTORY + _JUDGED, seed, (make,)).panel
                panel, bursts = _with_bursts(panel, seed) if planted else (panel, [])
                told, others = _matched(_told(panel), bursts)
                hit, many = hit + told, many + len(bursts)
                false.append(others)
                weeks.append(_JUDGED / WEEK)
            low, high = rate(false, weeks)
            often = f"{sum(false) / sum(weeks):.3f} ({low:.3f} to {high:.3f})"
            f1 = f"{2 * hit / (hit + sum(false) + many):.2f}" if many else ""
            lines.append(
                f"| {make.__name__} | {many} | {share(hit, many) if many else ''} | {sum(false)} | {often} | {f1} |"
            )
            if planted:
                lines.insert(2, headline(f"{make.__name__} with bursts larger than ever: event F1", "> 0.80", f1))
    return [*lines, ""]


def _with_bursts(panel: Panel, seed: int) -> tuple[Panel, list[Span]]:
    """Now and then a burst about as large as, or larger than, any of the four weeks before, fading."""
    luck, values, bursts = np.random.default_rng([seed, 1]), panel.values.copy(), []
    y = values[0]
    start = _HISTORY + DAY + int(luck.exponential(WEEK))
    while start < len(y) - 2 * DAY:
        hours = int(luck.choice(_HOURS))
        size = luck.uniform(*_SIZES) * np.nanmax(y[start - 4 * WEEK : start])
        more = size * np.exp(-np.arange(hours) / max(hours / 2, 1))
        y[start : start + hours] += np.round(more) if panel.types[0] is KpiType.COUNT else more
        bursts.append((start, start + hours))
        start += WEEK + int(luck.exponential(2 * WEEK))
    return replace(panel, values=values), bursts


def _told(panel: Panel) -> list[int]:
    """Hours at which something new is told."""
    memory, known = Memory(), np.zeros(panel.values.shape, dtype=np.bool_)
    told = []
    for first in range(_HISTORY, _HISTORY + _JUDGED, DAY):
        now = until(panel, first + DAY)
        excluded = known[:, : len(now.axis)]
        gates = default_gates(now, watched=1)
        for finding in judge(now, first, gates=gates, memory=memory, excluded=excluded).findings:
            start = now.axis.position(finding.start)
            end = now.axis.position(finding.end) if finding.end else len(now.axis)
            told.append(max(start, first))
            known[0, start:end] = True
    return sorted(told)


def _matched(told: Sequence[int], bursts: Sequence[Span]) -> tuple[int, int]:
    """How many bursts are told, and how many events are none."""
    hit, others, last = set(), 0, -_APART - 1
    for at in told:
        own = {burst for burst in bursts if burst[0] - _AROUND <= at <= burst[1] + _AROUND}
        hit |= own
        if not own:
            others += at > last + _APART
            last = at
    return len(hit), others


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, action="append")
    print("\n".join(run(arguments.parse_args().seed or SEEDS)))


if __name__ == "__main__":
    main()
