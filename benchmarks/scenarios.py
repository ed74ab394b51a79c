"""Labelled retailer scenarios, replayed as tables with `observed_at`: what each morning's pull could see."""

import json
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.accounts import PROBATION_DAYS, accepted_causes
from benchmarks.replayed import replay
from benchmarks.scoring import Event, Score, lines, score

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


def run(data: Path) -> list[str]:
    """Replay every scenario and report those with an incident and those without apart."""
    names = accepted_causes(data, "scenarios")
    totals = {"with an incident": (Score(), 0.0, 0), "without": (Score(), 0.0, 0)}
    for folder in sorted(p for p in (data / "scenarios").iterdir() if (p / "truth.json").exists()):
        truth = json.loads((folder / "truth.json").read_text())
        start = date.fromisoformat(truth["start"])
        first, last = start + timedelta(days=PROBATION_DAYS), start + timedelta(days=truth["days"] - 1)
        events = [_event(i, names) for i in truth["incidents"]]
        benign = [(date.fromisoformat(b["start"]), date.fromisoformat(b["end"])) for b in truth["benign"]]
        with tempfile.TemporaryDirectory() as tables:
            subprocess.run(
                [
                    sys.executable,
                    data / "scenarios" / "asof.py",
                    folder,
                    str(first),
                    str(last + timedelta(days=1)),
                    tables,
                ],
                check=True,
                capture_output=True,
            )
            answer, seconds = replay(
                [Path(tables)], first, last + timedelta(days=2), timezone=truth["timezone"], currency=truth["currency"]
            )
        kind = "with an incident" if events else "without"
        total, spent, count = totals[kind]
        totals[kind] = (
            total + score(answer["incidents"], events, first, last, benign=benign),
            spent + seconds,
            count + 1,
        )
    return [
        line
        for kind, (total, spent, count) in totals.items()
        for line in lines(f"scenarios {kind}", total, spent, count)
    ]


def _event(truth: dict[str, Any], names: dict[str, frozenset[str]]) -> Event:
    channels: set[str | None] = set()
    for affected in truth["affected"]:
        table, where = affected["table"], affected["slice"]
        channels |= set(where.get("channel", [])) or (
            {_CHANNEL_OF_TABLE[table]} if table in _CHANNEL_OF_TABLE else {None}
        )
    primary = truth["primary_kpi"]["table"]
    channels |= {_CHANNEL_OF_TABLE[primary]} if primary in _CHANNEL_OF_TABLE else set()
    return Event(
        name=f"{truth['cause']} {truth['start']} snr {truth['daily_snr']:.1f} {truth['effect']:+.0%}",
        start=date.fromisoformat(truth["start"]),
        end=date.fromisoformat(truth["end"]),
        channels=frozenset(channels),
        causes=names[truth["cause"]],
    )
