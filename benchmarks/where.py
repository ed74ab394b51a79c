"""Where a generated problem sits, as incidents name it, against where it was planted.

The cases are those of benchmarks/causes.py. An answer is right when its segments hold exactly those cells in which the
problem was planted: a campaign is the same answer as a campaign with its channel, and what the tables cannot show (a
campaign, where they know channels alone) is not asked for. A problem planted everywhere is answered by `[]`.
"""

import argparse
import json
import os
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cause_cases import Case, business_of
from benchmarks.cause_plans import PLAIN
from benchmarks.causes import cases, judged
from benchmarks.intervals import share
from benchmarks.results import headline
from daemon.model import Incident
from simulator.chance import Expected
from simulator.incidents import plant
from simulator.outcome import outcome
from simulator.plain import FAULTS
from simulator.planted import LOADING
from simulator.simulation import rates
from simulator.truth import WORTH_TELLING
from simulator.world import Cells, Mask

SEEDS = range(2_000, 2_060)  # for the report; those below 1,000 are for tuning
# A cell that moved by less than this part of what the worst cells did only feels the problem.
_FELT = 0.34
# Tables without channels that are one channel's are called like it, but for this one.
_CHANNEL = {"organic": "organic_search"}
Scope = Mapping[str, Sequence[str]]
Keys = frozenset[tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Where a problem sits in one table.

    places: sets of its cells that are right answers. moved: (channel, up) of measures that moved; None: of any at all.
    """

    cells: Cells
    places: frozenset[Keys]
    moved: frozenset[tuple[str | None, bool]] | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one case's incident says. right: None where no incident tells of the problem; the rest is for reading."""

    name: str
    kind: str
    right: bool | None
    told: str = ""
    finding: str = ""


def answer(case: Case) -> Answer:
    """Judge one case and compare its place with the truth."""
    warnings.filterwarnings("ignore")
    assert case.planted is not None
    truths = truths_of(case)
    incident = next((i for _, i in judged(case) if tells(i, truths)), None)
    if incident is None:
        return Answer(name=case.name, kind=case.planted.kind, right=None)
    worst, told = incident.findings[0], [dict(w.segment) for w in incident.where]
    return Answer(
        name=case.name,
        kind=case.planted.kind,
        right=same(told, truths),
        told=str(told),
        finding=f"look {case.look}: {worst.key.channel} {worst.key.kpi} {dict(worst.key.segment)} {worst.relative_change:+.0%}",
    )


def truths_of(case: Case) -> dict[str, Truth]:
    """Table -> the cells in the planted scope, and those in which some measure truly moved, by expectations."""
    assert case.planted is not None
    planted, business = case.planted, business_of(case)
    world = rates(business, case.seed, case.days, case.start)
    on_tables = planted.kind in (FAULTS if case.business in PLAIN else LOADING)
    ideal = outcome(world, Expected())
    hurt = ideal if on_tables else outcome(plant(world, [planted]), Expected())
    found = {}
    for before, after in zip(ideal.tables, hurt.tables, strict=True):
        group = np.arange(len(before.cells.keys))
        cells, signs = before.cells, set()
        column = cells.dimensions.index("channel") if "channel" in cells.dimensions else None
        if case.business in PLAIN and column is not None:  # the team's table knows channels alone
            channels = sorted({key[column] for key in cells.keys})
            group = np.array([channels.index(key[column]) for key in cells.keys])
            cells, column = Cells(dimensions=("channel",), keys=tuple((channel,) for channel in channels)), 0
        if on_tables and planted.scope.get("table", (before.name,)) != (before.name,):
            continue
        days = np.array([day >= planted.start for day in before.periods])
        places, touched = {_keys(cells, cells.matching(planted.scope))}, on_tables
        for name in before.columns:
            was, now = (
                np.bincount(group, np.nan_to_num(t.columns[name][days]).sum(axis=0), minlength=len(cells.keys))
                for t in (before, after)
            )
            moved = np.abs(now - was) / np.maximum(np.abs(was), 1e-9)
            if moved.max(initial=0.0) >= WORTH_TELLING:
                touched = True
                places.add(_keys(cells, moved >= _FELT * min(moved.max(), 1.0)))
                of = [
                    key[column] if column is not None else _CHANNEL.get(before.name, before.name) for key in cells.keys
                ]
                for channel in {None, *of}:
                    mine = np.array([channel in (None, c) for c in of])
                    less, more = float(was[mine].sum()), float(now[mine].sum())
                    if abs(more - less) >= WORTH_TELLING * less:
                        signs.add((channel, more > less))
        if touched:
            found[before.name] = Truth(
                cells=cells, places=frozenset(places), moved=None if on_tables else frozenset(signs)
            )
    return found


def tells(incident: Incident, truths: Mapping[str, Truth]) -> bool:
    """Whether an incident has a finding that moved as something in its channel truly did."""
    if any(truth.moved is None for truth in truths.values()):
        return True
    moved = {one for truth in truths.values() for one in truth.moved or ()}
    return any((f.key.channel, f.observed > f.expected) in moved for f in incident.findings)


def same(told: Sequence[Scope], truths: Mapping[str, Truth]) -> bool:
    """Whether an answer names the same cells as the truth, in a table that knows all that is named."""
    named = {name for scope in told for name in scope}
    channels = {channel for scope in told for channel in scope.get("channel", ())}
    for table, truth in truths.items():
        cells = truth.cells
        has_channels = "channel" in cells.dimensions
        own = (
            {key[cells.dimensions.index("channel")] for key in cells.keys}
            if has_channels
            else {_CHANNEL.get(table, table)}
        )
        if named <= {*cells.dimensions, "channel"} and channels <= own:
            inside = [cells.matching({k: tuple(v) for k, v in scope.items()}) for scope in told]
            if _keys(cells, np.any(inside, axis=0) if inside else cells.matching({})) in truth.places:
                return True
    return False


def _keys(cells: Cells, inside: Mask) -> Keys:
    return frozenset(key for key, is_in in zip(cells.keys, inside, strict=True) if is_in)


def measured(drawn: Sequence[Case], keep: Path | None = None, at_once: int = 1) -> list[Answer]:
    """The answers of all cases; with `keep` those of an earlier run are taken from its folder."""
    with ProcessPoolExecutor(at_once) as pool:
        return list(pool.map(partial(_kept, keep=keep), [c for c in drawn if c.planted]))


def _kept(case: Case, keep: Path | None) -> Answer:
    if keep is None:
        return answer(case)
    file = keep / f"{case.name.replace(' ', '_')}.json"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(answer(case))), encoding="utf-8")
    return Answer(**json.loads(file.read_text(encoding="utf-8")))


def run(seeds: Sequence[int] = SEEDS, keep: Path | None = None, at_once: int = 1) -> list[str]:
    """Measure and report."""
    answers = measured(cases(seeds), keep, at_once)
    found = [a for a in answers if a.right is not None]
    kinds = sorted({a.kind for a in found})
    return [
        "## Where a problem sits",
        "",
        headline(
            "`where` names exactly the planted cells, over generated incidents that were found",
            ">= .85",
            share(sum(bool(a.right) for a in found), len(found)),
        ),
        "",
        "| problem | right | found | planted |",
        "|---|---|---|---|",
        *(
            f"| {kind} | {sum(bool(a.right) for a in found if a.kind == kind)} "
            f"| {sum(a.kind == kind for a in found)} | {sum(a.kind == kind for a in answers)} |"
            for kind in kinds
        ),
        "",
    ]


def main() -> None:
    """Print the report."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seeds", type=int, nargs=2, default=(SEEDS.start, SEEDS.stop), metavar=("FIRST", "AFTER_LAST")
    )
    parser.add_argument("--keep", type=Path, help="a folder for answers: a stopped run goes on from them")
    parser.add_argument("--at-once", type=int, default=1)
    given: Any = parser.parse_args()
    print("\n".join(run(range(*given.seeds), given.keep, given.at_once)))


if __name__ == "__main__":
    main()
