"""A shop in an SQLite database, and a check that asks it: for the tests of sources that have to be asked."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from config.settings import Settings
from daemon.sources import archive, fetch
from daemon.sources.ledger import Ledger, Snapshot
from daemon.sources.pulling import pull
from daemon.store import Store, pulls
from daemon.store.pulls import Pull
from tests.daemon.sources.build import CHANNELS, KPIS

QUERY = "SELECT * FROM shop WHERE day >= :since AND day < :until"
FIRST = date(2024, 1, 1)

Row = tuple[str, str, str, object]


def settings(query: str = QUERY, *, url: str = "sqlite:///shop.db", zone: str = "UTC", **check: Any) -> Settings:
    """A check named shop on the source warehouse."""
    given = {"source": "warehouse", "query": query, "period": "day", "columns": {"orders": "orders"}} | check
    if not {"channel_column", "channel", "scope"} & set(given):
        given |= {"channel_column": "channel", "dimensions": {"campaign": {}}}
    return Settings(
        timezone=zone,
        kpis=KPIS,
        channels=CHANNELS,
        sources={"warehouse": {"kind": "sql", "url": url, "timeout_seconds": 5}},
        checks={"shop": given},
    )


def day(number: int) -> str:
    """The ISO date of a running day; day 0 is a Monday."""
    return (FIRST + timedelta(days=number)).isoformat()


def morning(number: int) -> datetime:
    """A quarter past eight on a day, when the day before has just ended."""
    return datetime.combine(FIRST + timedelta(days=number), datetime.min.time(), UTC) + timedelta(hours=8, minutes=15)


def put(folder: Path, rows: Iterable[Row]) -> None:
    """Let the database hold exactly these rows: day, channel, campaign, orders."""
    with closing(sqlite3.connect(folder / "shop.db")) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS shop (day TEXT, channel TEXT, campaign TEXT, orders)")
        database.execute("DELETE FROM shop")
        database.executemany("INSERT INTO shop VALUES (?, ?, ?, ?)", rows)


def steady(days: int, orders: int = 10) -> list[Row]:
    """Two channels with two campaigns each, from day 0 on."""
    return [(day(d), c, k, orders + d % 7) for d in range(days) for c in ("email", "search") for k in ("a", "b")]


def ask(of: Settings, folder: Path, store: Store, now: datetime) -> None:
    """Pull the check."""
    pull("shop", of, folder, store, now)


def kept(of: Settings, store: Store) -> list[Pull]:
    """The answers in the state."""
    with store.reading() as connection:
        return pulls.load(connection, "shop", archive.asked("shop", of))


def ledger(of: Settings, folder: Path, store: Store) -> Ledger:
    """A ledger of all that was answered."""
    return Ledger.build(fetch("shop", of, folder, store), "shop", of)


def seen(of: Settings, folder: Path, store: Store, now: datetime) -> Snapshot:
    """The view at an instant."""
    return ledger(of, folder, store).as_of(now)


def rows_at(book: Ledger, now: datetime) -> list[tuple[str, str, str, float]]:
    """The rows that hold at an instant: day, channel, campaign, orders."""
    book.as_of(now)
    row, owner = book.versions.rows_of(book.holder[book.holder >= 0])
    cell = book.versions.cell[book.holder[book.holder >= 0]][owner]
    leaf, period = book.versions.cell_leaf[cell], book.versions.cell_period[cell]
    table = book.table
    return sorted(
        (
            str(book.axis.local[p].astype("datetime64[D]")),
            str(table.channels[book.leaves.channel[v]]),
            table.dimension_values[0][book.leaves.dimensions[v, 0]],
            float(book.versions.values[r, 0]),
        )
        for v, p, r in zip(leaf.tolist(), period.tolist(), row.tolist(), strict=True)
    )
