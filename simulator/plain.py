"""What a team without a warehouse has: one table by channel and day, as somebody exports it, and a list of events.

Nothing says when a row was seen, so faults of loading stay in the figures.
"""

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np

from simulator.chance import Array
from simulator.planted import Planted
from simulator.simulation import Ledger

COLUMNS = ("spend", "impressions", "clicks", "sessions", "conversions", "revenue")
FAULTS = frozenset({"data_late", "duplicate_load", "source_empty", "unit_or_currency"})
"""Problems that befall the finished table."""
_MONEY = frozenset({"spend", "revenue"})


def write_plain(ledger: Ledger, folder: Path, fault: Planted | None = None, *, backoffice: bool = False) -> None:
    """Write `marketing.csv` and `calendar.csv`; with `backoffice` the shop's own orders besides.

    fault: one of FAULTS; its scope may name channels and, for a unit, the `column`. Its severity is the part of the rows that is
    lacking, or what the unit's figures are multiplied by.
    """
    folder.mkdir(parents=True, exist_ok=True)
    channels, figures = _by_channel(ledger)
    if fault is not None:
        _befall(figures, channels, fault, ledger)
    with (folder / "marketing.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", "channel", *figures])
        for row, day in enumerate(_days(ledger)):
            for at, channel in enumerate(channels):
                if not np.isnan(figures["sessions"][row, at]):
                    cells = ((name, of[row, at]) for name, of in figures.items())
                    writer.writerow([day, channel, *(round(float(v), 2) if m in _MONEY else int(v) for m, v in cells)])
    _write_calendar(ledger, folder / "calendar.csv")
    if backoffice:
        _write_shop(ledger, folder / "backoffice.csv")


def _by_channel(ledger: Ledger) -> tuple[list[str], dict[str, Array]]:
    """The table's measures, days x channels; what a channel does not have is zero."""
    table = ledger.outcome.table("marketing")
    channels = sorted({key[0] for key in table.cells.keys})
    member = np.array([[float(key[0] == channel) for channel in channels] for key in table.cells.keys])
    last = ledger.business.funnel[-1]
    source = {name: last if name == "conversions" else name for name in COLUMNS}
    return channels, {
        name: np.nan_to_num(table.columns[c]) @ member for name, c in source.items() if c in table.columns
    }


def _befall(figures: Mapping[str, Array], channels: list[str], fault: Planted, ledger: Ledger) -> None:
    days = np.array([fault.start <= day <= fault.end for day in ledger.outcome.table("marketing").periods])
    named = fault.scope.get("channel", tuple(channels))
    hit = days[:, None] & np.array([channel in named for channel in channels])
    columns = fault.scope.get("column", COLUMNS)
    factor = {
        "data_late": 1 - fault.severity,
        "duplicate_load": 2.0,
        "source_empty": np.nan,
        "unit_or_currency": fault.severity,
    }[fault.kind]
    for name in figures.keys() & set(columns):
        figures[name][hit] *= factor


def _days(ledger: Ledger) -> tuple[date, ...]:
    return ledger.outcome.table("marketing").periods


def _write_calendar(ledger: Ledger, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["title", "start", "end", "kind", "channel"])
        writer.writerows(
            [entry.title, entry.start, entry.end, entry.kind, entry.channel or ""] for entry in ledger.business.calendar
        )


def _write_shop(ledger: Ledger, path: Path) -> None:
    table = ledger.outcome.table("backoffice")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", "orders", "revenue"])
        orders, revenue = (table.columns[name].sum(axis=1) for name in ("orders", "revenue"))
        writer.writerows(
            [day, int(sold), round(float(money), 2)]
            for day, sold, money in zip(_days(ledger), orders, revenue, strict=True)
        )
