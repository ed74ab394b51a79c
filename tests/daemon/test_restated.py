"""What a source puts right, an incident takes back by itself and says why: whole cycles, for every kind of source."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon.app import open_app
from daemon.checking import check_once
from daemon.store import deliveries

CONFIG = """
timezone: UTC
channels: {stores: {kind: offline}}
kpis: {orders: {type: count, role: orders, good: up}}
sources: {shop: SOURCE}
checks: {shop: {source: shop, QUESTION, period: day, channel: stores, columns: {orders: orders}}}
destinations: {inbox: {kind: inbox}}
routes: [{to: [inbox]}]
"""
FILES = CONFIG.replace("SOURCE", "{kind: files, path: tables}")
ASKED = CONFIG.replace("SOURCE", "{kind: sql, url: 'sqlite:///shop.db'}").replace(
    "QUESTION", 'query: "SELECT * FROM shop WHERE day >= :since AND day < :until"'
)
START, WRONG = date(2026, 1, 1), 150

Table = dict[int, int]
Put = Callable[[Path, list[Table]], None]


def orders(day: int) -> int:
    """A steady shop."""
    return round(1000 * random.Random(day).gauss(1, 0.03))


def seen_at(look: int, put_right: int | None, better: int | None = None) -> Table:
    """What the source says on the morning of day `look`: of day WRONG it says far too little until `put_right`.

    From `better` on it says more, but still too little.
    """
    table = {day: orders(day) for day in range(look)}
    if WRONG in table and (put_right is None or look < put_right):
        table[WRONG] = 430 if better is None or look < better else 770
    return table


def as_file(folder: Path, seen: list[Table]) -> None:
    """The file of today."""
    _write(folder, "day,orders", [f"{_iso(day)},{n}" for day, n in seen[-1].items()])


def as_states(folder: Path, seen: list[Table]) -> None:
    """All that was ever seen, with its instant."""
    rows: list[str] = []
    known: Table = {}
    for look, table in enumerate(seen, START_LOOK):
        rows += [f"{_iso(d)},{n},{_iso(look)}T07:00:00Z" for d, n in table.items() if known.get(d) != n]
        known = table
    _write(folder, "day,orders,seen", rows)


def as_database(folder: Path, seen: list[Table]) -> None:
    """The shop's database as it stands today."""
    with closing(sqlite3.connect(folder / "shop.db")) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS shop (day TEXT, orders INTEGER)")
        database.execute("DELETE FROM shop")
        database.executemany("INSERT INTO shop VALUES (?, ?)", [(_iso(d), n) for d, n in seen[-1].items()])


def _iso(day: int) -> str:
    return (START + timedelta(days=day)).isoformat()


def _write(folder: Path, header: str, rows: list[str]) -> None:
    (folder / "tables").mkdir(exist_ok=True)
    (folder / "tables" / "shop.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


START_LOOK = WRONG - 4
SOURCES = {
    "a file that is written anew": (FILES.replace("QUESTION", "table: shop.csv"), as_file),
    "a table of states": (FILES.replace("QUESTION", "table: shop.csv, observed_at: seen"), as_states),
    "a database that is asked": (ASKED, as_database),
}


def told(
    folder: Path, config: str, put: Put, put_right: int | None, better: int | None = None, looks: int = 9
) -> tuple[list[dict[str, Any]], list[str]]:
    """What was said over some mornings, and how the incidents stand."""
    (folder / "channelwatch.yaml").write_text(config, encoding="utf-8")
    seen: list[Table] = []
    put(folder, [seen_at(START_LOOK, put_right, better)])
    app = open_app(folder / "channelwatch.yaml")
    states: dict[str, str] = {}
    for look in range(START_LOOK, START_LOOK + looks):
        seen.append(seen_at(look, put_right, better))
        put(folder, seen)
        now = datetime.combine(START + timedelta(days=look), datetime.min.time(), UTC) + timedelta(hours=8.5)
        states |= {i.id: str(i.status) for i in check_once(app.watch, app.gatherer, now).incidents}
    with app.store.reading() as connection:
        alerts = [d.payload for d in reversed(deliveries.listing(connection))]
    app.close()
    return alerts, list(states.values())


@pytest.mark.parametrize("source", SOURCES)
def test_a_fall_that_the_source_puts_right_is_taken_back_with_the_reason(tmp_path: Path, source: str) -> None:
    config, put = SOURCES[source]

    alerts, states = told(tmp_path, config, put, put_right=WRONG + 3)

    assert states == ["retracted"]
    assert [a["change"] for a in alerts] == ["opened", "retracted"]
    assert "-57 %" in alerts[0]["headline"]
    assert "the source corrected" in " ".join([alerts[1]["headline"], alerts[1]["news"], alerts[1]["numbers"]]).lower()


@pytest.mark.parametrize("source", SOURCES)
def test_a_fall_that_the_source_puts_right_after_its_end_is_taken_back_once(tmp_path: Path, source: str) -> None:
    config, put = SOURCES[source]

    alerts, states = told(tmp_path, config, put, put_right=WRONG + 4, looks=12)

    assert states == ["retracted"]
    assert [a["change"] for a in alerts] == ["opened", "resolved", "retracted"]
    assert alerts[2]["headline"].startswith("Withdrawn: ") and alerts[2]["headline"].endswith(" on Sun 31 May")
    assert "source corrected its numbers" in alerts[2]["numbers"]


@pytest.mark.parametrize("source", SOURCES)
def test_a_fall_that_stays_is_resolved_and_never_taken_back(tmp_path: Path, source: str) -> None:
    config, put = SOURCES[source]

    alerts, states = told(tmp_path, config, put, put_right=None)

    assert states == ["resolved"]
    assert [a["change"] for a in alerts] == ["opened", "resolved"]


@pytest.mark.parametrize("source", SOURCES)
def test_a_fall_that_the_source_corrects_in_part_stays_one_with_the_corrected_numbers(
    tmp_path: Path, source: str
) -> None:
    config, put = SOURCES[source]

    alerts, states = told(tmp_path, config, put, put_right=None, better=WRONG + 2)

    assert states == ["resolved"]
    assert [a["change"] for a in alerts] == ["opened", "resolved"]
    assert alerts[0]["numbers"].startswith("430 orders against")
    assert alerts[1]["numbers"].startswith("It was 770 orders against")
