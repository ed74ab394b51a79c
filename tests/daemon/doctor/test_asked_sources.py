"""Databases and APIs are asked for a little, and what they lack is told."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from daemon.doctor.line import Line
from daemon.doctor.sources import look
from tests.vendor_server import HTML, Answer, VendorServer

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
CHECK = {"source": "shop", "period": "day", "scope": "business", "columns": {"orders": "orders"}}
QUERY = "SELECT day, orders FROM sales WHERE day >= :since AND day < :until"


def looked(folder: Path, source: Mapping[str, Any], **check: Any) -> list[tuple[str, str]]:
    given = {
        "kpis": {"orders": {"type": "count"}},
        "sources": {"shop": source},
        "checks": {"sales": {**CHECK, **check}},
    }
    file = folder / "channelwatch.yaml"
    file.write_text(json.dumps(given), encoding="utf-8")
    file.chmod(0o600)
    found: list[Line] = list(look(load(file, {}), "sales", folder, NOW))
    assert {line.what for line in found} == {"check sales"}
    return [(str(line.verdict), line.seen) for line in found]


@pytest.fixture
def shop(tmp_path: Path) -> dict[str, str]:
    """A database with a year of sales."""
    days = [(f"{(NOW - timedelta(days=back)).date()}", back) for back in range(1, 365)]
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection, connection:
        connection.execute("CREATE TABLE sales (day TEXT, orders INTEGER)")
        connection.executemany("INSERT INTO sales VALUES (?, ?)", days)
    return {"kind": "sql", "url": f"sqlite:///{tmp_path}/shop.db"}


def test_a_database_is_asked_for_its_newest_periods_only(tmp_path: Path, shop: dict[str, str]) -> None:
    assert looked(tmp_path, shop, query=QUERY) == [
        ("ok", "3 rows of the last 3 periods, 2 columns; newest 2026-03-02 (UTC)")
    ]


def test_a_column_that_the_answer_lacks_is_named(tmp_path: Path, shop: dict[str, str]) -> None:
    ((verdict, seen),) = looked(tmp_path, shop, query=QUERY.replace("SELECT day, orders", "SELECT day, orders AS sold"))

    assert verdict == "fail"
    assert "has no column 'orders'" in seen


def test_a_period_column_that_the_answer_lacks_is_named(tmp_path: Path, shop: dict[str, str]) -> None:
    ((verdict, seen),) = looked(tmp_path, shop, query=QUERY.replace("SELECT day,", "SELECT day AS at,"))

    assert verdict == "fail"
    assert "has no column 'day'" in seen


def test_what_cannot_be_read_of_an_answer_is_told_as_a_cycle_would(tmp_path: Path, shop: dict[str, str]) -> None:
    (text,) = looked(tmp_path, shop, query=QUERY.replace("orders FROM", "orders || ' k' AS orders FROM"))
    (dates,) = looked(tmp_path, shop, query=QUERY.replace("SELECT day,", "SELECT strftime('%d/%m/%Y', day) AS day,"))
    odd = QUERY.replace("orders FROM", "CASE orders WHEN 2 THEN 'n/k' ELSE orders END AS orders FROM")
    fine, cell = looked(tmp_path, shop, query=odd)

    assert text[0] == "fail" and "holds no numbers at all" in text[1]
    assert dates[0] == "fail" and "not an ISO date" in dates[1]
    assert fine[0] == "ok" and fine[1].endswith("newest 2026-03-02 (UTC)")
    assert cell[0] == "warn" and "'n/k'" in cell[1]


def test_an_empty_answer_is_told(tmp_path: Path, shop: dict[str, str]) -> None:
    assert looked(tmp_path, shop, query=QUERY + " AND orders < 0") == [
        ("warn", "0 rows of the last 3 periods, 2 columns")
    ]


def test_rows_that_repeat_a_period_are_told(tmp_path: Path, shop: dict[str, str]) -> None:
    twice = f"{QUERY} UNION ALL {QUERY}"

    assert ("warn", "3 rows repeat a period, channel and dimensions") in looked(tmp_path, shop, query=twice)


def test_a_dimension_of_an_answer_that_looks_like_people_is_told(tmp_path: Path, shop: dict[str, str]) -> None:
    query = QUERY.replace("SELECT day,", "SELECT day, 'ana.canary' || orders || '@example.com' AS buyer,")

    found = looked(tmp_path, shop, query=query, dimensions={"buyer": {}})

    assert ("warn", "the dimension buyer looks like e-mail addresses") in found
    assert "canary" not in str(found)


def test_a_query_that_fails_and_a_database_that_is_not_there_fail(tmp_path: Path, shop: dict[str, str]) -> None:
    ((wrong, _),) = looked(tmp_path, shop, query=QUERY.replace("sales", "sale"))
    ((gone, _),) = looked(tmp_path, {**shop, "url": f"sqlite:///{tmp_path}/nothing.db"}, query=QUERY)

    assert (wrong, gone) == ("fail", "fail")
    assert not (tmp_path / "nothing.db").exists()


def test_an_api_is_asked_once_and_a_page_to_sign_in_is_no_answer(tmp_path: Path) -> None:
    rows = [{"day": "2026-03-01", "orders": 5}, {"day": "2026-03-02", "orders": 7}]
    request = {"path": "/sales", "rows": "$.rows[*]"}
    with VendorServer(Answer(body={"rows": rows}), Answer(body=HTML)) as vendor:
        source = {"kind": "http", "url": vendor.url, "allow_private": True}
        fine = looked(tmp_path, source, request=request)
        ((refused, _),) = looked(tmp_path, source, request=request)

    assert fine == [("ok", "2 rows of the last 3 periods, 2 columns; newest 2026-03-02 (UTC)")]
    assert refused == "fail"
    assert len(vendor.asked) == 2
