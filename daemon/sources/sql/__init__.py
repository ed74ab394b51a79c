"""Reads any database that SQLAlchemy knows: read-only, within limits of time and rows, and with errors that say what to do.

1. look at the URL and find its driver  2. connect  3. begin a read-only transaction with its limits  4. ask  5. stream rows
All but the first happen in a thread of its own: a database that hangs is given up on.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from config.queries import prepared
from config.settings import Settings
from config.sources import SqlSource
from daemon.errors import SourceRejected
from daemon.sources.pulled import Cell, Rows, Window
from daemon.sources.sql.engines import CONNECT_SECONDS, engine_of
from daemon.sources.sql.patience import patiently
from daemon.sources.sql.sessions import begin
from daemon.sources.sql.troubles import Troubles
from detectors.cadence import Unit

# More rows than this are a table as it is, not figures by period: most often a GROUP BY is missing.
MOST_ROWS = 2_000_000
_BATCH = 2_000
# The database's own limit is told first: it knows better what took so long.
_SLACK_SECONDS = 5.0

Batch = Sequence[Sequence[Any]]


def rows(name: str, settings: Settings, folder: Path, window: Window) -> Rows:
    """Ask the query of the check `name`.

    folder: that of the configuration file; relative SQLite paths start there.

    Raises:
        SourceUnavailable: the database cannot be reached now, is too busy or too slow.
        SourceRejected: it refuses the login, the query or the right to read.
    """
    check = settings.checks[name]
    source = settings.sources[check.source]
    assert isinstance(source, SqlSource)
    return answer(f"checks.{name}", check.source, source, check.query or "", folder, window)


def answer(where: str, source_name: str, source: SqlSource, query: str, folder: Path, window: Window) -> Rows:
    """Ask a query that stands at `where` in the configuration.

    Raises:
        SourceUnavailable, SourceRejected: as `rows`.
    """
    troubles = Troubles(where=where, source=source_name, url=source.url, seconds=source.timeout_seconds)
    engine = engine_of(source, folder, troubles)
    ask = _question(engine, query, window, source.timeout_seconds, troubles)
    patience = CONNECT_SECONDS + source.timeout_seconds + _SLACK_SECONDS
    batches = patiently(ask, patience, troubles.too_slow())
    first = next(batches)  # the names of the columns
    return Rows(columns=tuple(str(column) for column in first[0]), rows=_rows(batches, where))


def _question(
    engine: Engine, query: str, window: Window, seconds: float, troubles: Troubles
) -> Callable[[Callable[[Batch], None]], None]:
    """Connects, asks, and hands on the names of the columns and then the rows."""

    def ask(hand_on: Callable[[Batch], None]) -> None:
        try:
            # The transaction is never committed: where a database knows no read-only session, nothing is kept.
            with troubles.explained(), engine.connect() as connection:
                begin(connection, window.zone, seconds)
                streaming = connection.execution_options(stream_results=True)
                with streaming.execute(text(prepared(query)), _periods(engine.dialect.name, window)) as result:
                    if not result.returns_rows:
                        raise SourceRejected(f"{troubles.where}.query answers no rows: write a SELECT.")
                    hand_on([tuple(result.keys())])
                    for part in result.partitions(_BATCH):
                        hand_on(part)
        finally:
            engine.dispose()

    return ask


def _periods(dialect: str, window: Window) -> dict[str, date | datetime | str]:
    """What stands for :since and :until: days, or hours on the wall clock of the check.

    SQLite keeps dates as text. Text without seconds sorts before the same minute with them, so that both ways of writing
    an hour compare rightly.
    """
    intraday = window.cadence.unit in (Unit.HOUR, Unit.MINUTE)
    values: dict[str, date | datetime | str] = {}
    for word, instant in (("since", window.since), ("until", window.until)):
        wall = instant.astimezone(window.zone).replace(tzinfo=None)
        if dialect == "sqlite":
            values[word] = f"{wall:%Y-%m-%d %H:%M}" if intraday else f"{wall:%Y-%m-%d}"
        else:
            values[word] = wall if intraday else wall.date()
    return values


def _rows(batches: Iterator[Batch], where: str) -> Iterator[tuple[Cell, ...]]:
    count = 0
    with closing(batches):  # type: ignore[type-var]  # a generator
        for batch in batches:
            count += len(batch)
            if count > MOST_ROWS:
                raise SourceRejected(
                    f"{where}.query answers more than {MOST_ROWS:,} rows: is a GROUP BY missing? "
                    "One row for each period, channel and value of each dimension is enough."
                )
            yield from (tuple(row) for row in batch)
