"""Labelled scenarios, replayed as tables with `observed_at`: what each morning's pull could see.

`python -m benchmarks.scenarios --keep FOLDER` keeps tables and answers there and goes on where it stopped; delete the
answers (FOLDER/*.json) to measure another state of the code.
"""

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import scored
from benchmarks.accounts import PROBATION_DAYS, accepted_causes
from benchmarks.observed import write_observed
from benchmarks.replayed import data_folder, kept, replay
from benchmarks.scoring import Account, Event, Oddity, score

# Which channel a table without a channel column speaks of; None: the whole business.
_CHANNEL_OF_TABLE = {
    "email_daily": "email",
    "organic_daily": "organic_search",
    "call_centre_daily": "call_centre",
    "stores_daily": "stores",
    "app_daily": "app",
    "backoffice_daily": None,
    "site_daily": None,
}
# A week's figures of mail and television are there so many days after it has begun, beside the source's own lag.
_WEEK = 7


def run(data: Path, keep: Path | None = None, at_once: int = 2, names: Sequence[str] = ()) -> list[str]:
    """Replay every scenario and report those with an incident and those without apart."""
    causes = accepted_causes(data, "scenarios")
    folders = sorted(p.parent for p in (data / "scenarios").glob("*/truth.json"))
    folders = [f for f in folders if not names or f.name in names]
    with TemporaryDirectory() as scratch, ThreadPoolExecutor(at_once) as pool:
        found = list(pool.map(partial(_replayed, causes=causes, keep=keep or Path(scratch)), folders))
    return [
        *scored.with_events("Scenarios with an incident", [a for a in found if a.outcomes], ">= .90", scored.SEEN),
        *scored.without_events("Scenarios without an incident", [a for a in found if not a.outcomes], "<= .25"),
    ]


def _replayed(folder: Path, causes: dict[str, frozenset[str]], keep: Path) -> Account:
    truth = json.loads((folder / "truth.json").read_text())
    start = date.fromisoformat(truth["start"])
    days = start + timedelta(days=PROBATION_DAYS), start + timedelta(days=truth["days"] - 1)
    answer, seconds = kept(keep / f"{folder.name}.json", lambda: _answer(folder, truth, days, keep))
    return score(
        folder.name,
        answer["incidents"],
        [_event(i, causes, truth["reporting"]) for i in truth["incidents"]],
        days,
        oddities=_oddities(truth),
        seconds=seconds,
    )


def _answer(folder: Path, truth: dict[str, Any], days: tuple[date, date], keep: Path) -> tuple[dict[str, Any], float]:
    tables = keep / folder.name
    if not tables.exists():
        part = keep / f"{folder.name}.part"
        write_observed(folder, days[0], days[1] + timedelta(days=1), truth["timezone"], part)
        part.rename(tables)
    return replay(
        [tables], days[0], days[1] + timedelta(days=2), timezone=truth["timezone"], currency=truth["currency"]
    )


def _event(truth: dict[str, Any], causes: dict[str, frozenset[str]], reporting: dict[str, Any]) -> Event:
    channels: set[str | None] = set()
    for affected in truth["affected"]:
        table, where = affected["table"], affected["slice"]
        channels |= set(where.get("channel", [])) or {_CHANNEL_OF_TABLE.get(table)}
    start, primary = date.fromisoformat(truth["start"]), truth["primary_kpi"]["table"]
    channels |= {_CHANNEL_OF_TABLE[primary]} if primary in _CHANNEL_OF_TABLE else set()
    due = start + timedelta(days=1)
    if primary == "offline_weekly":
        monday = start - timedelta(days=start.weekday())
        due = monday + timedelta(days=_WEEK + reporting["offline_weekly_lag_days"])
    return Event(
        name=truth["cause"],
        start=start,
        end=date.fromisoformat(truth["end"]),
        channels=frozenset(channels),
        causes=causes[truth["cause"]],
        shape=truth["shape"],
        due=due,
        snr=truth["daily_snr"],
    )


def _oddities(truth: dict[str, Any]) -> list[Oddity]:
    """Harmless oddities, and data that really came late: the time until they came, in the channels that they speak of."""
    harmless = [
        Oddity(kind=b["kind"], start=date.fromisoformat(b["start"]), end=date.fromisoformat(b["end"]))
        for b in truth["benign"]
        if b["kind"] != "late_load"
    ]
    return harmless + [_late(i) for i in truth["reporting"]["items"] if i["kind"] == "late_load"]


def _late(item: dict[str, Any]) -> Oddity:
    days = [date.fromisoformat(d) for d in item["days"]]
    table, named = item["table"], item["filter"].get("channel")
    return Oddity(
        kind="late load",
        start=min(days),
        end=max([*days, date.fromisoformat(item["available_on"])] if item["available_on"] else days),
        channels=frozenset(named)
        if named
        else frozenset([_CHANNEL_OF_TABLE[table]])
        if table in _CHANNEL_OF_TABLE
        else None,
    )


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", help="scenarios (default: all of them)")
    parser.add_argument("--keep", type=Path, help="a folder for tables and answers; a later run goes on from them")
    parser.add_argument("--at-once", type=int, default=2)
    given = parser.parse_args()
    data = data_folder()
    if data is None:
        raise SystemExit("set CHANNELWATCH_DATA to the folder of labelled data")
    print("\n".join(run(data, given.keep, given.at_once, given.name)))


if __name__ == "__main__":
    main()
