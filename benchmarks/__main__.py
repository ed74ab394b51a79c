"""`make bench`: run what is measured and write benchmarks/RESULTS.md. Names as arguments choose some of it."""

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import accounts, change_points, localisation, scenarios
from benchmarks.replayed import data_folder

_LABELLED: dict[str, Callable[[Path], list[str]]] = {
    "accounts": accounts.run,
    "scenarios": scenarios.run,
    "localisation": localisation.run,
    "change_points": change_points.run,
}


def main(chosen: list[str]) -> None:
    """Run the chosen measures (all by default) and print them; the whole set is written to RESULTS.md."""
    unknown = set(chosen) - set(_LABELLED)
    if unknown:
        raise SystemExit(f"no such measure: {', '.join(sorted(unknown))}; choose among {', '.join(_LABELLED)}")
    data = data_folder()
    report: list[str] = [
        "# Results",
        "",
        "Printed by `make bench`; one default configuration for everything, only the past visible.",
        "",
    ]
    for name, measure in _LABELLED.items():
        if chosen and name not in chosen:
            continue
        if data is None:
            print(f"{name}: skipped, set CHANNELWATCH_DATA to the folder of labelled data")
            continue
        found = measure(data)
        print("\n".join(found), flush=True)
        report += found
    if not chosen and data is not None:
        Path(__file__).with_name("RESULTS.md").write_text("\n".join(report), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
