"""Problems of known size in generated worlds, through `init` and `backtest`: recall, false alarms, delay, and the gap.

Two generators that share no shape: A is the project's simulator, B lets single people come and buy. What was mended was
studied on A alone. Run `python -m benchmarks.generated [--generator A] [--seed 1 --seed 2] [--keep FOLDER]`.
"""

import argparse
import json
import tempfile
import zlib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

import numpy as np

from benchmarks.generated_table import table
from benchmarks.replayed import replay
from benchmarks.worlds.crowd import tickets
from benchmarks.worlds.factors import factors
from benchmarks.worlds.found import Replayed, replayed
from benchmarks.worlds.problem import SNRS, Problem, Shape
from simulator.app_business import app_business
from simulator.lead_business import lead_business
from simulator.local_business import local_business
from simulator.retailer import retailer

START, DAYS = date(2024, 9, 2), 460
JUDGED = 94
"""Newest days that are replayed."""
PULLS_BEFORE = 28
"""Days before the first judged one on which the pulls begin."""
FIRST_PROBLEM, APART = 5, 11
SEEDS = (201, 202, 203, 204)
BUSINESSES = {"app": app_business, "leads": lead_business, "local": local_business, "retailer": retailer}
WORLDS = {"A": tuple(BUSINESSES), "B": ("tickets",)}


class Maker(Protocol):
    """A time in which nothing went wrong, to plant problems in."""

    @property
    def timezone(self) -> str:
        """Of its days."""

    @property
    def currency(self) -> str:
        """Of its money."""

    def problem(
        self, shape: Shape, snr: float, start: date, avoid: frozenset[str | None], rng: np.random.Generator
    ) -> Problem | None:
        """Choose a place for a shape, outside of some channels, and its size there; None if there is none."""

    def write(self, problems: Sequence[Problem], folder: Path, first_pull: date) -> None:
        """Write the tables with the problems in them."""

    def late(self) -> frozenset[date]:
        """Days whose load of some table came late by itself."""


def run(generators: Sequence[str] = ("A", "B"), seeds: Sequence[int] = SEEDS, keep: Path | None = None) -> list[str]:
    """Replay for each seed a world with problems and one without, of each generator."""
    report = []
    found: dict[str, list[Replayed]] = {}
    for generator in generators:
        for seed in seeds:
            name = WORLDS[generator][seed % len(WORLDS[generator])]
            for problems in (True, False):
                found.setdefault(generator, []).append(_world(name, seed, problems, keep))
    report += table(found)
    return report


def _world(name: str, seed: int, with_problems: bool, keep: Path | None) -> Replayed:
    """Make a world, replay it, and judge the answer; an answer that was kept is not asked for again."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    first = START + timedelta(days=DAYS - JUDGED)
    maker: Maker = factors(BUSINESSES[name], seed, START, DAYS) if name in BUSINESSES else tickets(seed, START, DAYS)
    problems = planned(maker, first, seed, rng) if with_problems else []
    kept = keep / f"{name}-{seed}{'' if with_problems else '-null'}.json" if keep else None
    if kept is not None and kept.exists():
        answer = json.loads(kept.read_text())
    else:
        with tempfile.TemporaryDirectory() as folder:
            tables = Path(folder) / "tables"
            maker.write(problems, tables, first - timedelta(days=PULLS_BEFORE))
            answer, _ = replay(
                [tables], first, START + timedelta(days=DAYS), timezone=maker.timezone, currency=maker.currency
            )
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(answer))
    return replayed(f"{name} {seed}", answer["incidents"], problems, maker.late(), first, JUDGED, rng)


def planned(maker: Maker, first: date, seed: int, rng: np.random.Generator) -> list[Problem]:
    """Draw problems of all shapes and sizes over the seeds: neighbours lie apart, and in other channels."""
    cells = [(shape, snr) for shape in Shape for snr in SNRS]
    order = np.random.default_rng(13).permutation(len(cells))
    number = (JUDGED - FIRST_PROBLEM) // APART - 1
    mine = [cells[order[(seed * number + k) % len(cells)]] for k in range(number)]
    mine.sort(key=lambda cell: cell[0] is not Shape.DRIFT)
    out: list[Problem] = []
    for k, (shape, snr) in enumerate(mine):
        start = first + timedelta(days=FIRST_PROBLEM + APART * k + int(rng.integers(0, 3)))
        near = [p for p in out if p.end >= start - timedelta(days=10) and None not in p.channels]
        problem = maker.problem(shape, snr, start, frozenset().union(*(p.channels for p in near)), rng)
        if problem is not None:
            out.append(problem)
    return out


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--generator", choices=list(WORLDS), action="append")
    arguments.add_argument("--seed", type=int, action="append")
    arguments.add_argument("--keep", type=Path, help="folder of answers, so that a stopped run goes on")
    chosen = arguments.parse_args()
    print("\n".join(run(chosen.generator or tuple(WORLDS), chosen.seed or SEEDS, chosen.keep)))


if __name__ == "__main__":
    main()
