"""From an API's answer to the table that is judged: through the state, with periods, numbers and names as they are."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from config.settings import Settings
from daemon.errors import SourceRejected, SourceUnavailable
from daemon.sources import fetch
from daemon.sources.pulling import pull
from daemon.store import Store, open_store
from tests.daemon.sources.http.build import settings_of
from tests.daemon.sources.http.test_recipes import RECIPES, SECRETS
from tests.vendor_google import Ga4, GoogleKey
from tests.vendor_server import Answer, Asked, VendorServer, plausible, prometheus

NOW = datetime(2026, 10, 26, 8, 15, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'state.db'}")
    yield opened
    opened.close()


def recipe(name: str, server: VendorServer, key: str = "{}", check: str = "") -> Settings:
    private = f"    allow_private: true\n    url: {server.url}"
    yaml = RECIPES[name].replace("    allow_private: true\n", "")
    for host in ("https://plausible.io", "http://prometheus.internal:9090"):
        yaml = yaml.replace(f"    url: {host}", private)
    yaml = yaml.replace("    credentials:", f"    allow_private: true\n    endpoint: {server.url}\n    credentials:")
    return settings_of(f"{yaml.rstrip()}\n{check}", {**SECRETS, "GOOGLE_KEY": key})


def test_days_of_plausible(store: Store, tmp_path: Path) -> None:
    with VendorServer(vendors={"/": plausible}) as server:
        settings = recipe("plausible", server, check="    history_periods: 30\n    reread_periods: 5\n")
        pull("traffic", settings, tmp_path, store, NOW)
        pull("traffic", settings, tmp_path, store, NOW + timedelta(days=1))
        table = fetch("traffic", settings, tmp_path, store)

    assert sorted(str(c) for c in table.channels) == ["Direct", "Organic Search"]
    assert np.unique(table.period.astype("datetime64[D]")).tolist()[-1].isoformat() == "2026-10-26"
    assert len(np.unique(table.period)) == 31
    assert table.row_problems == ()


def test_the_hour_that_the_clock_repeats(store: Store, tmp_path: Path) -> None:
    with VendorServer(vendors={"/": prometheus}) as server:
        settings = recipe("prometheus", server, check="    history_periods: 48\n")
        pull("site_health", settings, tmp_path, store, NOW)
        table = fetch("site_health", settings, tmp_path, store)

    hours = table.period.astype("datetime64[h]")
    assert (hours == np.datetime64("2026-10-25T02")).sum() == 2 * 2  # two routes, twice
    assert (hours == np.datetime64("2026-10-25T03")).sum() == 2
    assert np.nansum(table.values[hours == np.datetime64("2026-10-25T02"), 0]) == 2 * (4.5 + 7.5)


def test_analytics(store: Store, tmp_path: Path, google_key: GoogleKey) -> None:
    rows = [((f"202610{d}", "Direct", "mobile"), (str(d), "1", "9.5")) for d in range(10, 26)]
    with VendorServer(vendors={"/token": google_key.token_endpoint, "/v1beta": Ga4(rows)}) as server:
        settings = recipe("ga4", server, google_key.json(server.url))
        pull("web", settings, tmp_path, store, NOW)
        table = fetch("web", settings, tmp_path, store)

    kpis = {kpi: i for i, kpi in enumerate(table.kpis)}
    assert sorted(table.values[:, kpis["sessions"]].tolist()) == list(range(10, 26))
    assert set(table.values[:, kpis["revenue"]].tolist()) == {9.5}


def test_ads(store: Store, tmp_path: Path, google_key: GoogleKey) -> None:
    results = [
        {
            "segments": {"date": f"2026-10-{d}"},
            "campaign": {"name": "Brand"},
            "metrics": {"clicks": "5", "costMicros": "1500000", "conversions": 31.4},
        }
        for d in range(10, 26)
    ]
    vendors = {"/token": google_key.token_endpoint, "/v26": lambda asked: Answer(body=[{"results": results}])}
    with VendorServer(vendors=vendors) as server:
        settings = recipe("google_ads", server, google_key.json(server.url))
        pull("campaigns", settings, tmp_path, store, NOW)
        table = fetch("campaigns", settings, tmp_path, store)

    kpis = {kpi: i for i, kpi in enumerate(table.kpis)}
    assert set(table.values[:, kpis["spend"]].tolist()) == {1.5}
    assert table.dimension_values == (("Brand",),)


def test_what_was_known_stands_when_the_api_fails_or_falls_silent(store: Store, tmp_path: Path) -> None:
    silent = False

    def api(asked: Asked) -> Answer:
        return Answer(body={"results": [], "meta": {}}) if silent else plausible(asked)

    with VendorServer(vendors={"/": api}) as server:
        settings = recipe("plausible", server, check="    history_periods: 30\n")
        pull("traffic", settings, tmp_path, store, NOW)
        before = fetch("traffic", settings, tmp_path, store)
        silent = True
        with pytest.raises(SourceUnavailable, match="answered no rows"):
            pull("traffic", settings, tmp_path, store, NOW + timedelta(days=1))
        server._vendors["/"] = lambda asked: Answer(status=403, body={"error": "no"})
        with pytest.raises(SourceRejected, match="403"):
            pull("traffic", settings, tmp_path, store, NOW + timedelta(days=2))
        after = fetch("traffic", settings, tmp_path, store)

    assert np.array_equal(before.values, after.values, equal_nan=True)


def test_no_secret_reaches_the_state(store: Store, tmp_path: Path) -> None:
    with VendorServer(vendors={"/": plausible}) as server:
        settings = recipe("plausible", server, check="    history_periods: 30\n")
        pull("traffic", settings, tmp_path, store, NOW)

    with sqlite3.connect(tmp_path / "state.db") as database:
        dump = "\n".join(database.iterdump())
    database.close()
    assert "canary" not in dump
    assert "canary" not in repr(settings)
    assert "canary" not in json.dumps(settings.model_dump(mode="json"))
