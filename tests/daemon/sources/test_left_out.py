"""Rows of channels that nobody configured, or of none, are told at each run: numbers may be missing that people count on."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from daemon.app import open_app
from daemon.checking import check_once

CONFIG = """
kpis: {orders: {type: count, good: up}}
channels: {email: {kind: owned}}
sources: {exports: {kind: files, path: shop.csv}}
checks:
  shop: {source: exports, period: day, channel_column: channel, columns: {orders: orders}}
"""
NEWEST = date(2026, 3, 2)


def _told(folder: Path, *strange: str) -> list[str]:
    days = [NEWEST - timedelta(days=back) for back in range(60, -1, -1)]
    rows = [f"{day},{channel},100" for day in days for channel in ("email", *strange)]
    (folder / "shop.csv").write_text("\n".join(["day,channel,orders", *rows]) + "\n", encoding="utf-8")
    (folder / "channelwatch.yaml").write_text(CONFIG, encoding="utf-8")
    app = open_app(folder / "channelwatch.yaml")
    checked = check_once(app.watch, app.gatherer, datetime(2026, 3, 3, 8, 15, tzinfo=UTC))
    app.close()
    assert {p.kind for p in checked.problems} <= {"partial"}
    return [p.detail for p in checked.problems]


def test_a_channel_that_nobody_configured_is_a_data_problem_with_its_remedy(tmp_path: Path) -> None:
    assert _told(tmp_path, "tiktok") == [
        "shop.csv line 3: channel 'tiktok' is not configured; its rows are left out: add it under channels "
        "(61 such rows)"
    ]


def test_rows_without_a_channel_are_told_as_such(tmp_path: Path) -> None:
    assert _told(tmp_path, "") == [
        "shop.csv line 3: rows without a channel are left out: fill in the column, or filter them (61 such rows)"
    ]


def test_totals_rows_need_no_answer(tmp_path: Path) -> None:
    assert _told(tmp_path, "Total") == []


def test_where_every_row_has_its_channel_nothing_is_told(tmp_path: Path) -> None:
    assert _told(tmp_path) == []
