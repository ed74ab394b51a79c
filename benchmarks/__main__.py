"""`make bench`: measure, print, and put what was found into benchmarks/RESULTS.md. Names as arguments choose some parts."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from inspect import signature
from pathlib import Path

from benchmarks import results
from benchmarks.replayed import data_folder

# Every measure is a module with `run`, which gives Markdown lines; those that take `data` need the labelled data.
MEASURES = (
    "calibration",
    "shapes",
    "planned_lifts",
    "late",
    "promise",
    "null_businesses",
    "generated",
    "accounts",
    "scenarios",
    "causes",
    "impact",
    "factors",
    "kept",
    "where",
    "togetherness",
    "nab",
    "change_points",
    "online_changes",
    "localisation",
    "hourly",
    "hours",
    "rare_bursts",
    "waits",
    "degradation",
    "dead_letters",
    "signatures",
    "storm",
    "torture",
    "power_loss",
    "lives",
    "speed",
    "smoothers",
    "latency",
    "busy_day",
    "storage",
    "layouts",
)


def main(arguments: list[str]) -> None:
    """Run the chosen measures, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", help=f"what to measure: {', '.join(MEASURES)} (default: all of it)")
    parser.add_argument("--dry-run", action="store_true", help="only print, leave RESULTS.md as it is")
    parser.add_argument(
        "--keep", type=Path, help="a folder for answers: a stopped run goes on from them; empty it for new code"
    )
    given = parser.parse_args(arguments)
    unknown = set(given.name) - set(MEASURES)
    if unknown:
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; choose among {', '.join(MEASURES)}")
    for name in given.name or MEASURES:
        measure = measure_of(name)
        takes = signature(measure).parameters
        wanted = {"keep": given.keep / name} if given.keep and "keep" in takes else {}
        if "data" in takes:
            data = data_folder()
            if data is None:
                print(f"{name}: skipped, set CHANNELWATCH_DATA to the folder of labelled data", flush=True)
                continue
            wanted["data"] = data
        lines = measure(**wanted)
        print("\n".join(lines), flush=True)
        if not given.dry_run:
            results.write({name: lines}, MEASURES)


def measure_of(name: str) -> Callable[..., list[str]]:
    """The function that measures it."""
    run: Callable[..., list[str]] = import_module(f"benchmarks.{name}").run
    return run


if __name__ == "__main__":
    main(sys.argv[1:])
