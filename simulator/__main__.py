"""Write a simulated business into a folder: `python -m simulator OUT_FOLDER [--seed 7] [--business retailer] [--null] [--hourly]`."""

import argparse
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

from simulator.app_business import app_business
from simulator.business import Business
from simulator.demo import (
    DEMO_DAYS,
    DEMO_START,
    FIRST_PULL_DAYS_BEFORE_END,
    app_planted,
    lead_planted,
    local_planted,
    planted,
)
from simulator.hours import hours_planted, late_nights, write_hours
from simulator.lead_business import lead_business
from simulator.local_business import local_business
from simulator.planted import Planted
from simulator.retailer import retailer
from simulator.simulation import simulate
from simulator.write import write

BUSINESSES: Mapping[str, tuple[Callable[[date, int], Business], Callable[[], list[Planted]]]] = {
    "retailer": (retailer, planted),
    "leads": (lead_business, lead_planted),
    "app": (app_business, app_planted),
    "local": (local_business, local_planted),
}


def main() -> None:
    """Simulate and write, and say what was planted."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="Write a simulated business with known problems into a folder."
    )
    parser.add_argument("folder", type=Path, help="where the tables go")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--business", choices=list(BUSINESSES), default="retailer")
    parser.add_argument("--null", action="store_true", help="plant nothing")
    parser.add_argument("--hourly", action="store_true", help="also the site by the hour, with troubles of a few hours")
    wanted = parser.parse_args()
    if wanted.seed < 0:
        parser.error("--seed: write zero or a positive number")
    if wanted.folder.exists() and not wanted.folder.is_dir():
        parser.error(f"{wanted.folder} is a file; name a folder")
    if wanted.hourly and wanted.business in ("app", "local"):
        parser.error(f"--hourly: {wanted.business} has no site by the hour; choose retailer or leads")
    build, problems = BUSINESSES[wanted.business]
    hours = hours_planted(DEMO_START, DEMO_DAYS) if wanted.hourly and not wanted.null else ()
    by_day = [] if wanted.null else [*problems(), *(part for trouble in hours for part in trouble.planted())]
    ledger = simulate(build(DEMO_START, DEMO_DAYS), by_day, wanted.seed, DEMO_DAYS, DEMO_START)
    end = DEMO_START + timedelta(days=DEMO_DAYS)
    write(ledger, wanted.folder, end - timedelta(days=FIRST_PULL_DAYS_BEFORE_END))
    if wanted.hourly:
        nights = () if wanted.null else late_nights(DEMO_START, DEMO_DAYS)
        write_hours(ledger, wanted.folder / "site_hourly.csv", hours, nights)
    print(f"{ledger.business.name}: {DEMO_START} to {end - timedelta(days=1)}, seed {ledger.seed}, in {wanted.folder}")
    for entry in ledger.truth:
        scope = ", ".join(f"{name} {'/'.join(values)}" for name, values in entry.planted.scope.items()) or "everywhere"
        print(
            f"  {entry.planted.start} to {entry.planted.end}  {entry.planted.kind:<22} {scope:<52} {entry.money:>10,.0f} {ledger.business.currency}"
        )


if __name__ == "__main__":
    main()
