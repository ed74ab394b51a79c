"""The ledger's view of a table of revisions equals what a pull on that morning returned, as the scenarios themselves say."""

import importlib.util
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.settings import Settings
from daemon.sources import files
from daemon.sources.ledger import Ledger
from detectors.panel import SeriesKey

pytestmark = [pytest.mark.shared_data, pytest.mark.filterwarnings("ignore")]
LONDON = ZoneInfo("Europe/London")
CHECKS: dict[str, Any] = {
    "marketing": {
        "source": "files",
        "table": "marketing_daily.csv",
        "period": "date",
        "channel_column": "channel",
        "observed_at": "observed_at",
        "dimensions": {"campaign": {}, "device": {}},
        "columns": {n: n for n in ("orders", "revenue", "spend", "platform_conversions")},
    },
    "stores": {
        "source": "files",
        "table": "stores_daily.csv",
        "period": "date",
        "channel": "stores",
        "observed_at": "observed_at",
        "dimensions": {"store": {}},
        "columns": {"footfall": "footfall", "revenue": "revenue"},
    },
}
KPIS: dict[str, Any] = {n: {"type": "count"} for n in ("orders", "platform_conversions", "footfall")} | {
    n: {"type": "amount"} for n in ("revenue", "spend")
}


@pytest.fixture(scope="module")
def revisions(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any, Path]]:
    """The scenario's own reader, its tables, and a folder with what was pulled from 8 to 11 June."""
    spec = importlib.util.spec_from_file_location("asof", shared_data / "scenarios" / "asof.py")
    assert spec is not None
    assert spec.loader is not None
    asof = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(asof)
    everything = asof.load(shared_data / "scenarios" / "dev_13_checkout_failure")
    tables = {name: everything[name] for name in ("marketing_daily", "stores_daily", "_reporting")}
    folder = tmp_path_factory.mktemp("revisions")
    asof.write(asof.revisions(tables, "2024-06-08", "2024-06-11", "Europe/London"), folder)
    yield asof, tables, folder


@pytest.mark.parametrize(
    ("check", "kpi", "dimension"),
    [
        ("marketing", "orders", "device"),
        ("marketing", "spend", None),
        ("stores", "footfall", "store"),
    ],
)
def test_every_morning_shows_what_was_pulled_on_it(
    revisions: tuple[Any, Any, Path], check: str, kpi: str, dimension: str | None
) -> None:
    asof, tables, folder = revisions
    channels = {name: {"kind": "paid"} for name in {"stores", *tables["marketing_daily"]["channel"]}}
    settings = Settings(
        timezone="Europe/London",
        kpis=KPIS,
        channels=channels,
        checks={check: CHECKS[check]},
        sources={"files": {"kind": "files", "path": str(folder)}},
    )
    ledger = Ledger.build(files.read(check, settings, folder), check, settings)

    compared = 0
    for morning in (0, 3):
        now = datetime(2024, 6, 8, 8, 15, tzinfo=LONDON) + timedelta(days=morning)
        snapshot = ledger.as_of(now)
        truth = asof.as_of(tables, now.date().isoformat())[f"{check}_daily"].assign(business="all")
        keys = ["channel"] if check == "marketing" else ["business"]
        sums = truth.groupby(["date", *keys, *([dimension] if dimension else [])])[kpi].sum(min_count=1)
        for index, expected in sums.items():
            segment = ((dimension, index[2]),) if dimension else ()
            key = SeriesKey(check, index[1] if check == "marketing" else "stores", kpi, segment)
            if key not in snapshot.panel.keys or np.isnan(expected):
                continue
            row = snapshot.panel.keys.index(key)
            period = int(np.searchsorted(snapshot.panel.axis.local, np.datetime64(index[0], "s")))
            assert snapshot.reported[row, period] == pytest.approx(expected), (now, key, index[0])
            compared += 1
    assert compared > 300


def test_a_load_that_comes_two_days_late_is_a_data_problem_and_never_a_drop(revisions: tuple[Any, Any, Path]) -> None:
    _, tables, folder = revisions
    channels = {name: {"kind": "paid"} for name in set(tables["marketing_daily"]["channel"])}
    settings = Settings(
        timezone="Europe/London",
        kpis=KPIS,
        channels=channels,
        checks={"marketing": CHECKS["marketing"]},
        sources={"files": {"kind": "files", "path": str(folder)}},
    )
    ledger = Ledger.build(files.read("marketing", settings, folder), "marketing", settings)

    late = ledger.as_of(datetime(2024, 6, 10, 8, 15, tzinfo=LONDON))
    loaded = ledger.as_of(datetime(2024, 6, 11, 8, 15, tzinfo=LONDON))

    problems = [p for p in late.problems if "2024-06-09" in p.periods]
    assert {p.kind for p in problems} <= {"partial", "late"}
    assert "paid_search" in {p.channel for p in problems if p.kind == "partial"} or None in {
        p.channel for p in problems
    }
    assert not any(p.overdue for p in problems)
    spend = late.panel.keys.index(SeriesKey("marketing", "paid_search", "spend"))
    assert np.isnan(late.panel.values[spend, -1])
    assert not np.isnan(loaded.panel.values[spend, -2])
    assert not [p for p in loaded.problems if "2024-06-09" in p.periods]
