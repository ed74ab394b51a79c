"""From a URL to an engine: which driver, how long to wait for a connection, and SQLite files that are only read."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, NullPool, create_engine, exc, make_url

from config.sources import SqlSource
from daemon.errors import SourceRejected, SourceUnavailable
from daemon.sources.sql.troubles import Troubles

CONNECT_SECONDS = 10
# Dialect -> the package that brings it.
_PACKAGES = {
    "bigquery": "sqlalchemy-bigquery",
    "snowflake": "snowflake-sqlalchemy",
    "clickhouse": "clickhouse-sqlalchemy",
    "clickhousedb": "clickhouse-connect",
    "databricks": "databricks-sqlalchemy",
    "redshift": "sqlalchemy-redshift",
    "trino": "trino[sqlalchemy]",
    "duckdb": "duckdb-engine",
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
    "snowflake.connector": "snowflake-sqlalchemy",
}
# Drivers that know this word for the seconds to wait for a connection.
_CONNECT_TIMEOUT = ("psycopg", "psycopg2", "pymysql", "mysqldb", "mariadbconnector")
_EXAMPLE = "postgresql://reader:${PASSWORD}@db.example.com/shop"


def engine_of(source: SqlSource, folder: Path, troubles: Troubles) -> Engine:
    """An engine for one question; nothing is connected yet.

    Raises:
        SourceUnavailable: an SQLite file is not there.
        SourceRejected: the URL is none, or its driver is not installed.
    """
    url = _url(source, troubles)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, folder, troubles)
    try:
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    except exc.NoSuchModuleError:
        raise SourceRejected(_not_installed(troubles, url.get_backend_name())) from None
    except ImportError as error:
        raise SourceRejected(_not_installed(troubles, error.name or url.get_driver_name())) from None
    except (exc.ArgumentError, TypeError, ValueError):
        raise SourceRejected(_no_url(troubles)) from None
    if engine.dialect.is_async:
        raise SourceRejected(
            f"sources.{troubles.source}.url names {engine.dialect.driver}, a driver for asynchronous programs: "
            f"name another one, e.g. {_EXAMPLE}"
        )
    if engine.dialect.driver in _CONNECT_TIMEOUT:
        arguments = {"connect_timeout": CONNECT_SECONDS} if "connect_timeout" not in url.query else {}
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    return engine


def _url(source: SqlSource, troubles: Troubles) -> URL:
    try:
        url = make_url(source.url.get_secret_value().strip())
    except (exc.ArgumentError, ValueError):
        raise SourceRejected(_no_url(troubles)) from None
    if "@" in (url.host or ""):
        raise SourceRejected(
            f"sources.{troubles.source}.url has a password with special characters: write them as percent codes, @ as %40."
        )
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _sqlite(url: URL, folder: Path, troubles: Troubles) -> Engine:
    """A file that is opened to be read: it is never created, and never written."""
    if url.database in (None, "", ":memory:") or str(url.database).startswith("file:"):
        raise SourceRejected(f"sources.{troubles.source}.url names no file: write sqlite:///shop.db")
    path = (folder / Path(str(url.database)).expanduser()).resolve()
    if not path.is_file():
        raise SourceUnavailable(f"{path} does not exist: see sources.{troubles.source}.url.")

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=CONNECT_SECONDS)

    return create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)


def _no_url(troubles: Troubles) -> str:
    return f"sources.{troubles.source}.url is no database URL: write e.g. {_EXAMPLE} or sqlite:///shop.db"


def _not_installed(troubles: Troubles, name: Any) -> str:
    package = _PACKAGES.get(str(name), str(name))
    return (
        f"sources.{troubles.source}.url needs a database driver that is not installed ({name}): "
        f"pip install '{package}' where channelwatch is installed."
    )
