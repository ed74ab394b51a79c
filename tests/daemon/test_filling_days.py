"""Days that fill up are judged again while they do: whole cycles over a file without any times."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from daemon.app import open_app
from daemon.checking import check_once
from daemon.store import deliveries

CONFIG = """
timezone: UTC
channels: {stores: {kind: offline}}
kpis: {orders: {type: count, role: orders, good: up, completeness: [0.55, 0.8, 0.95]}}
sources: {shop: {kind: files, path: tables}}
checks: {shop: {source: shop, table: shop.csv, period: day, channel: stores, columns: {orders: orders}}}
destinations: {inbox: {kind: inbox}}
routes: [{to: [inbox]}]
"""
START, WRONG = date(2026, 1, 1), 150
FILLS = (0.55, 0.8, 0.95)


def _orders(day: int, age: int, end_at: float) -> int:
    """What is in of a day; day WRONG begins like any other and comes to `end_at` of it."""
    whole = 1000 * random.Random(day).gauss(1, 0.03)
    share = FILLS[age] if age < len(FILLS) else 1.0
    return round(whole * (min(share, end_at) if day == WRONG else share))


def _told(folder: Path, end_at: float) -> list[str]:
    """The headlines of some mornings."""
    (folder / "channelwatch.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "tables").mkdir()
    app = None
    for look in range(WRONG - 3, WRONG + 7):
        rows = [f"{START + timedelta(days=d)},{_orders(d, look - 1 - d, end_at)}" for d in range(look)]
        (folder / "tables" / "shop.csv").write_text("\n".join(["day,orders", *rows]) + "\n", encoding="utf-8")
        app = app or open_app(folder / "channelwatch.yaml")
        now = datetime.combine(START + timedelta(days=look), datetime.min.time(), UTC) + timedelta(hours=8.5)
        check_once(app.watch, app.gatherer, now)
    assert app is not None
    with app.store.reading() as connection:
        told = [str(d.payload["headline"]) for d in reversed(deliveries.listing(connection))]
    app.close()
    return told


def test_a_fall_that_shows_only_as_the_day_fills_up_is_told(tmp_path: Path) -> None:
    told = _told(tmp_path, end_at=0.56)

    assert told
    assert told[0].startswith("Orders -")


def test_a_day_that_fills_up_as_others_do_is_no_news(tmp_path: Path) -> None:
    assert _told(tmp_path, end_at=1.0) == []
