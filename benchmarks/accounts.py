"""Labelled e-commerce accounts: recall, false incidents and causes over a replay of each account."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks import scored
from benchmarks.replayed import kept, replay
from benchmarks.scoring import Account, Event, score

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


def run(data: Path, keep: Path | None = None) -> list[str]:
    """Replay every account and report the accounts with events and those without apart."""
    folder = data / "cause_synthetic"
    labels: dict[str, list[dict[str, Any]]] = json.loads((folder / "labels.json").read_text())
    names = accepted_causes(data, "cause_synthetic")
    found = [_replayed(folder, p.stem, labels, names, keep) for p in sorted(folder.glob("account_??.csv"))]
    return [
        *scored.with_events("Accounts with events", [a for a in found if a.outcomes], ">= .92", None),
        *scored.without_events("Accounts without events", [a for a in found if not a.outcomes], "<= .25"),
    ]


def _replayed(
    folder: Path,
    name: str,
    labels: dict[str, list[dict[str, Any]]],
    causes: dict[str, frozenset[str]],
    keep: Path | None,
) -> Account:
    table = folder / f"{name}.csv"
    days, channels = _days_and_channels(table)
    first, last = days[0] + timedelta(days=PROBATION_DAYS), days[1]
    tables = [table, folder / f"{name}_calendar.csv"]
    answer, seconds = kept(keep and keep / f"{name}.json", lambda: replay(tables, first, last + timedelta(days=2)))
    events = [_event(label, causes, channels) for label in labels.get(name, [])]
    return score(name, answer["incidents"], events, (first, last), seconds=seconds)


def _event(label: dict[str, Any], causes: dict[str, frozenset[str]], everywhere: frozenset[str]) -> Event:
    start, channels = date.fromisoformat(label["start"]), frozenset[str | None](label["channels"])
    return Event(
        name=label["cause"],
        start=start,
        end=date.fromisoformat(label["end"]),
        channels=channels | {None} if channels >= everywhere else channels,
        causes=causes[label["cause"]],
        shape=label["shape"],
        due=start + timedelta(days=1),
    )


def _days_and_channels(path: Path) -> tuple[tuple[date, date], frozenset[str]]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    days = [date.fromisoformat(row["date"]) for row in rows]
    return (min(days), max(days)), frozenset(row["channel"] for row in rows)
