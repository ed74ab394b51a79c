"""Why: causes of generated incidents against what was planted. Run `python -m benchmarks.causes`.

Each case (benchmarks/cause_cases.py) is set up by `init`, looked at on the morning before its problem and once at the end of the
problem's first, third or seventh day; the incident that overlaps it is asked for its causes. Right is the planted cause alone, or
another that the same figures cannot tell from it (benchmarks/cause_scores.py), counted apart. Accounts in which nothing happens are looked at every
day for three weeks: what they are told is false, and no business cause should be sure of it.
"""

import argparse
import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.cause_cases import BUSINESSES, HISTORY, Case, case_of, kinds_of, write_case
from benchmarks.cause_scores import Verdict, report
from daemon.app import App, open_app
from daemon.cycle import run_cycle
from daemon.initialise import initialise
from daemon.model import Incident
from daemon.store import incidents as stored
from daemon.watch import Watch
from daemon.workers import Here

SEEDS = range(1_000, 1_100)  # for the report; those below 1,000 are for tuning
NULL_SEEDS = range(5_000, 5_010)
LOOKED_AT = time(12)


def judged(case: Case) -> Iterator[tuple[Watch, Incident]]:
    """Set one case up and look at it; yields the incidents that overlap the problem (all, where there is none)."""
    with TemporaryDirectory() as scratch:
        tables, config = Path(scratch) / "tables", Path(scratch) / "channelwatch.yaml"
        zone = ZoneInfo(write_case(case, tables))
        initialise([tables], config, str(zone), "EUR")
        app = open_app(config, throw_away=True)
        app.watch.workers = Here()  # for two looks worker processes are not worth their start
        begins = case.start + timedelta(days=HISTORY)
        days = [0, case.look] if case.planted else range(case.look)
        for day in days:
            now = datetime.combine(begins + timedelta(days=day), LOOKED_AT, zone)
            run_cycle(app.watch, app.watch.enabled, now)
        yield from ((app.watch, incident) for incident in _overlapping(app, case, zone))
        app.close()


def _overlapping(app: App, case: Case, zone: ZoneInfo) -> list[Incident]:
    """The incidents in the problem's time, those in its channels and then the surest first."""
    begins = datetime.combine(case.start + timedelta(days=HISTORY), time(), zone)
    with app.store.reading() as connection:
        known = stored.recent(connection)
    found = [i for i in known if i.first_detected_at > begins + timedelta(hours=13 if case.planted else -1)]
    if case.planted is None:
        return found
    found = [i for i in found if i.started_at >= begins - timedelta(days=1)]
    named = case.planted.scope.get("channel", ())
    return sorted(found, key=lambda i: (not any(f.key.channel in named for f in i.findings), -len(i.findings)))


def verdicts(case: Case) -> list[Verdict]:
    """What is said of one case: of the one incident that tells of its problem, or of each false one."""
    warnings.filterwarnings("ignore")
    kind = case.planted.kind if case.planted else None

    def verdict(said: Mapping[str, float], *, two: bool = False) -> Verdict:
        return Verdict(business=case.business, kind=kind, seed=case.seed, look=case.look, said=said, two=two)

    found = [
        verdict({c.id: c.probability for c in incident.causes}, two=bool(incident.together))
        for _, incident in judged(case)
    ]
    return found if kind is None else found[:1] or [verdict({})]


def cases(seeds: Sequence[int], businesses: Sequence[str] = tuple(BUSINESSES)) -> list[Case]:
    """One case of each business for every seed; kinds take turns."""
    drawn = []
    for business in businesses:
        kinds = kinds_of(business)
        offset = list(BUSINESSES).index(business) * 5
        drawn += [case_of(business, kinds[(seed + offset) % len(kinds)], seed) for seed in seeds]
    return drawn


def measured(drawn: Sequence[Case], keep: Path | None = None, at_once: int = 1) -> list[Verdict]:
    """The verdicts on all cases; with `keep` those of an earlier run are taken from its folder."""
    with ProcessPoolExecutor(at_once) as pool:
        return [v for some in pool.map(partial(_kept, keep=keep), drawn) for v in some]


def _kept(case: Case, keep: Path | None) -> list[Verdict]:
    if keep is None:
        return verdicts(case)
    file = keep / f"{case.name.replace(' ', '_')}.json"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps([asdict(v) for v in verdicts(case)]), encoding="utf-8")
    return [Verdict(**v) for v in json.loads(file.read_text(encoding="utf-8"))]


def run(
    seeds: Sequence[int] = SEEDS, null_seeds: Sequence[int] = NULL_SEEDS, keep: Path | None = None, at_once: int = 1
) -> list[str]:
    """Measure and report."""
    told = measured(cases(seeds), keep, at_once)
    null = measured([case_of(b, None, seed) for b in ("shop", "leads", "local") for seed in null_seeds], keep, at_once)
    return report(told, null)


def main() -> None:
    """Print the report."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seeds", type=int, nargs=2, default=(SEEDS.start, SEEDS.stop), metavar=("FIRST", "AFTER_LAST")
    )
    parser.add_argument(
        "--null-seeds", type=int, nargs=2, default=(NULL_SEEDS.start, NULL_SEEDS.stop), metavar=("FIRST", "AFTER_LAST")
    )
    parser.add_argument("--keep", type=Path, help="a folder for answers: a stopped run goes on from them")
    parser.add_argument("--at-once", type=int, default=1)
    given: Any = parser.parse_args()
    print("\n".join(run(range(*given.seeds), range(*given.null_seeds), given.keep, given.at_once)))


if __name__ == "__main__":
    main()
