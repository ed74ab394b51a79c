"""A known change of one channel's budget, seen in the totals of the business."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from daemon.app import open_app
from daemon.checking import check_once
from daemon.store import deliveries

CONFIG = """
channels: {paid_search: {kind: paid}, email: {kind: owned}}
kpis: {sessions: {type: count, role: sessions, good: up}}
sources: {exports: {kind: files, path: tables}}
checks:
  web: {source: exports, table: web.csv, period: day, channel_column: channel, columns: {sessions: sessions}}
calendar:
  events: [{title: "Budget -50 %", start: CUT, kind: KIND, channel: paid_search}]
destinations: {inbox: {kind: inbox}}
routes: [{to: [inbox]}]
"""
CUT = date(2026, 3, 5)
USUAL = {"paid_search": 2000, "email": 3000}


def _told(folder: Path, kind: str, email: float = 1.0) -> list[str]:
    """What is said after the budget was cut: visits of paid search halve, those of e-mail become a part of theirs."""
    (folder / "tables").mkdir()
    (folder / "channelwatch.yaml").write_text(CONFIG.replace("CUT", str(CUT)).replace("KIND", kind), encoding="utf-8")
    app = open_app(folder / "channelwatch.yaml")
    for after in range(-1, 9):
        newest, rows = CUT + timedelta(days=after), ["day,channel,sessions"]
        for back in reversed(range(160)):
            day = newest - timedelta(days=back)
            for channel, usual in USUAL.items():
                left = {"paid_search": 0.5, "email": email}[channel] if day >= CUT else 1.0
                rows.append(f"{day},{channel},{round(usual * left * random.Random(f'{day}{channel}').gauss(1, 0.03))}")
        (folder / "tables" / "web.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        check_once(
            app.watch, app.gatherer, datetime.combine(newest, datetime.min.time(), UTC) + timedelta(days=1, hours=9)
        )
    with app.store.reading() as connection:
        found = [d.payload["headline"] for d in reversed(deliveries.listing(connection))]
    app.close()
    return found


def test_a_known_cut_of_one_channel_is_no_news_of_the_business(tmp_path: Path) -> None:
    assert _told(tmp_path, "budget_change") == []


def test_what_falls_besides_is_told(tmp_path: Path) -> None:
    told = _told(tmp_path, "budget_change", email=0.4)

    assert len(told) >= 1
    assert told[0].startswith("Sessions -")
