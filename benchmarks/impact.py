"""What incidents cost, against what they truly did. Run `python -m benchmarks.impact`.

Each case is one of benchmarks/cause_cases.py, told of at the end of its problem's first, third or seventh day. The simulator knows what
the same days would have brought without the problem (same rates, no chance); the difference is the truth, up to the same
end. What only befell finished tables cost nothing. Where contracts follow leads weeks later, the truth is what had been
booked by then. An incident that names no money is no interval; how many there are is told.
"""

import argparse
import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.cause_cases import BUSINESSES, Case, ledger_of
from benchmarks.causes import cases, judged
from benchmarks.intervals import wilson
from benchmarks.results import headline
from simulator.chance import Expected
from simulator.incidents import plant
from simulator.outcome import Outcome, outcome
from simulator.simulation import rates

SEEDS = range(2_000, 2_160)  # for the report; those below 1,000 are for tuning
_BOOKED = ("backoffice", "crm", "call_centre", "stores")
"""Tables of real money."""
_WEIGHTY = 0.02
"""Part of what was expected that a true loss or gain must reach for its error to be told as a part of it."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One incident: what it was said to cost and what it did; None: no money was named, or no incident was found."""

    business: str
    kind: str
    seed: int
    look: int
    truth: float
    usual: float
    """What would have come without the problem, from its first day to the same end."""
    found: bool
    value: float | None = None
    lower: float | None = None
    upper: float | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the interval holds the truth; None: there is none."""
        return None if self.lower is None or self.upper is None else self.lower <= self.truth <= self.upper


def costs(case: Case) -> Cost:
    """What is said of one case, and the truth."""
    warnings.filterwarnings("ignore")
    first = next((incident for _, incident in judged(case)), None)
    known = asdict(first.impact) if first and first.impact else {}
    truth, usual = _truth(case)
    return Cost(
        business=case.business,
        kind=case.planted.kind if case.planted else "",
        seed=case.seed,
        look=case.look,
        truth=truth,
        usual=usual,
        found=first is not None,
        **{name: known.get(name) for name in ("value", "lower", "upper")},
    )


def _truth(case: Case) -> tuple[float, float]:
    """The difference that the problem makes to real money, and what would have come without it, over its days."""
    ledger = ledger_of(case)
    healthy = rates(ledger.business, case.seed, ledger.days, case.start)
    usual = _booked(outcome(healthy, Expected()), case)
    return _booked(outcome(plant(healthy, ledger.incidents), Expected()), case) - usual, usual


def _booked(what: Outcome, case: Case) -> float:
    """Money of the days from the problem's first on."""
    total = 0.0
    for table in what.tables:
        if table.name in _BOOKED and case.planted is not None:
            since = np.array([day >= case.planted.start for day in table.periods], dtype=bool)
            total += float(np.nansum(table.columns["revenue"][since]))
    return total


def measured(drawn: Sequence[Case], keep: Path | None = None, at_once: int = 1) -> list[Cost]:
    """The costs of all cases; with `keep` those of an earlier run are taken from its folder."""
    with ProcessPoolExecutor(at_once) as pool:
        return list(pool.map(partial(_kept, keep=keep), drawn))


def _kept(case: Case, keep: Path | None) -> Cost:
    if keep is None:
        return costs(case)
    file = keep / f"{case.name.replace(' ', '_')}.json"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(costs(case))), encoding="utf-8")
    return Cost(**json.loads(file.read_text(encoding="utf-8")))


def report(told: Sequence[Cost]) -> list[str]:
    """How many intervals hold the truth, by business and length; how far off values are."""
    found = [c for c in told if c.found]
    priced = [c for c in found if c.holds is not None]
    hold = sum(bool(c.holds) for c in priced)
    weighty = [c for c in priced if abs(c.truth) >= _WEIGHTY * c.usual]
    low, high = wilson(hold, len(priced))
    return [
        "## What incidents cost",
        "",
        headline(
            "impact: share of 90 % intervals that hold the true difference, generated incidents",
            ".85 to .95",
            f"{hold / max(len(priced), 1):.2f} ({low:.2f} to {high:.2f}) of {len(priced)}",
        ),
        f"- {len(told)} problems, {len(found)} found, {len(priced)} of them with an interval",
        f"- bias: the middle of (value - truth) as a part of what would have come is {_middle(_off(priced)):+.1%}; "
        f"of the truth, where that is {_WEIGHTY:.0%} of what would have come or more ({len(weighty)}), "
        f"{_middle([(c.value or 0.0) / c.truth - 1 for c in weighty]):+.1%}",
        f"- width: half of the middle interval is {_middle(_widths(priced)):.1%} of what would have come",
        "",
        "| cases | intervals | hold the truth | truth above | truth below | half width |",
        "|---|---|---|---|---|---|",
        *(_row(name, some) for name, some in _groups(priced).items()),
    ]


def _groups(priced: Sequence[Cost]) -> Mapping[str, list[Cost]]:
    by: dict[str, list[Cost]] = {}
    for cost in priced:
        by.setdefault(cost.business, []).append(cost)
    for look in sorted({c.look for c in priced}):
        by[f"{look} {'day' if look == 1 else 'days'} old"] = [c for c in priced if c.look == look]
    by["no money lost or gained"] = [c for c in priced if abs(c.truth) < _WEIGHTY * c.usual]
    by["money lost or gained"] = [c for c in priced if abs(c.truth) >= _WEIGHTY * c.usual]
    return by


def _row(name: str, some: Sequence[Cost]) -> str:
    hold = sum(bool(c.holds) for c in some)
    low, high = wilson(hold, len(some))
    above = sum(c.truth > (c.upper or 0.0) for c in some)
    below = sum(c.truth < (c.lower or 0.0) for c in some)
    share = f"{hold / max(len(some), 1):.2f} ({low:.2f} to {high:.2f})"
    return f"| {name} | {len(some)} | {share} | {above} | {below} | {_middle(_widths(some)):.1%} |"


def _off(some: Sequence[Cost]) -> Iterator[float]:
    return (((c.value or 0.0) - c.truth) / c.usual for c in some if c.usual)


def _widths(some: Sequence[Cost]) -> Iterator[float]:
    return (((c.upper or 0.0) - (c.lower or 0.0)) / 2 / c.usual for c in some if c.usual)


def _middle(of: Iterator[float] | Sequence[float]) -> float:
    known = list(of)
    return median(known) if known else 0.0


def run(
    seeds: Sequence[int] = SEEDS,
    keep: Path | None = None,
    at_once: int = 1,
    businesses: Sequence[str] = tuple(BUSINESSES),
) -> list[str]:
    """Measure and report."""
    return report(measured(cases(seeds, businesses), keep, at_once))


def main() -> None:
    """Print the report."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seeds", type=int, nargs=2, default=(SEEDS.start, SEEDS.stop), metavar=("FIRST", "AFTER_LAST")
    )
    parser.add_argument("--business", nargs="*", default=tuple(BUSINESSES), choices=tuple(BUSINESSES))
    parser.add_argument("--keep", type=Path, help="a folder for answers: a stopped run goes on from them")
    parser.add_argument("--at-once", type=int, default=1)
    given: Any = parser.parse_args()
    print("\n".join(run(range(*given.seeds), given.keep, given.at_once, given.business)))


if __name__ == "__main__":
    main()
