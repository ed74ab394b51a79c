"""One problem is one incident, two are two: generated shops with one problem, or two independent ones at a time.

A shop (simulator/retailer.py, known by one table of channels and days) is looked at every morning from the day before
its problem until after it. Counted are incidents that people were told of and that have a finding in a channel that a
problem truly moved, in that direction. Two problems stay two where each has an incident, and not the same one.
"""

import argparse
import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.cause_cases import HISTORY, Case, business_of
from benchmarks.intervals import bootstrap, share
from benchmarks.results import headline
from daemon.app import open_app
from daemon.cycle import run_cycle
from daemon.initialise import initialise
from daemon.model import Incident
from daemon.store import incidents as stored
from daemon.workers import Here
from simulator.plain import write_plain
from simulator.planted import Planted
from simulator.simulation import Ledger, simulate

SEEDS = range(3_000, 3_030)  # for the report; those below 1,000 are for tuning
# Days that a problem lasts, and those after it.
_LASTS, _AFTER = 10, 6
# Problems of one channel: the kind, its size. Two at a time are of two channels and begin within three days of each other.
_KINDS = {
    "budget_cut_or_pause": 0.7,
    "budget_increase": 1.2,
    "auction_competition": 0.8,
    "landing_page_broken": 0.7,
    "invalid_clicks": 1.5,
    "targeting_too_broad": 1.5,
}
_EVERYWHERE = {"tracking_break_site": 0.8, "checkout_failure": 0.6, "demand_decline": 0.45, "promo_start": 0.6}
_CHANNELS = ("paid_search", "paid_social", "display", "affiliate")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was told of one shop. incidents: of its problem or problems; apart: whether two problems stayed two; None where one was missed."""

    name: str
    problems: int
    incidents: int
    apart: bool | None
    titles: tuple[str, ...]


def problems_of(seed: int, count: int) -> list[Planted]:
    """Draw one problem, or two of two channels."""
    rng = np.random.default_rng([seed, 43, count])
    begins = _start(seed) + timedelta(days=HISTORY)
    if count == 1 and rng.random() < 0.4:
        kind = str(rng.choice(list(_EVERYWHERE)))
        return [Planted(kind=kind, start=begins, days=_LASTS, severity=_EVERYWHERE[kind])]
    channels = rng.choice(_CHANNELS[:3], size=count, replace=False)
    kinds = rng.choice(list(_KINDS), size=count, replace=False)
    delays = [0, int(rng.integers(0, 4))]
    return [
        Planted(
            kind=str(kind),
            start=begins + timedelta(days=delay),
            days=_LASTS,
            severity=_KINDS[str(kind)],
            scope={"channel": (str(channel),)},
        )
        for kind, channel, delay in zip(kinds, channels, delays, strict=False)
    ]


def told(seed: int, count: int) -> Told:
    """Replay one shop."""
    warnings.filterwarnings("ignore")
    problems = problems_of(seed, count)
    case = Case(business="shop", seed=seed, planted=None, look=0, days=HISTORY + _LASTS + _AFTER, start=_start(seed))
    ledger = simulate(business_of(case), problems, seed, case.days, case.start)
    with TemporaryDirectory() as scratch:
        tables, config = Path(scratch) / "tables", Path(scratch) / "channelwatch.yaml"
        write_plain(ledger, tables)
        zone = ZoneInfo(ledger.business.timezone)
        initialise([tables], config, str(zone), "EUR")
        app = open_app(config, throw_away=True)
        app.watch.workers = Here()
        for after in range(_LASTS + _AFTER + 1):
            day = case.start + timedelta(days=HISTORY + after)
            run_cycle(app.watch, app.watch.enabled, datetime.combine(day, time(12), zone))
        with app.store.reading() as connection:
            known = stored.tracked(connection)
        app.close()
    begins = datetime.combine(problems[0].start, time(), zone)
    known = [i for i in known if not i.known_at_start and i.first_detected_at > begins + timedelta(hours=13)]
    of = [[i for i in known if _tells(i, ledger, number)] for number in range(count)]
    every = {i.id for some in of for i in some}
    apart = None
    if count == 2 and all(of):
        named = [p.scope["channel"][0] for p in problems]
        first, second = ({i.id for i in known if _holds(i, named[n], ledger, n)} for n in (0, 1))
        apart = any(one != other for one in first for other in second)
    return Told(
        name=f"{seed} {' + '.join(p.kind + ' ' + str(*p.scope.get('channel', ())) for p in problems)}",
        problems=sum(bool(some) for some in of),
        incidents=len(every),
        apart=apart,
        titles=tuple(i.title for i in known),
    )


def _start(seed: int) -> date:
    return date(2024, 1, 1) + timedelta(days=int(np.random.default_rng([seed, 44]).integers(0, 420)))


def _moved(ledger: Ledger, number: int) -> set[tuple[str | None, bool]]:
    return {(a.channel, a.relative_change > 0) for a in ledger.truth[number].affected if a.table == "marketing"}


def _tells(incident: Incident, ledger: Ledger, number: int) -> bool:
    """Whether something in the incident moved as the problem moved it; the whole business counts for what concerns all of it."""
    moved = _moved(ledger, number)
    return any(
        (f.key.channel, f.observed > f.expected) in moved
        or (f.key.channel is None and not ledger.incidents[number].scope)
        for f in incident.findings
    )


def _holds(incident: Incident, channel: str, ledger: Ledger, number: int) -> bool:
    """Whether the incident has findings of this problem's own channel."""
    moved = _moved(ledger, number)
    return any(f.key.channel == channel and (channel, f.observed > f.expected) in moved for f in incident.findings)


def run(seeds: Sequence[int] = SEEDS, at_once: int = 1) -> list[str]:
    """Measure and report."""
    with ProcessPoolExecutor(at_once) as pool:
        single = list(pool.map(told, seeds, [1] * len(seeds)))
        pairs = list(pool.map(told, seeds, [2] * len(seeds)))
    found = [t for t in single if t.problems]
    both = [t for t in pairs if t.apart is not None]

    def each(some: Sequence[Told]) -> float:
        return sum(t.incidents for t in some) / max(sum(t.problems for t in some), 1)

    low, high = bootstrap(each, found)
    return [
        "## One problem is one incident, two are two",
        "",
        headline(
            "Incidents raised per planted problem that was found",
            "<= 1.15",
            f"{each(found):.2f} ({low:.2f} to {high:.2f})",
        ),
        headline("Two problems at a time that stay two", ">= .90", share(sum(bool(t.apart) for t in both), len(both))),
        "",
    ]


def main() -> None:
    """Print the report."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seeds", type=int, nargs=2, default=(SEEDS.start, SEEDS.stop), metavar=("FIRST", "AFTER_LAST")
    )
    parser.add_argument("--at-once", type=int, default=1)
    given: Any = parser.parse_args()
    print("\n".join(run(range(*given.seeds), given.at_once)))


if __name__ == "__main__":
    main()
