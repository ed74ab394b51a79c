"""Do p-values hold what they say? Realised over nominal rates on null series, cell by cell.

A cell is a kind of KPI x cadence x autocorrelation, judged out of sample and before any gate, in a panel of its own
kind, in a panel of all kinds, and in panels of few series. Run `python -m benchmarks.calibration [--quick]`.
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
from detectors.series.judge import judge, judging_of
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
    Unit.HOUR: Size(rows=300, periods=91 * 24, judged=168),
    Unit.DAY: Size(rows=840, periods=520, judged=60),
    Unit.WEEK: Size(rows=1000, periods=208, judged=52),
}
# Accounts of ten series, one of each kind.
FEW = Size(rows=210, periods=640, judged=240)


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
    yield from _rows(panel, _drawn(panel, size.judged, seed), memory, "all KPIs" if named else "unlike series")


def few(memory: float, seed: int, part: float = 1.0) -> Iterator[Row]:
    """Many panels of ten series: one of each kind."""
    panel = panel_of(KINDS, max(10, int(FEW.rows * part)), Unit.DAY, FEW.periods, memory, seed, named=False)
    each = len(panel.keys) // len(KINDS)
    p = np.full((len(panel.keys), FEW.judged), np.nan)
    for i in range(each):
        rows = [i + k * each for k in range(len(KINDS))]
        p[rows] = _drawn(panel.rows(rows), FEW.judged, seed)
    yield from _rows(panel, p, memory, "10 series")


def _drawn(panel: Panel, judged: int, seed: int) -> Floats:
    """Randomised p-values of the newest periods; tails and profiles have seen none of them."""
    first = len(panel.axis) - judged
    expectation = judge(panel, first, gates=default_gates(panel, min_volume=0.0)).expectation
    luck = np.random.default_rng([seed, 5]).uniform(size=panel.values.shape)
    settings = judging_of(panel.axis.cadence).calibration
    return randomised(panel, expectation, first, luck, settings)[:, first:]


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


def run(seed: int = 1, part: float = 1.0, units: Iterable[Unit] = CADENCES) -> list[str]:
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
    """Markdown: one row a cell, worst first in the summary."""
    lines = [
        "## Calibration",
        "",
        "Realised over nominal rate of one-period p-values before any gate, out of sample, on null series; for counts by",
        "randomised p-values. To hold: every rate within 0.5 and 2, the 95 % interval covers 93 to 97 %.",
        "",
        headline(
            "One-period p-values: realised over nominal within 0.5 to 2, of cells (KPI x cadence x autocorrelation)",
            "all",
            share(sum(r.holds for r in rows), len(rows)),
        ),
        headline(
            "95 % intervals that cover 93 to 97 %, of cells", "all", share(sum(r.covers for r in rows), len(rows))
        ),
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
    return [*lines, ""]


def main() -> None:
    """Print the table, or what is found at that price."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--part", type=float, default=1.0, help="of the full number of series")
    arguments.add_argument("--cadence", choices=[str(u) for u in CADENCES], action="append")
    arguments.add_argument("--only", choices=("calibration", "power"))
    arguments.add_argument("--rows", type=int, default=80, help="series a kind whose power is measured")
    chosen = arguments.parse_args()
    if chosen.only != "power":
        units = [Unit(c) for c in chosen.cadence or CADENCES]
        print("\n".join(run(chosen.seed, chosen.part, units)), flush=True)
    if chosen.only != "calibration":
        print("\n".join(power(max(20, chosen.rows // 4), 400, chosen.seed + 8)))


if __name__ == "__main__":
    main()
