"""The recipes in docs/sources.md load, and read what a server answers in the documented form."""

import re
from pathlib import Path
from typing import Any

import pytest

from daemon.sources.pulled import Window
from tests.daemon.sources.http.build import THREE_DAYS, Read, read, settings_of, window
from tests.vendor_google import Ga4, GoogleKey
from tests.vendor_server import Answer, Asked, Vendor, VendorServer, matomo, plausible, prometheus, sheet

PAGE = (Path(__file__).parents[4] / "docs" / "sources.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"<!-- recipe: (\w+) -->\n```yaml\n(.*?)```", PAGE, re.DOTALL))
SECRETS = {
    "SHEET_ID": "canarysheet",
    "PLAUSIBLE_KEY": "canary-key",
    "MATOMO_TOKEN": "canary-token",
    "META_ACCOUNT": "123",
    "META_TOKEN": "canary-meta",
    "KLAVIYO_KEY": "pk_canary",
    "SHOPIFY_TOKEN": "shpat_canary",
    "GOOGLE_KEY": "{}",
}


def cooked(name: str, vendor: Vendor, key: GoogleKey, of: Window = THREE_DAYS) -> tuple[Read, VendorServer]:
    """A recipe, with nothing changed but the host."""
    server = VendorServer(vendors={"/token": key.token_endpoint, "/": vendor})
    with server:
        kind = "    kind: http\n" in RECIPES[name]
        yaml = re.sub(r"^    allow_private: true\n", "", RECIPES[name], flags=re.MULTILINE)
        if kind:
            yaml = re.sub(r"    url: https?://[^/\n]+", f"    allow_private: true\n    url: {server.url}", yaml)
        else:
            yaml = yaml.replace(
                "    credentials:", f"    allow_private: true\n    endpoint: {server.url}\n    credentials:"
            )
        return read(yaml, {**SECRETS, "GOOGLE_KEY": key.json(server.url)}, of=of), server


@pytest.mark.parametrize("name", RECIPES)
def test_the_recipe_loads_as_it_stands(name: str) -> None:
    assert settings_of(RECIPES[name], SECRETS).checks


def test_every_recipe_is_run_or_says_that_it_is_not(google_key: GoogleKey) -> None:
    run = set(re.findall(r'cooked\("(\w+)"', Path(__file__).read_text(encoding="utf-8")))

    assert set(RECIPES) - run == {"shopify"}
    assert "### Shopify\n\n**Not run by our tests**" in PAGE


def test_a_sheet(google_key: GoogleKey) -> None:
    found, server = cooked("sheet", sheet, google_key)

    assert found.rows == [("2026-11-19", "tv", "12"), ("2026-11-20", "tv", "1,204")]
    assert server.asked[0].path == "/spreadsheets/d/canarysheet/export"


def test_prometheus(google_key: GoogleKey) -> None:
    found, server = cooked("prometheus", prometheus, google_key, window("2026-10-25", "2026-10-26", "hour"))

    assert found.columns == ("hour", "route", "errors")
    assert found.rows[:2] == [
        ("2026-10-25T00:00:00+02:00", "checkout", None),
        ("2026-10-25T01:00:00+02:00", "checkout", "4.5"),
    ]
    assert len(found.rows) == 2 * 25  # the day on which clocks go back
    assert '{job="shop",status=~"5.."}' in server.asked[0].query["query"]


def test_plausible(google_key: GoogleKey) -> None:
    found, _ = cooked("plausible", plausible, google_key)

    assert found.columns == ("day", "channel", "visits", "visitors")
    assert found.rows[0] == ("2026-11-19", "Organic Search", 120, 100)
    assert len(found.rows) == 6


def test_matomo(google_key: GoogleKey) -> None:
    found, _ = cooked("matomo", matomo, google_key)

    assert found.rows == [
        ("2026-11-20", "Search Engines", 40),
        ("2026-11-20", "Direct Entry", 12),
        ("2026-11-21", "Search Engines", 40),
        ("2026-11-21", "Direct Entry", 12),
    ]


def meta(asked: Asked) -> Answer:
    """Marketing API insights: the cursor is there on the last page too, behind which there is nothing."""
    assert asked.headers["authorization"] == "Bearer canary-meta"
    assert asked.query["time_range"] == '{"since":"2026-11-19","until":"2026-11-21"}'
    if "after" in asked.query:
        return Answer(body={"data": []})
    bought = [{"action_type": "purchase", "value": "12"}, {"action_type": "omni_purchase", "value": "13"}]
    rows = [
        {
            "campaign_name": "A",
            "date_start": "2026-11-19",
            "spend": "5.5",
            "inline_link_clicks": "9",
            "actions": bought,
        },
        {"campaign_name": "A", "date_start": "2026-11-20", "spend": "5", "actions": bought[:1]},
        {"campaign_name": "A", "date_start": "2026-11-21", "spend": "5"},
    ]
    return Answer(body={"data": rows, "paging": {"cursors": {"before": "x", "after": "MAZD"}}})


def test_meta(google_key: GoogleKey) -> None:
    found, _ = cooked("meta", meta, google_key)

    assert found.columns == ("day", "campaign", "spend", "clicks", "purchases")
    assert [row[2:] for row in found.rows] == [("5.5", "9", "13"), ("5", 0, 0), ("5", 0, 0)]


def search_console(asked: Asked) -> Answer:
    assert asked.headers["authorization"] == "Bearer ya29.canary-webmasters.readonly"
    assert asked.path == "/webmasters/v3/sites/sc-domain%3Ashop.example/searchAnalytics/query"
    rows = [{"keys": ["2026-11-19"], "clicks": 1761, "impressions": 157147, "ctr": 0.0112, "position": 10.07}]
    return Answer(body={"rows": rows, "responseAggregationType": "byProperty"})


def test_search_console(google_key: GoogleKey) -> None:
    found, _ = cooked("search_console", search_console, google_key)

    assert found.rows == [("2026-11-19", 1761, 157147)]


def klaviyo(asked: Asked) -> Answer:
    assert asked.headers["authorization"] == "Klaviyo-API-Key pk_canary"
    assert asked.headers["revision"] == "2026-01-15"
    asked_for = asked.json["data"]["attributes"]
    assert asked_for["filter"] == ["greater-or-equal(datetime,2026-11-19)", "less-than(datetime,2026-11-22)"]
    found: dict[str, Any] = {
        "dates": ["2026-11-19T00:00:00+01:00", "2026-11-20T00:00:00+01:00"],
        "data": [{"dimensions": [], "measurements": {"count": [41.0, 40.0], "sum_value": [99.5, 0]}}],
    }
    return Answer(body={"data": {"type": "metric-aggregate", "attributes": found}})


def test_klaviyo(google_key: GoogleKey) -> None:
    found, _ = cooked("klaviyo", klaviyo, google_key)

    assert found.rows == [("2026-11-19T00:00:00+01:00", 41.0, 99.5), ("2026-11-20T00:00:00+01:00", 40.0, 0)]


def test_analytics(google_key: GoogleKey) -> None:
    rows = [(("20261119", "Direct", "mobile"), ("5", "1", "9.5"))]
    found, _ = cooked("ga4", Ga4(rows), google_key)

    assert found.rows == [("2026-11-19", "Direct", "mobile", "5", "1", "9.5")]


def test_ads(google_key: GoogleKey) -> None:
    result = {
        "segments": {"date": "2026-11-19"},
        "campaign": {"name": "Brand"},
        "metrics": {"clicks": "5", "costMicros": "1500000", "conversions": 31.4},
    }
    found, _ = cooked("google_ads", lambda asked: Answer(body=[{"results": [result]}]), google_key)

    assert found.rows == [("2026-11-19", "Brand", "5", 1.5, 31.4)]
