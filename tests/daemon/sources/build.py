"""Small configurations and tables for the tests of sources."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.settings import Settings
from daemon.sources import files
from daemon.sources.ledger import Ledger, Snapshot
from daemon.sources.table import Table
from detectors.panel import SeriesKey

KPIS: dict[str, Any] = {
    "orders": {"type": "count", "good": "up"},
    "sessions": {"type": "count"},
    "revenue": {"type": "amount"},
    "spend": {"type": "amount"},
    "wait": {"type": "level", "weight": "orders"},
    "cvr": {"type": "ratio", "numerator": "orders", "denominator": "sessions"},
}
CHANNELS: dict[str, Any] = {
    "search": {"kind": "paid"},
    "email": {"kind": "owned"},
    "stores": {"kind": "offline"},
}


def settings_of(path: Path, *, zone: str = "UTC", calendar: Mapping[str, Any] | None = None, **check: Any) -> Settings:
    """A configuration with one check named shop."""
    given = {"source": "files", "period": "date", "columns": {"orders": "orders"}} | check
    if not {"channel_column", "channel", "scope"} & set(given):
        given["channel"] = "search"
    return Settings(
        timezone=zone,
        kpis=KPIS,
        channels=CHANNELS,
        sources={"files": {"kind": "files", "path": str(path)}},
        checks={"shop": given},
        calendar=dict(calendar or {}),
    )


def write(folder: Path, rows: Sequence[Sequence[object]], header: str, name: str = "shop.csv") -> Path:
    """A CSV file."""
    path = folder / name
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def table_of(folder: Path, rows: Sequence[Sequence[object]], header: str, **check: Any) -> tuple[Table, Settings]:
    """Rows, written and read again."""
    settings = settings_of(write(folder, rows, header), **check)
    return files.read("shop", settings, folder), settings


def ledger_of(folder: Path, rows: Sequence[Sequence[object]], header: str, **check: Any) -> Ledger:
    """A ledger of rows."""
    table, settings = table_of(folder, rows, header, **check)
    return Ledger.build(table, "shop", settings)


def day(number: int) -> str:
    """The ISO date of a running day; day 0 is Monday 1 January 2024."""
    return (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number)).date().isoformat()


def morning(number: int) -> datetime:
    """A quarter past eight on the morning after a day."""
    return datetime(2024, 1, 2, 8, 15, tzinfo=UTC) + timedelta(days=number)


def pulled(number: int, hours: int = 8) -> str:
    """The instant at which the rows of a day are usually pulled."""
    return (datetime(2024, 1, 2, tzinfo=UTC) + timedelta(days=number, hours=hours)).isoformat()


def row(snapshot: Snapshot, channel: str | None, kpi: str = "orders", **segment: str) -> list[float]:
    """The values of a series."""
    key = SeriesKey("shop", channel, kpi, tuple(sorted(segment.items())))
    values: list[float] = snapshot.panel.values[snapshot.panel.keys.index(key)].tolist()
    return values
