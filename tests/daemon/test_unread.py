"""A check that cannot be read for long, and never was, is told once; so is its end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from daemon.app import open_app
from daemon.checking import check_once
from daemon.store import deliveries

CONFIG = """
kpis: {orders: {type: count, good: up}}
channels: {email: {kind: owned}, paid_search: {kind: paid}}
sources: {exports: {kind: files, path: tables}}
checks:
  shop: {source: exports, table: shop.csv, period: day, channel: email, columns: {orders: orders}}
destinations: {mine: {kind: inbox}, others: {kind: inbox}, critical: {kind: inbox}}
routes:
  - {to: [mine], channels: [email]}
  - {to: [others], channels: [paid_search]}
  - {to: [critical], min_severity: critical}
"""
NOW = datetime(2026, 3, 3, 8, 15, tzinfo=UTC)


def _looks(folder: Path, *hours: float, more: str = "") -> list[dict[str, Any]]:
    """What is queued after looks at these hours from the first."""
    (folder / "channelwatch.yaml").write_text(CONFIG + more, encoding="utf-8")
    app = open_app(folder / "channelwatch.yaml")
    for hour in hours:
        check_once(app.watch, app.gatherer, NOW + timedelta(hours=hour))
    with app.store.reading() as connection:
        found = [{"to": d.destination, **d.payload} for d in reversed(deliveries.listing(connection))]
    app.close()
    return found


def _write(folder: Path) -> None:
    (folder / "tables").mkdir(exist_ok=True)
    days = [NOW.date() - timedelta(days=back) for back in range(90, 0, -1)]
    (folder / "tables" / "shop.csv").write_text("day,orders\n" + "".join(f"{day},500\n" for day in days))


def test_it_is_told_after_a_day_once_to_those_it_concerns(tmp_path: Path) -> None:
    told = _looks(tmp_path, 0, 12, 23.9, 24, 25, 48)

    assert [(alert["to"], alert["headline"]) for alert in told] == [
        ("mine", "shop cannot be read since Tue 3 Mar, 08:15")
    ]
    assert "does not exist" in told[0]["numbers"]
    assert told[0]["severity"] == "warning"


def test_a_short_trouble_is_told_to_nobody(tmp_path: Path) -> None:
    assert _looks(tmp_path, 0, 12) == []
    _write(tmp_path)
    assert _looks(tmp_path, 24, 48) == []


def test_the_end_of_what_was_told_is_told_once(tmp_path: Path) -> None:
    _looks(tmp_path, 0, 24)
    _write(tmp_path)
    told = _looks(tmp_path, 25, 26)

    assert [alert["headline"] for alert in told][-1] == "Resolved: shop can be read again"
    assert len(told) == 2


def test_a_table_that_is_gone_is_told_after_a_restart_too(tmp_path: Path) -> None:
    _write(tmp_path)
    _looks(tmp_path, 0)
    (tmp_path / "tables" / "shop.csv").unlink()
    told = _looks(tmp_path, 24, 60)

    assert [alert["headline"] for alert in told] == ["shop cannot be read since Wed 4 Mar, 08:15"]


def test_the_message_waits_for_the_end_of_quiet_hours(tmp_path: Path) -> None:
    quiet = CONFIG.replace("{to: [mine], channels: [email]}", '{to: [mine], quiet: {after: "20:00", until: "08:00"}}')
    (tmp_path / "channelwatch.yaml").write_text(quiet, encoding="utf-8")
    app = open_app(tmp_path / "channelwatch.yaml")
    night = datetime(2026, 3, 3, 22, 0, tzinfo=UTC)
    for hours in (0, 24):
        check_once(app.watch, app.gatherer, night + timedelta(hours=hours))
    with app.store.reading() as connection:
        (waiting,) = deliveries.listing(connection)
    app.close()

    assert waiting.payload["headline"].startswith("shop cannot be read since")
    assert waiting.not_before == datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


def test_a_feed_of_changes_that_cannot_be_read_is_told_once_while_everything_is_watched(tmp_path: Path) -> None:
    _write(tmp_path)
    feed = "changes: {deploys: {path: deploys.csv, kind: deploy}}\n"

    told = [a for a in _looks(tmp_path, 1, 12, 25, 26, 49, more=feed) if a["incident_id"].startswith("unread-changes")]

    assert {alert["headline"] for alert in told} == {"changes.deploys cannot be read as a whole since Tue 3 Mar, 09:15"}
    assert len(told) == len({alert["to"] for alert in told}) == 2
    assert "Everything is watched as before" in told[0]["items"][0]
