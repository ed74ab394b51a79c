"""Write a ledger as the tables that a team's pipeline would hold, with the instant at which each row was seen."""

import csv
import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from simulator.planted import LOADING, Planted
from simulator.reporting import SETTLED_DAYS, Fault, faults, pulls
from simulator.simulation import Ledger
from simulator.tables import DECIMALS, Table
from simulator.truth import Consequence

FIRST_PULL_HOUR = time(8)


def write(ledger: Ledger, folder: Path, first_pull: date) -> None:
    """Write one CSV file a table, `calendar.csv` and `truth.json`.

    The first pull tells all rows of the past, each later morning only rows that are new or changed. Pulls go on past the
    last day until everything has settled: of each key, the rows seen last are final.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = faults(ledger)
    last_pull = ledger.start + timedelta(days=ledger.days + SETTLED_DAYS)
    for table in ledger.outcome.tables:
        _write_table(ledger, table, known, folder / f"{table.name}.csv", first_pull, last_pull)
    _write_calendar(ledger, folder / "calendar.csv")
    truth = _truth(ledger, known, first_pull)
    (folder / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


def _write_table(
    ledger: Ledger, table: Table, known: list[Fault], path: Path, first_pull: date, last_pull: date
) -> None:
    zone = ZoneInfo(ledger.business.timezone)
    periods = [period.isoformat() for period in table.periods]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([table.period, *table.cells.dimensions, *table.columns, "observed_at"])
        for pull, view in pulls(ledger, table, known, first_pull, last_pull):
            observed = datetime.combine(pull, FIRST_PULL_HOUR, zone).isoformat()
            texts = [_texts(name, values.tolist()) for name, values in view.columns.items()]
            writer.writerows(
                [periods[row], *table.cells.keys[cell], *values, observed]
                for row, cell, *values in zip(view.rows.tolist(), view.cells.tolist(), *texts, strict=True)
            )


def _texts(name: str, values: list[float]) -> list[str]:
    """Format a column; a measure that does not apply is empty."""
    decimals = DECIMALS.get(name, 0)
    return ["" if value != value else f"{value:.{decimals}f}" for value in values]


def _write_calendar(ledger: Ledger, path: Path) -> None:
    """Write what the team knows, with a month on either side."""
    begin, end = ledger.start - timedelta(days=31), ledger.start + timedelta(days=ledger.days + 31)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["title", "start", "end", "kind", "channel"])
        writer.writerows(
            [entry.title, entry.start.isoformat(), entry.end.isoformat(), entry.kind, entry.channel or ""]
            for entry in ledger.business.calendar
            if entry.end >= begin and entry.start < end
        )


def _truth(ledger: Ledger, known: list[Fault], first_pull: date) -> dict[str, object]:
    business = ledger.business
    return {
        "business": business.name,
        "currency": business.currency,
        "country": business.country,
        "timezone": business.timezone,
        "seed": ledger.seed,
        "start": ledger.start.isoformat(),
        "days": ledger.days,
        "first_pull": first_pull.isoformat(),
        "incidents": [
            {"id": f"incident_{number}", **_incident(entry, known)} for number, entry in enumerate(ledger.truth, 1)
        ],
        "late_loads": [
            {
                "table": fault.table,
                "day": fault.first.isoformat(),
                "mended": fault.mended.isoformat(),
                "share": fault.share,
            }
            for fault in sorted(known, key=lambda f: (f.first, f.table))
            if not fault.planted and fault.mended > first_pull
        ],
    }


def _incident(entry: Consequence, known: list[Fault]) -> dict[str, object]:
    planted = entry.planted
    return {
        "cause": planted.kind,
        "start": planted.start.isoformat(),
        "end": planted.end.isoformat(),
        "severity": planted.severity,
        "scope": {name: list(values) for name, values in planted.scope.items()},
        "only_in_pulls": planted.kind in LOADING,
        "mended": _mended(planted, known),
        "channels": sorted({affected.channel for affected in entry.affected if affected.channel}),
        "kpis": sorted({f"{affected.table}.{affected.kpi}" for affected in entry.affected}),
        "money": {
            "web": entry.web,
            "call_centre": entry.call_centre,
            "stores": entry.stores,
            "total": round(entry.money, 2),
        },
        "recorded_web": entry.recorded_web,
        "media_spend": entry.media_spend,
        "affected": [
            {
                "table": a.table,
                "channel": a.channel,
                "kpi": a.kpi,
                "relative_change": a.relative_change,
                "in_scope": a.in_scope,
            }
            for a in entry.affected
        ],
    }


def _mended(planted: Planted, known: list[Fault]) -> str | None:
    """Return the day whose pull shows a fault of loading repaired; None for all other problems."""
    days = [fault.mended for fault in known if fault.planted and fault.first == planted.start]
    return max(days).isoformat() if days and planted.kind in LOADING else None
