"""Hourly data: false incidents, planted troubles found and how soon, seconds. Run `python -m benchmarks.hourly`."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.generated_hours import Trouble, troubles, write
from benchmarks.intervals import poisson, share
from benchmarks.replayed import replay
from benchmarks.results import headline

# The clock goes back on 26 October 2025, in the replayed time.
START, HISTORY, DAYS = date(2025, 7, 10), 90, 30
SEEDS = (1, 2, 3)
# What lasts must be told within so long.
_IN_TIME = timedelta(days=3)
# A finding up to so long after the end of a trouble still tells of it (what settles late, and the rebound).
_AFTER = timedelta(hours=6)


def run(seeds: Sequence[int] = SEEDS, days: int = DAYS) -> list[str]:
    """Replay businesses without and with troubles and report both."""
    first = START + timedelta(days=HISTORY)
    report: list[str] = []
    false, months, told, all_planted = 0, 0.0, 0, 0
    for seed in seeds:
        found, seconds, series = _incidents(seed, first, days, ())
        false += len(found)
        months += days / 30.44
        report += [f"null business, seed {seed}: {len(found)} incidents ({series} series, {seconds:.0f} s)"]
        report += [f"- {_line(i)}" for i in found]
        print("\n".join(report[-1 - len(found) :]), file=sys.stderr, flush=True)
    report += [""]
    for seed in seeds:
        planted = [t for t in troubles(first) if t.start.date() < first + timedelta(days=days - 2)]
        found, seconds, _ = _incidents(seed, first, days, planted)
        matched = _matched(found, planted)
        told += sum("NOT FOUND" not in line for line in matched[: len(planted)])
        all_planted += len(planted)
        report += [f"planted, seed {seed} ({seconds:.0f} s)", *matched, ""]
        print("\n".join(report[-len(matched) - 2 :]), file=sys.stderr, flush=True)
    low, high = poisson(false, months)
    return [
        f"## Hourly data, {days} days after {HISTORY} days of history, default configuration",
        "",
        headline(
            "Hourly businesses without a trouble: false incidents a month",
            "<= 2",
            f"{false / months:.2f} ({low:.2f} to {high:.2f}), {false} in all",
        ),
        headline("Hourly businesses: planted troubles told", "all", share(told, all_planted)),
        "",
        *report,
    ]


def _incidents(
    seed: int, first: date, days: int, planted: Sequence[Trouble]
) -> tuple[list[dict[str, Any]], float, int]:
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "shop_hourly.csv"
        write(table, seed, START, HISTORY + days, planted)
        last = first + timedelta(days=days)
        answer, seconds = replay([table], first, last, timezone="Europe/Berlin")
    return answer["incidents"], seconds, answer["series"]


def _matched(found: Sequence[dict[str, Any]], planted: Sequence[Trouble]) -> list[str]:
    """A line for each trouble: after how many hours it was told; and the incidents that tell of none."""
    lines, told = [], set()
    for trouble in planted:
        own = [i for i in found if _tells(i, trouble)]
        told |= {i["id"] for i in own}
        if own:
            delay = min(_at(i["first_detected_at"]) for i in own) - trouble.start
            more = f", {len(own)} incidents" if len(own) > 1 else ""
            lines.append(
                f"- {trouble.name}: told after {delay / timedelta(hours=1):.1f} hours{more}: {own[0]['title']}"
            )
        else:
            lines.append(f"- {trouble.name}: NOT FOUND")
    false = [i for i in found if i["id"] not in told]
    return [*lines, f"- false: {len(false)}", *(f"  - {_line(i)}" for i in false)]


def _tells(incident: dict[str, Any], trouble: Trouble) -> bool:
    begun = _at(incident["started_at"])
    return trouble.start - timedelta(hours=2) <= begun <= min(trouble.end, trouble.start + _IN_TIME) + _AFTER and (
        trouble.late == any(f["shape"] == "missing" for f in incident["findings"])
    )


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _line(incident: dict[str, Any]) -> str:
    worst = "; ".join(
        f"{f['channel'] or 'business'} {f['kpi']} {f['segment'] or ''} {f['shape']} {str(f['start'])[:16]} "
        f"{f['observed']:.4g} for {f['expected']:.4g} p={f['p_value']:.1e}"
        for f in incident["findings"][:3]
    )
    return f"{str(incident['first_detected_at'])[:16]} {incident['status']} {incident['title']} | {worst}"


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, action="append")
    arguments.add_argument("--days", type=int, default=DAYS)
    chosen = arguments.parse_args()
    print("\n".join(run(chosen.seed or SEEDS, chosen.days)))


if __name__ == "__main__":
    main()
