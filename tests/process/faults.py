"""What sources do on bad days: how each fault is made and mended, and the sentence that people see."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.process import watched
from tests.process.api import NAMES, Api
from tests.process.watched import BAD, BEFORE, KEY, Row

ALL, UNTIL_BEFORE = watched.rows(BAD), watched.rows(BEFORE)
RENAMED = "date,channel,sessions,bookings,revenue"
FALL_TOLD, STORES_TOLD = r"Orders -\d\d % in paid search on Mon 2 Mar", r"Footfall -\d\d % in stores on Mon 2 Mar"


def without_paid_search(rows: Sequence[Row]) -> list[Row]:
    """The bad day lacks the channel that lost its orders."""
    return [row for row in rows if (row[0], row[1]) != (str(BAD), "paid_search")]


def twice(rows: Sequence[Row]) -> list[Row]:
    """Every row of the bad day comes twice."""
    return [*rows, *(row for row in rows if row[0] == str(BAD))]


class Source(Protocol):
    """Where the website's numbers come from."""

    def configure(self, folder: Path) -> None:
        """Write the configuration."""

    def environment(self, folder: Path) -> dict[str, str]:
        """What the configuration takes from the environment."""

    def holds(self, folder: Path, rows: Sequence[Row], columns: str) -> None:
        """From now on it holds these rows, and is well."""

    def goes(self, folder: Path) -> None:
        """It is not there any more."""


class File:
    """A CSV file."""

    def configure(self, folder: Path) -> None:
        watched.configure(folder, *watched.FILES)

    def environment(self, folder: Path) -> dict[str, str]:
        return {}

    def holds(self, folder: Path, rows: Sequence[Row], columns: str) -> None:
        watched.write_file(folder, rows, columns)

    def goes(self, folder: Path) -> None:
        (folder / "tables" / "web.csv").unlink()


class Database:
    """A database in a file."""

    def configure(self, folder: Path) -> None:
        watched.configure(folder, *watched.SQL)

    def environment(self, folder: Path) -> dict[str, str]:
        return {"WEB_URL": "sqlite:///web.db"}

    def holds(self, folder: Path, rows: Sequence[Row], columns: str) -> None:
        watched.write_database(folder / "web.db", rows, columns)

    def goes(self, folder: Path) -> None:
        (folder / "web.db").unlink()


@dataclass(kw_only=True)
class Vendor:
    """An HTTP API."""

    api: Api = field(default_factory=lambda: Api(rows=()))

    def configure(self, folder: Path) -> None:
        watched.configure(folder, *watched.HTTP)

    def environment(self, folder: Path) -> dict[str, str]:
        return {"WEB_URL": self.api.url, "WEB_KEY": KEY}

    def holds(self, folder: Path, rows: Sequence[Row], columns: str) -> None:
        self.api.stop()
        self.api.let_go()
        self.api.rows, self.api.names, self.api.status = rows, columns.split(","), 200
        self.api.start()

    def goes(self, folder: Path) -> None:
        self.api.stop()

    def fails(self, status: int) -> None:
        """It answers with an error."""
        self.api.status = status

    def hangs(self) -> None:
        """It takes questions and never answers."""
        self.api.open = threading.Event()


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A bad day. said: what people see, word for word, with {folder} for theirs; alerts: what is sent meanwhile; after:
    what is sent once it is over.
    """

    name: str
    of: type[File | Database | Vendor]
    harm: Callable[[Source, Path], None]
    said: str
    unreadable: bool = True
    alerts: tuple[str, ...] = (STORES_TOLD,)
    after: tuple[str, ...] = (FALL_TOLD,)


def _holds(rows: Sequence[Row], columns: str = ",".join(NAMES)) -> Callable[[Source, Path], None]:
    return lambda source, folder: source.holds(folder, rows, columns)


def _goes(source: Source, folder: Path) -> None:
    source.goes(folder)


def _fails(status: int) -> Callable[[Source, Path], None]:
    def harm(source: Source, folder: Path) -> None:
        assert isinstance(source, Vendor)
        source.fails(status)

    return harm


def _hangs(source: Source, folder: Path) -> None:
    assert isinstance(source, Vendor)
    source.hangs()


_ABSENT = "paid_search has no rows since Mon 2 Mar 2026; how late it usually is has not been learned yet"
_REPEATED = (
    "every channel, for example email: 1 of 2 rows repeat the key of another one (x 2.00); which are right is not known"
)
_DOUBLED = (STORES_TOLD, r"Data counted twice for .* on Mon 2 Mar")
_ONCE_AGAIN = (FALL_TOLD, r"Resolved: data for .* in order again")  # the urgent first

FAULTS = [
    Fault(
        name="a file is gone",
        of=File,
        harm=_goes,
        said="{folder}/tables/web.csv does not exist: see checks.web.table and sources.web.path.",
    ),
    Fault(
        name="a file holds a header only",
        of=File,
        harm=_holds([]),
        said="checks.web: its files have a header and no usable rows.",
    ),
    Fault(
        name="a column of a file has another name",
        of=File,
        harm=_holds(ALL, RENAMED),
        said="web.csv has no column 'orders'. It has: date, channel, sessions, bookings, revenue. "
        "Rename the column in the file, or change checks.web.columns.",
    ),
    Fault(
        name="a file lacks a channel",
        of=File,
        harm=_holds(without_paid_search(ALL)),
        said=_ABSENT,
        unreadable=False,
    ),
    Fault(
        name="a file holds rows twice",
        of=File,
        harm=_holds(twice(ALL)),
        said=_REPEATED,
        unreadable=False,
        alerts=_DOUBLED,
        after=_ONCE_AGAIN,
    ),
    Fault(
        name="a database's file is gone",
        of=Database,
        harm=_goes,
        said="{folder}/web.db does not exist: see sources.web.url.",
    ),
    Fault(
        name="a query finds no rows",
        of=Database,
        harm=_holds([]),
        said="the query answered no rows for 2026-01-27 to before 2026-03-03 (the source 'web'): 68 before, which stand. "
        "Look at the source, or at the question of checks.web.",
    ),
    Fault(
        name="a column of a database has another name",
        of=Database,
        harm=_holds(ALL, RENAMED),
        said="the database of source 'web' refused the query (checks.web): no such column: orders. Change checks.web.query.",
    ),
    Fault(
        name="a database holds rows twice",
        of=Database,
        harm=_holds(twice(ALL)),
        said=_REPEATED,
        unreadable=False,
        alerts=_DOUBLED,
        after=_ONCE_AGAIN,
    ),
    Fault(
        name="an API is out of order",
        of=Vendor,
        harm=_fails(503),
        said='source "web", check "web": it is out of order (503): "maintenance", 5 times. It is asked again at the next look.',
    ),
    Fault(
        name="an API refuses the key",
        of=Vendor,
        harm=_fails(401),
        said='source "web", check "web": the key is wrong or has expired (401): "maintenance". Renew it, and set it anew.',
    ),
    Fault(
        name="an API cannot be reached",
        of=Vendor,
        harm=_goes,
        said='source "web", check "web": no connection to 127.0.0.1 (ConnectError), 5 times. It is asked again at the next look.',
    ),
    Fault(
        name="an API never answers",
        of=Vendor,
        harm=_hangs,
        said='source "web", check "web": no answer from 127.0.0.1 (ReadTimeout), 5 times. It is asked again at the next look.',
    ),
    Fault(
        name="an API answers no rows",
        of=Vendor,
        harm=_holds([]),
        said="the source answered no rows for 2026-01-27 to before 2026-03-03 (the source 'web'): 68 before, which stand. "
        "Look at the source, or at the question of checks.web.",
    ),
    Fault(
        name="a field of an API has another name",
        of=Vendor,
        harm=_holds(ALL, RENAMED),
        said='source "web", check "web": the answer has no column \'orders\'. It has: date, channel, sessions, bookings, revenue.',
    ),
    Fault(
        name="an API lacks a channel",
        of=Vendor,
        harm=_holds(without_paid_search(ALL)),
        said=_ABSENT,
        unreadable=False,
    ),
]
