"""Planned events that lift, and some that did not: what is told of them. Run `python -m benchmarks.planned_lifts`."""

import argparse
from collections.abc import Sequence

import numpy as np

from benchmarks.intervals import share
from benchmarks.null_series import draw, large_counts, overdispersed_counts, revenue, small_counts
from benchmarks.power import default_gates, until
from detectors.finding import Shape
from detectors.panel import Panel
from detectors.series.judge import judge
from detectors.series.known import Masks
from detectors.series.occasions import Occasions

_PERIODS, _EVERY = 400, 14
_KINDS = (small_counts, large_counts, overdispersed_counts, revenue)
# Lift of an event, how much it scatters from event to event (log), days that it lasts, events before.
_CASES = ((2.0, 0.2, 1, 12), (1.5, 0.15, 1, 12), (1.5, 0.15, 3, 4), (1.25, 0.1, 3, 12))


def run(seeds: Sequence[int] = (61, 62), rows_each: int = 40) -> list[str]:
    """Replay the last of many like events: half of the series are lifted again, half are not."""
    lines = [
        "## Planned events: told where the lift did not come, silent where it came",
        "",
        "| lift, scatter, days, events before | "
        + " | ".join(f"{kind.__name__.replace('_', ' ')}: told where nothing moved" for kind in _KINDS)
        + " | told of those that lifted |",
        "|---|" + "---|" * (len(_KINDS) + 1),
    ]
    for case in _CASES:
        size, scatter, days, before = case
        seen = [_replayed(seed, rows_each, *case) for seed in seeds]
        flat, found = (
            np.concatenate(part).reshape(len(seeds) * len(_KINDS), rows_each) for part in zip(*seen, strict=True)
        )
        shares = [
            share(int((flat & found)[kind :: len(_KINDS)].sum()), int(flat[kind :: len(_KINDS)].sum()))
            for kind in range(len(_KINDS))
        ]
        wrong = share(int((~flat & found).sum()), int((~flat).sum()))
        lines.append(f"| x {size}, {scatter}, {days}, {before} | {' | '.join(shares)} | {wrong} |")
    return [*lines, ""]


def _replayed(
    seed: int, rows_each: int, size: float, scatter: float, days: int, before: int
) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Which series the last event did not move, and of which it was told on the day after its last one."""
    panel = draw(rows_each, _PERIODS, seed, _KINDS).panel
    rng = np.random.default_rng(seed)
    rows, last = len(panel.keys), _PERIODS - days
    starts = [last - _EVERY * back for back in range(before, -1, -1)]
    values, flat = panel.values.copy(), np.arange(rows) % 2 == 0
    for start in starts:
        lift = size * np.exp(rng.normal(0, scatter, rows))
        moved = np.where(flat & (start == last), 1.0, lift)[:, None]
        values[:, start : start + days] *= moved
    shown = Panel(
        axis=panel.axis,
        keys=panel.keys,
        types=panel.types,
        values=np.round(values),
        exposure=panel.exposure,
        factor=panel.factor,
    )
    shown = until(shown, _PERIODS)
    answer = judge(shown, last, gates=default_gates(shown), masks=_calendar(rows, starts, days))
    told = {f.key for f in answer.findings if f.shape is Shape.MISSING_LIFT}
    return flat, np.array([key in told for key in shown.keys], dtype=np.bool_)


def _calendar(rows: int, starts: list[int], days: int) -> Masks:
    start = np.array(starts)
    explained, none = (np.zeros((rows, _PERIODS), dtype=np.bool_) for _ in range(2))
    for first in starts:
        explained[:, first : first + days] = True
    occasions = Occasions(
        start=start,
        stop=start + days,
        echo=start + days,
        over=np.ones(len(start), dtype=np.bool_),
        title=np.arange(len(start)),
        kind=np.zeros(len(start), dtype=np.int64),
        lift=np.full(len(start), np.log(1.15)),
        lasting=np.zeros(len(start), dtype=np.bool_),
        share=np.ones((rows, len(start))),
    )
    return Masks(exempt=none, explained=explained, breaks=none, occasions=occasions)


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, action="append")
    arguments.add_argument("--rows", type=int, default=40, help="series of each kind")
    chosen = arguments.parse_args()
    print("\n".join(run(chosen.seed or (61, 62), chosen.rows)))


if __name__ == "__main__":
    main()
