"""Labelled e-commerce accounts: recall, false incidents and causes over a replay of each account."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.replayed import replay
from benchmarks.scoring import Event, Score, lines, score

# Days of history before the first judged day.
PROBATION_DAYS = 91


def accepted_causes(data: Path, kind: str) -> dict[str, frozenset[str]]:
    """Cause as labelled -> ids of causes that explain it."""
    with (data / "cause_names.csv").open(encoding="utf-8") as file:
        return {
            row["cause_in_data"]: frozenset(row["accepted_ids"].split(";"))
            for row in csv.DictReader(file)
            if row["set"] == kind
        }


def run(data: Path) -> list[str]:
    """Replay every account and report the accounts with events and those without apart."""
    folder = data / "cause_synthetic"
    labels: dict[str, list[dict[str, Any]]] = json.loads((folder / "labels.json").read_text())
    names = accepted_causes(data, "cause_synthetic")
    totals = {"with events": (Score(), 0.0, 0), "without events": (Score(), 0.0, 0)}
    for account in sorted(p.stem for p in folder.glob("account_??.csv")):
        events = [_event(e, names) for e in labels.get(account, [])]
        days = _days(folder / f"{account}.csv")
        first, last = days[0] + timedelta(days=PROBATION_DAYS), days[1]
        answer, seconds = replay(
            [folder / f"{account}.csv", folder / f"{account}_calendar.csv"], first, last + timedelta(days=2)
        )
        kind = "with events" if events else "without events"
        total, spent, count = totals[kind]
        totals[kind] = (total + score(answer["incidents"], events, first, last), spent + seconds, count + 1)
    return [
        line
        for kind, (total, spent, count) in totals.items()
        for line in lines(f"cause_synthetic, accounts {kind}", total, spent, count)
    ]


def _event(label: dict[str, Any], names: dict[str, frozenset[str]]) -> Event:
    return Event(
        name=f"{label['cause']} {label['start']} {'+'.join(label['channels'])} {label['effect']:+.0%}",
        start=date.fromisoformat(label["start"]),
        end=date.fromisoformat(label["end"]),
        channels=frozenset(label["channels"]),
        causes=names[label["cause"]],
    )


def _days(path: Path) -> tuple[date, date]:
    with path.open(encoding="utf-8") as file:
        days = [date.fromisoformat(row["date"]) for row in csv.DictReader(file)]
    return min(days), max(days)
