"""Does the KPI tree end at the factor that moved? `python -m benchmarks.factors [--cases 2000] [--seed 77]`.

Generated shops: visits, carts, checkouts, orders and revenue of one to four days, counts by chance around what a day
brings, with scatter that the stages share and scatter of their own. One factor of revenue is lowered by 15 to 70 %; the
alarm is raised by the count or sum that people would see first, if it lies beyond its noise.
"""

import argparse
import time
from collections import Counter
from datetime import UTC, datetime
from math import hypot, log

import numpy as np

from benchmarks.intervals import wilson
from benchmarks.results import headline
from config.identities import shipped
from config.outputs import Severity
from daemon.made_of import tree_of
from daemon.model import Incident, Status, Tree
from detectors.causes.evidence import gather
from detectors.finding import Finding, Shape
from detectors.panel import KpiType, SeriesKey
from detectors.segments.movement import Movement, immaterial, state_of

STAGES = ("sessions", "add_to_carts", "checkouts", "orders", "revenue")
# What is lowered, and the KPI in which it is seen first.
PLANTED = {
    "sessions": "sessions",
    "visit_to_cart_rate": "orders",
    "cart_to_checkout_rate": "orders",
    "checkout_to_purchase_rate": "orders",
    "aov": "revenue",
}
_SHARED, _OWN = 0.03, 0.02  # day-to-day scatter of a shop that is known well
_SEEN = 3.0  # standard errors beyond which the alarm is raised


def run(cases: int = 2000, seed: int = 77) -> list[str]:
    """The share of trees that end at the planted factor, above it, and elsewhere."""
    chance = np.random.default_rng(seed)
    found: Counter[str] = Counter()
    by_factor: dict[str, Counter[str]] = {factor: Counter() for factor in PLANTED}
    rest, begun = 0.0, time.process_time()
    while sum(found.values()) < cases:
        factor = str(chance.choice(list(PLANTED)))
        tree = _tree(factor, chance)
        if tree is None:
            continue
        ended = _verdict(tree, factor)
        found[ended] += 1
        by_factor[factor][ended] += 1
        rest = max(rest, _rest(tree))
    took = (time.process_time() - begun) / cases * 1000
    right, wrong = found["right"], found["elsewhere"]
    low, high = wilson(right, cases)
    wrong_low, wrong_high = wilson(wrong, cases)
    return [
        "## The factor that moved",
        "",
        headline(
            "KPI trees that end at the planted factor, generated shops",
            ">= .85",
            f"{right / cases:.2f} ({low:.2f} to {high:.2f})",
        ),
        f"- **ended at another factor**: {wrong / cases:.3f} ({wrong_low:.3f} to {wrong_high:.3f}); the others stopped above it",
        f"- **largest part of a change left unexplained**: {rest:.1e}; {took:.1f} ms of CPU a tree (seed {seed})",
        "",
        "| lowered | right | above it | elsewhere |",
        "|---|---|---|---|",
        *(
            f"| {factor} | {count['right']} | {count['above']} | {count['elsewhere']} |"
            for factor, count in by_factor.items()
        ),
        "",
    ]


def _tree(factor: str, chance: np.random.Generator) -> Tree | None:
    """The tree of one generated trouble; None where nobody would see it."""
    days = int(chance.integers(1, 5))
    rates = {
        "sessions": float(np.exp(chance.uniform(np.log(300), np.log(50_000)))),
        "visit_to_cart_rate": float(chance.uniform(0.05, 0.2)),
        "cart_to_checkout_rate": float(chance.uniform(0.4, 0.8)),
        "checkout_to_purchase_rate": float(chance.uniform(0.4, 0.8)),
        "aov": float(chance.uniform(20, 200)),
    }
    usual = np.cumprod(list(rates.values())) * days
    lowered = rates | {factor: rates[factor] * (1 - float(chance.uniform(0.15, 0.7)))}
    now = np.cumprod(list(lowered.values())) * days * np.exp(chance.normal(0, _SHARED / days**0.5))
    now = now * np.exp(chance.normal(0, _OWN / days**0.5, len(STAGES)))
    seen = chance.poisson(now[:4]).astype(float)
    revenue = seen[3] * lowered["aov"] * float(np.exp(chance.normal(0, 0.5 / max(seen[3], 1) ** 0.5)))
    own = max(log(max(float(o), 1.0) / e) for o, e in zip(seen, usual[:4], strict=True))
    movements = [
        _movement(kpi, float(e), float(o), float(usual[min(i, 3)]), days, own)
        for i, (kpi, e, o) in enumerate(zip(STAGES, usual, [*seen, revenue], strict=True))
    ]
    lead = next(m for m in movements if m.role == PLANTED[factor])
    if abs(lead.change) < _SEEN * lead.noise:
        return None
    incident = _incident(lead)
    return tree_of(incident, gather(movements, findings=incident.findings), frozenset({"web"}), shipped())


def _movement(kpi: str, expected: float, observed: float, events: float, days: int, own: float) -> Movement:
    change = log(max(observed, 0.01 * expected) / expected)
    noise = hypot(_SHARED / days**0.5, _OWN / days**0.5, 1 / events**0.5)
    return Movement(
        key=SeriesKey("web", "shop", kpi),
        role=kpi,
        type=KpiType.AMOUNT if kpi == "revenue" else KpiType.COUNT,
        observed=observed,
        expected=expected,
        lower=expected * 0.9,
        upper=expected * 1.1,
        change=change,
        noise=noise,
        periods=days,
        state=state_of(change, noise, immaterial(own)),
    )


def _incident(lead: Movement) -> Incident:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    finding = Finding(
        key=lead.key,
        shape=Shape.DIP,
        start=start,
        end=None,
        observed=lead.observed / lead.periods,
        expected=lead.expected / lead.periods,
        lower=lead.lower,
        upper=lead.upper,
        p_value=1e-4,
    )
    return Incident(
        id="i",
        status=Status.OPEN,
        severity=Severity.WARNING,
        title="",
        first_detected_at=start,
        started_at=start,
        ended_at=None,
        findings=(finding,),
    )


def _verdict(tree: Tree, factor: str) -> str:
    if tree.path[-1] == factor:
        return "right"
    return "above" if tree.path[-1] in ("revenue", "orders", "cvr") else "elsewhere"


def _rest(tree: Tree) -> float:
    """The largest part of a line's contribution that its factors leave unexplained, as a part of the change at the top."""
    top, worst = abs(tree.factors[0].contribution), 0.0
    for i, line in enumerate(tree.factors):
        below = []
        for other in tree.factors[i + 1 :]:
            if other.depth <= line.depth:
                break
            if other.depth == line.depth + 1:
                below.append(other.contribution)
        if below:
            worst = max(worst, abs(sum(below) - line.contribution) / top)
    return worst


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=77)
    given = parser.parse_args()
    print("\n".join(run(given.cases, given.seed)))


if __name__ == "__main__":
    main()
