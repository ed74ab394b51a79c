"""Simulated businesses without any problem: every incident is a false alarm. Run `python -m benchmarks.null_businesses`."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.intervals import rate
from benchmarks.replayed import replay
from benchmarks.results import headline
from simulator.demo import DEMO_DAYS, DEMO_START

BUSINESSES = ("retailer", "leads")
SEEDS = (11, 12, 13)
# The pulls of a simulated business begin 70 days before its end; so many are replayed.
WEEKS = 9


def run(businesses: Sequence[str] = BUSINESSES, seeds: Sequence[int] = SEEDS, weeks: int = WEEKS) -> list[str]:
    """Replay each business and report its false incidents, those known at the start apart."""
    last = DEMO_START + timedelta(days=DEMO_DAYS - 1)
    first = last - timedelta(weeks=weeks) + timedelta(days=1)
    report = [f"## Businesses without a problem, {first} to {last}, default configuration", ""]
    counts: list[int] = []
    for business in businesses:
        for seed in seeds:
            found, seconds = _false_incidents(business, seed, first, last)
            counts.append(len(found))
            report += [f"{business}, seed {seed}: {len(found)} in {weeks} weeks ({seconds:.0f} s)"]
            report += [f"- {_line(incident)}" for incident in found]
            print("\n".join(report[-1 - len(found) :]), flush=True)
    low, high = rate(counts, [float(weeks)] * len(counts))
    told = f"{sum(counts) / (weeks * len(counts)):.2f} ({low:.2f} to {high:.2f}), {sum(counts)} in all"
    report += [
        "",
        headline("Simulated businesses without a problem: false incidents per account-week", "<= .25", told),
        "",
    ]
    print(report[-2])
    return report


def _false_incidents(business: str, seed: int, first: date, last: date) -> tuple[list[dict[str, Any]], float]:
    """Simulate one business and replay it; its incidents but those known at the start, and the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        tables = Path(folder) / "tables"
        subprocess.run(
            [sys.executable, "-m", "simulator", str(tables), "--seed", str(seed), "--business", business, "--null"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (tables / "truth.json").unlink()
        answer, seconds = replay([tables], first, last + timedelta(days=1), timezone="Europe/Dublin")
    return answer["incidents"], seconds


def _line(incident: dict[str, Any]) -> str:
    """One incident with its worst findings."""
    worst = "; ".join(
        f"{f['channel'] or 'business'} {f['kpi']} {f['segment'] or ''} {f['shape']} {str(f['start'])[:10]} "
        f"{f['observed']:.4g} for {f['expected']:.4g} p={f['p_value']:.1e}"
        for f in incident["findings"][:3]
    )
    return f"{str(incident['first_detected_at'])[:10]} {incident['severity']} {incident['title']} | {worst}"


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--business", choices=BUSINESSES, action="append")
    arguments.add_argument("--seed", type=int, action="append")
    arguments.add_argument("--weeks", type=int, default=WEEKS)
    chosen = arguments.parse_args()
    run(chosen.business or BUSINESSES, chosen.seed or SEEDS, chosen.weeks)


if __name__ == "__main__":
    main()
