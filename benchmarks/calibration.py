"""Do p-values hold what they say? Realised over nominal rates on null series, cell by cell.

A cell is a kind of KPI x cadence x autocorrelation, judged out of sample and before any gate, in a panel of its own
kind, in a panel of all kinds, and in panels of few series. Run `python -m benchmarks.calibration`.
"""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.intervals import share, wilson
from benchmarks.null_cells import CADENCES, KINDS, panel_of
from benchmarks.power import default_gates, power
from benchmarks.results import headline
from detectors.cadence import Unit
from detectors.panel import Bools, Floats, Panel
from detectors.series.judge import judge
from detectors.series.judging import judging_of
from detectors.series.randomised import randomised

LEVELS = (0.05, 0.01, 0.001)
MEMORIES = (0.0, 0.3, 0.6)


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many series are drawn, over how many periods, of which the newest are judged."""

    rows: int
    periods: int
    judged: int


SIZES = {
    Unit.HOUR: Size(rows=330, periods=91 * 24, judged=168),
    Unit.DAY: Size(rows=900, periods=520, judged=60),
    Unit.WEEK: Size(rows=1000, periods=208, judged=52),
}
# Series of each kind in a panel of all kinds.
TOGETHER = 150
# Accounts of ten series, one of each kind.
FEW = Size(rows=225, periods=640, judged=240)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One cell: judged points, realised over nominal rates, and the share that the 95 % interval holds."""

    kind: str
    cadence: str
    memory: float
    panel: str
    points: int
    rates: tuple[float, ...]
    coverage: float

    @property
    def holds(self) -> bool:
        """Every rate is within half and twice what is said."""
        return all(0.5 <= r <= 2.0 for r in self.rates)

    @property
    def covers(self) -> bool:
        """The interval holds 93 to 97 % of the periods."""
        return 0.93 <= self.coverage <= 0.97


def alone(unit: Unit, memory: float, seed: int, part: float = 1.0, kinds: Iterable[str] = ()) -> Iterator[Row]:
    """Panels of one kind each."""
    size = SIZES[unit]
    for kind in KINDS:
        if not kinds or kind.__name__ in kinds:
            panel = panel_of((kind,), max(10, int(size.rows * part)), unit, size.periods, memory, seed)
            yield from _rows(panel, _drawn(panel, size.judged, seed), memory, "one kind")


def together(unit: Unit, memory: float, seed: int, part: float = 1.0, named: bool = True) -> Iterator[Row]:
    """One panel of all kinds: KPIs in many segments, or series of which nothing says that they are alike."""
    size = SIZES[unit]
    panel = panel_of(KINDS, max(10, int(size.rows * part)), unit, size.periods, memory, seed, named)
    p = _drawn_in(panel, TOGETHER, size.judged, seed)
    yield from _rows(panel, p, memory, "all KPIs" if named else "unlike series")


def few(memory: float, seed: int, part: float = 1.0) -> Iterator[Row]:
    """Many panels of ten series: one of each kind."""
    panel = panel_of(KINDS, max(10, int(FEW.rows * part)), Unit.DAY, FEW.periods, memory, seed, named=False)
    p = _drawn_in(panel, 1, FEW.judged, seed)
    yield from _rows(panel, p, memory, "10 series")


def _drawn(panel: Panel, judged: int, seed: int) -> Floats:
    """Randomised p-values of the newest periods; tails and profiles have seen none of them."""
    first = len(panel.axis) - judged
    expectation = judge(panel, first, gates=default_gates(panel, min_volume=0.0)).expectation
    luck = np.random.default_rng([seed, 5]).uniform(size=panel.values.shape)
    settings = judging_of(panel.axis.cadence).calibration
    return randomised(panel, expectation, first, luck, settings)[:, first:]


def _drawn_in(panel: Panel, rows_each: int, judged: int, seed: int) -> Floats:
    """The same by panels of so many series of each kind."""
    each = len(panel.keys) // len(KINDS)
    p = np.full((len(panel.keys), judged), np.nan)
    for begin in range(0, each, rows_each):
        rows = [i + k * each for k in range(len(KINDS)) for i in range(begin, min(begin + rows_each, each))]
        p[rows] = _drawn(panel.rows(rows), judged, seed)
    return p


def _rows(panel: Panel, p: Floats, memory: float, name: str) -> Iterator[Row]:
    kinds = np.array([key.channel for key in panel.keys])
    for kind in dict.fromkeys(kinds.tolist()):
        rows: Bools = kinds == kind
        of = p[rows][np.isfinite(p[rows])]
        yield Row(
            kind=str(kind).replace("_", " "),
            cadence=str(panel.axis.cadence),
            memory=memory,
            panel=name,
            points=len(of),
            rates=tuple(float((of < level).mean() / level) for level in LEVELS),
            coverage=float((of >= 0.05).mean()),
        )


def run(seed: int = 11, part: float = 1.0, units: Iterable[Unit] = CADENCES) -> list[str]:
    """The whole table as Markdown lines; `part` of the full number of series."""
    rows: list[Row] = []
    for unit in units:
        for memory in MEMORIES:
            rows += [*alone(unit, memory, seed, part), *together(unit, memory, seed, part)]
            rows += together(unit, memory, seed, part, named=False)
            if unit is Unit.DAY:
                rows += few(memory, seed, part)
    return report(rows)


def report(rows: list[Row]) -> list[str]:
    """Markdown: what holds by KPI and cadence, then one row a cell."""
    lines = [
        "## Calibration",
        "",
        "Realised over nominal rate of one-period p-values before any gate, out of sample, on null series; counts by randomised",
        "p-values (decisions take the careful ones). A cell is a KPI x cadence x autocorrelation of 0, .3 and .6 x panel: of this",
        "kind alone; of all kinds, each a KPI in many segments; of series of which nothing tells that they are alike; and accounts",
        "of 10 series (days only). To hold: every rate between half and twice, and 93 to 97 % of the periods in the 95 % interval.",
        "",
        headline(
            "One-period p-values at .05, .01, .001: cells within 0.5 to 2",
            "all",
            share(sum(r.holds for r in rows), len(rows)),
        ),
        headline("95 % intervals: cells covered 93 to 97 %", "all", share(sum(r.covers for r in rows), len(rows))),
        "",
        "| KPI | cadence | cells that hold | p = .05, least to most | .01 | .001 | covers, least to most |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, cadence in dict.fromkeys((r.kind, r.cadence) for r in rows):
        some = [r for r in rows if (r.kind, r.cadence) == (kind, cadence)]
        spans = [
            f"{min(r.rates[i] for r in some):.2f} to {max(r.rates[i] for r in some):.2f}" for i in range(len(LEVELS))
        ]
        cover = f"{min(r.coverage for r in some):.3f} to {max(r.coverage for r in some):.3f}"
        lines.append(
            f"| {kind} | {cadence} | {sum(r.holds for r in some)} of {len(some)} | {' | '.join(spans)} | {cover} |"
        )
    lines += [
        "",
        "<details><summary>Every cell</summary>",
        "",
        "| KPI | cadence | autocorrelation | panel | points | p = .05 | .01 | .001 | .001, 95 % interval | covers |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        low, high = wilson(round(r.rates[-1] * LEVELS[-1] * r.points), r.points)
        rates = " | ".join(f"{rate:.2f}" for rate in r.rates)
        lines.append(
            f"| {r.kind} | {r.cadence} | {r.memory:.1f} | {r.panel} | {r.points} | {rates} | "
            f"{low / LEVELS[-1]:.2f} to {high / LEVELS[-1]:.2f} | {r.coverage:.3f}{'' if r.holds and r.covers else ' **'} |"
        )
    return [*lines, "", "</details>", ""]


def main() -> None:
    """Print the table, or what is found at that price."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=11)
    arguments.add_argument("--part", type=float, default=1.0, help="of the full number of series")
    arguments.add_argument("--cadence", choices=[str(u) for u in CADENCES], action="append")
    arguments.add_argument("--only", choices=("calibration", "power"))
    arguments.add_argument("--rows", type=int, default=80, help="series a kind whose power is measured")
    chosen = arguments.parse_args()
    if chosen.only != "power":
        units = [Unit(c) for c in chosen.cadence or CADENCES]
        print("\n".join(run(chosen.seed, chosen.part, units)), flush=True)
    if chosen.only != "calibration":
        print("\n".join(power(max(20, chosen.rows // 4), 400, 9)))


if __name__ == "__main__":
    main()
