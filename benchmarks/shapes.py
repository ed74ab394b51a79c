"""Are shapes told apart? Planted on null series and replayed day by day. Run `python -m benchmarks.shapes`."""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.intervals import share
from benchmarks.planted_shapes import Planted, Told, drawn, planted, replayed
from benchmarks.results import headline
from detectors.finding import Shape

_PERIODS, _DAYS = 330, 30
# What each planted shape should be called; some have two right names (a step of one day is a dip until the third).
_RIGHT: dict[Planted, frozenset[str]] = {
    Planted.SPIKE: frozenset({Shape.SPIKE}),
    Planted.DIP: frozenset({Shape.DIP}),
    Planted.STEP_UP: frozenset({Shape.STEP_UP}),
    Planted.STEP_DOWN: frozenset({Shape.STEP_DOWN}),
    Planted.DRIFT_UP: frozenset({Shape.DRIFT_UP, Shape.STEP_UP}),
    Planted.DRIFT_DOWN: frozenset({Shape.DRIFT_DOWN, Shape.STEP_DOWN}),
    Planted.FROZEN: frozenset({Shape.FLATLINE}),
    Planted.ZERO: frozenset({Shape.FLATLINE}),
    Planted.MISSING: frozenset({"no value"}),
    Planted.UNEVEN: frozenset({Shape.VARIANCE}),
}


def run(seeds: Sequence[int] = (61, 62), rows_each: int = 11, sigmas: float = 6.0) -> list[str]:
    """Plant every shape, replay, and report what it was called, its date, and how often it was reported."""
    told: dict[Planted, list[tuple[Told, int]]] = {shape: [] for shape in Planted}
    onset = _PERIODS - _DAYS
    for seed in seeds:
        panel = drawn(rows_each, _PERIODS, seed).panel
        shapes = [list(Planted)[(i * 7 + i // 11) % len(Planted)] for i in range(len(panel.keys))]
        changed = planted(panel, shapes, onset, sigmas, seed)
        for shape, answer in zip(shapes, replayed(changed, onset), strict=True):
            told[shape].append((answer, onset))
    names = [s.value for s in Shape if s not in (Shape.MISSING, Shape.DUPLICATE, Shape.RESTATED, Shape.MISSING_LIFT)]
    lines = [
        f"## Shapes told apart: {sigmas:g} daily scales, {len(seeds)} x {12 * rows_each} null series, {_DAYS} days after",
        "",
        *_headlines(told),
        "",
        f"| planted | {' | '.join(names)} | no value | nothing | told as that shape | onset within 1 | reported once |",
        "|---|" + "---|" * (len(names) + 5),
    ]
    for shape, answers in told.items():
        last = Counter(_name(answer) for answer, _ in answers)
        counts = " | ".join(str(last[name] or "") for name in [*names, "no value", "nothing"])
        found = [(a, o) for a, o in answers if a.shapes]
        right = sum(_is_right(shape, a) for a, _ in answers)
        dated = share(sum(abs(a.start - o) <= 1 for a, o in found), len(found))
        once = share(sum(len(a.shapes) == 1 for a, _ in found), len(found))
        lines.append(f"| {shape} | {counts} | {share(right, len(answers))} | {dated} | {once} |")
    return [*lines, "", *second(seeds[0])]


def second(seed: int, rows_each: int = 8, sigmas: float = 5.0) -> list[str]:
    """A second trouble 10 and 30 days after a first one: found as well as without it?"""
    lines = ["| second dip | found with an earlier trouble of 5 days | without it |", "|---|---|---|"]
    panel = drawn(rows_each, _PERIODS, seed + 100).panel
    onset = _PERIODS - 1
    dips = planted(panel, [Planted.DIP] * len(panel.keys), onset, sigmas, seed)
    alone = replayed(dips, onset)
    for apart in (10, 30):
        earlier = dips.values.copy()
        span = slice(onset - apart - 5, onset - apart)
        earlier[:, span] = np.round(earlier[:, span] * 0.5, 6)
        past = np.zeros(earlier.shape, dtype=np.bool_)
        past[:, span] = True
        both = replayed(replace(dips, values=earlier), onset, past)
        hits = [sum(Shape.DIP in {last for _, last in t.shapes} for t in answers) for answers in (both, alone)]
        lines.append(f"| after {apart} days | {share(hits[0], len(both))} | {share(hits[1], len(alone))} |")
    return [*lines, ""]


def _headlines(told: dict[Planted, list[tuple[Told, int]]]) -> list[str]:
    """What the overview repeats: over all planted shapes."""
    pairs = [(shape, answer, onset) for shape in _RIGHT for answer, onset in told[shape]]
    found = [(answer, onset) for _, answer, onset in pairs if answer.shapes]
    return [
        headline(
            "Planted shapes told as what they are", "most", share(sum(_is_right(s, a) for s, a, _ in pairs), len(pairs))
        ),
        headline(
            "Onset dated within 1 period", "most", share(sum(abs(a.start - o) <= 1 for a, o in found), len(found))
        ),
        headline("Reported once", "all", share(sum(len(a.shapes) == 1 for a, _ in found), len(found))),
    ]


def _is_right(shape: Planted, answer: Told) -> bool:
    return _name(answer) in _RIGHT.get(shape, frozenset({"nothing"}))


def _name(answer: Told) -> str:
    """What the first trouble was called in the end."""
    if answer.shapes:
        return answer.shapes[0][1]
    return "no value" if answer.silent else "nothing"


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, action="append")
    arguments.add_argument("--rows", type=int, default=11, help="series of each kind")
    arguments.add_argument("--sigmas", type=float, default=6.0)
    chosen = arguments.parse_args()
    print("\n".join(run(chosen.seed or (61, 62), chosen.rows, chosen.sigmas)))


if __name__ == "__main__":
    main()
