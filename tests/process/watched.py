"""A company whose website's numbers come from a source that a test harms, and whose stores' numbers never fail."""

import json
import random
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from tests.process import business
from tests.process.business import FELL, Fall
from tests.process.command import CONFIG

BEFORE, BAD = FELL - timedelta(days=1), FELL
"""The last good day, and the day on which something is wrong."""
FALL = Fall(first=BAD, last=BAD)
"""What really happened on the bad day: paid search lost 60 % of its orders."""

Row = tuple[str, str, int, int, float]

_CONFIG = """\
timezone: Europe/London
currency: GBP
channels:
  paid_search: {{kind: paid}}
  email: {{kind: owned}}
  stores: {{kind: offline}}
kpis:
  sessions: {{type: count, good: up}}
  orders: {{type: count, good: up}}
  revenue: {{type: amount, good: up}}
  footfall: {{type: count, good: up}}
sources:
  tables: {{kind: files, path: tables}}
  web: {source}
checks:
  web:
    source: web
    {question}
    period: date
    channel_column: channel
    columns: {{sessions: sessions, orders: orders, revenue: revenue}}
  stores:
    source: tables
    table: stores.csv
    period: date
    channel: stores
    columns: {{visitors: footfall}}
"""
FILES = ("{kind: files, path: tables}", "table: web.csv")
SQL = (
    '{kind: sql, url: "${WEB_URL}"}',
    "query: SELECT date, channel, sessions, orders, revenue FROM web WHERE date >= :since AND date < :until\n"
    "    history_periods: 120",
)
HTTP = (
    '{kind: http, url: "${WEB_URL}", allow_private: true, timeout_seconds: 1, auth: {bearer: "${WEB_KEY}"}}',
    'request: {path: /days, query: {from: "{since}", to: "{last}"}, rows: "$.data[*]"}\n    history_periods: 120',
)
KEY = "canarysecret-of-the-api"


def told_to(url: str) -> dict[str, str]:
    """The environment that sends everything to one Slack-like webhook."""
    growth = {"kind": "slack_webhook", "url": url}
    return {
        "CHANNELWATCH_DESTINATIONS": json.dumps({"growth": growth}),
        "CHANNELWATCH_ROUTES": json.dumps([{"to": ["growth"]}]),
    }


def configure(folder: Path, source: str, question: str, more: str = "") -> None:
    """Write the configuration and the stores' table; the website's numbers are the caller's."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(_CONFIG.format(source=source, question=question) + more, encoding="utf-8")


def stores(folder: Path, through: date) -> None:
    """The stores' table. On the bad day fewer people came."""
    lines = ["date,visitors"]
    for back in reversed(range(business.DAYS)):
        day = through - timedelta(days=back)
        left = 0.4 if day == BAD else 1.0
        lines.append(f"{day},{round(900 * random.Random(f'stores {day}').gauss(1, 0.02) * left)}")
    (folder / "tables" / "stores.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def rows(through: date) -> list[Row]:
    """The website's numbers as they really were."""
    found = [line.split(",") for _, line in business.rows(through, FALL)]
    return [
        (day, channel, int(sessions), int(orders), float(revenue)) for day, channel, sessions, orders, revenue in found
    ]


def write_file(folder: Path, found: Iterable[Row], header: str = business.HEADER) -> None:
    """The website's numbers as a file."""
    lines = [header, *(",".join(str(cell) for cell in row) for row in found)]
    (folder / "tables" / "web.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_database(path: Path, found: Sequence[Row], columns: str = business.HEADER) -> None:
    """The website's numbers as a table of a database."""
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE IF EXISTS web")
        connection.execute(f"CREATE TABLE web ({columns})")
        connection.executemany("INSERT INTO web VALUES (?, ?, ?, ?, ?)", found)
    connection.close()
