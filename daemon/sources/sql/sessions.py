"""The session in which a query is asked: it only reads, is ended when it takes too long, and tells times in the check's zone."""

import time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

# SQLite looks at the clock after so many of its steps, some milliseconds.
_STEPS = 20_000


def begin(connection: Connection, zone: ZoneInfo, seconds: float) -> None:
    """Set up the transaction of a connection; of databases that we do not know, only time is limited, by who waits."""
    if connection.dialect.name == "sqlite":
        _limit_sqlite(connection, seconds)
    for statement, values in settings_of(
        connection.dialect.name, zone, seconds, is_mariadb=bool(getattr(connection.dialect, "is_mariadb", False))
    ):
        connection.execute(text(statement), values)


def settings_of(
    dialect: str, zone: ZoneInfo, seconds: float, *, is_mariadb: bool = False
) -> list[tuple[str, dict[str, str]]]:
    """The statements that come before the query, with their values."""
    milliseconds = round(seconds * 1000)
    match dialect:
        case "postgresql":
            # Of this transaction alone: a pooler between us and the server gives the session to others afterwards.
            return [
                ("SET TRANSACTION READ ONLY", {}),
                (f"SET LOCAL statement_timeout = {milliseconds}", {}),
                ("SELECT set_config('TimeZone', :zone, true)", {"zone": zone.key}),
            ]
        case "mysql" | "mariadb":
            limit = (
                f"SET SESSION max_statement_time = {seconds:g}"
                if is_mariadb or dialect == "mariadb"
                else f"SET SESSION max_execution_time = {milliseconds}"
            )
            # A transaction that has begun keeps its mode: it is ended first.
            return [(limit, {}), ("SET SESSION TRANSACTION READ ONLY", {}), ("COMMIT", {})]
        case "snowflake":
            return [(f"ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = {round(seconds) or 1}", {})]
        case "sqlite":
            return [("PRAGMA query_only = ON", {})]
        case _:
            return []


def _limit_sqlite(connection: Connection, seconds: float) -> None:
    ends = time.monotonic() + seconds
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(lambda: int(time.monotonic() > ends), _STEPS)
