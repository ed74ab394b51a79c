"""A small business by hand: two channels, 120 days, a steady week; and orders that fall where a test says so."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

FELL = date(2026, 3, 2)
"""The day on which orders fall in most tests, the newest of the table."""
DAYS = 120
TABLE = "marketing_daily.csv"
HEADER = "date,channel,sessions,orders,revenue"

_SESSIONS = {"paid_search": 4000, "email": 2500}
_WEEK = (1.0, 1.02, 1.0, 0.98, 1.05, 0.9, 0.85)


@dataclass(frozen=True, kw_only=True)
class Fall:
    """Orders of a channel that are down to a part of themselves, from the first to the last of some days."""

    first: date = FELL
    last: date = FELL
    channel: str = "paid_search"
    left: float = 0.4


def rows(through: date, *falls: Fall, days: int = DAYS) -> Iterator[tuple[date, str]]:
    """The day and the line of every row. A day is the same in every table that holds it."""
    for back in reversed(range(days)):
        day = through - timedelta(days=back)
        for channel, usual in _SESSIONS.items():
            chance = random.Random(f"{day} {channel}")
            left = min((f.left for f in falls if f.channel == channel and f.first <= day <= f.last), default=1.0)
            sessions = round(usual * _WEEK[day.weekday()] * chance.gauss(1, 0.02))
            orders = round(sessions * 0.06 * chance.gauss(1, 0.02) * left)
            yield day, f"{day},{channel},{sessions},{orders},{orders * 50 * chance.gauss(1, 0.01):.2f}"


def write(folder: Path, through: date, *falls: Fall, days: int = DAYS) -> None:
    """Write the business' one table."""
    folder.mkdir(exist_ok=True)
    lines = [HEADER, *(line for _, line in rows(through, *falls, days=days))]
    (folder / TABLE).write_text("\n".join(lines) + "\n", encoding="utf-8")
