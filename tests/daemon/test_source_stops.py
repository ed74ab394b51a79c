"""Tables of one source that all stop make one message, and one more when they are back."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from daemon.app import open_app
from daemon.checking import check_once
from daemon.store import deliveries

CONFIG = """
channels: {email: {kind: owned}, paid_search: {kind: paid}, stores: {kind: offline}}
kpis:
  email_clicks: {type: count, good: up}
  orders: {type: count, good: up}
  footfall: {type: count, good: up}
sources: {exports: {kind: files, path: tables}, others: {kind: files, path: others}}
checks:
  email: {source: exports, table: email.csv, period: day, channel: email, columns: {n: email_clicks}}
  search: {source: exports, table: search.csv, period: day, channel: paid_search, columns: {n: orders}}
  stores: {source: %s, table: stores.csv, period: day, channel: stores, columns: {n: footfall}}
destinations: {inbox: {kind: inbox}}
routes: [{to: [inbox]}]
"""
STOPS = date(2026, 3, 2)


def _told(folder: Path, source: str = "exports") -> list[dict[str, Any]]:
    """What is said while three tables stop for some days and come back."""
    (folder / "channelwatch.yaml").write_text(CONFIG % source, encoding="utf-8")
    app = open_app(folder / "channelwatch.yaml")
    for after in range(7):
        _write(folder, STOPS if after < 5 else STOPS + timedelta(days=after))
        now = datetime.combine(STOPS, datetime.min.time(), UTC) + timedelta(days=after + 1, hours=8.5)
        check_once(app.watch, app.gatherer, now)
    with app.store.reading() as connection:
        found = [d.payload for d in reversed(deliveries.listing(connection))]
    app.close()
    return found


def _write(folder: Path, newest: date) -> None:
    for place in ("tables", "others"):
        (folder / place).mkdir(exist_ok=True)
        for seed, name in enumerate(("email", "search", "stores")):
            days = [newest - timedelta(days=back) for back in range(80, -1, -1)]
            rows = [f"{day},{1000 + (day.toordinal() * (7 + seed)) % 60}" for day in days]
            (folder / place / f"{name}.csv").write_text("\n".join(["day,n", *rows]) + "\n", encoding="utf-8")


def test_one_message_says_which_data_stopped_and_one_that_they_are_back(tmp_path: Path) -> None:
    told = [alert["headline"] for alert in _told(tmp_path)]

    assert len(told) == 2, told
    assert told[0] == "Data missing for stores, email and paid search since Tue 3 Mar (2 days)"
    assert told[1].startswith("Resolved: data for stores, email and paid search, complete again after 5 days")


def test_tables_of_another_source_are_told_apart(tmp_path: Path) -> None:
    told = [alert["headline"] for alert in _told(tmp_path, "others")]

    assert len(told) == 4, told
    assert {line.split(" since ")[0] for line in told[:2]} == {
        "Data missing for paid search and email",
        "Data missing for stores",
    }
