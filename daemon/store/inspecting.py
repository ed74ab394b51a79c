"""Looks at a state without changing it: for people who want to know whether it is well."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, exc, make_url, text

from daemon.errors import StoreError
from daemon.store.backup import file_of
from daemon.store.failures import explained
from daemon.store.migrate import NEWEST, VERSION_TABLE

_VERSION = f"SELECT version_num FROM {VERSION_TABLE}"
_CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A state that can be used. `schema`: None where it is not there yet; `newest`: this program's. Sizes in bytes."""

    name: str
    schema: str | None
    newest: str = NEWEST
    size: int | None = None
    free: int | None = None


def inspect(url: str, folder: Path) -> Found:
    """What is behind `url`.

    Raises:
        StoreError: it cannot be reached or written, is damaged, or another program's.
    """
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise StoreError("store.url is no database URL") from None
    return _server(url) if parsed.get_backend_name() == "postgresql" else _file(file_of(url, folder))


def _file(path: Path) -> Found:
    if not path.parent.is_dir():
        raise StoreError(f"there is no folder {path.parent}: make it, or change store.url")
    free = shutil.disk_usage(path.parent).free
    for place in (path, path.parent) if path.exists() else (path.parent,):
        if not os.access(place, os.W_OK):
            raise StoreError(f"{place} may not be written by this user: check owner and mode")
    if not path.exists() or not path.stat().st_size:
        return Found(name=str(path), schema=None, free=free)
    with explained(str(path)), closing(sqlite3.connect(path, timeout=5.0, isolation_level=None)) as connection:
        damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if damage != "ok":
            raise StoreError(f"{path} is damaged ({damage}): restore a backup")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and VERSION_TABLE not in tables:
            raise StoreError(f"{path} is the database of another program: name another file in store.url")
        schema = connection.execute(_VERSION).fetchone()[0] if tables else None
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    return Found(name=str(path), schema=schema, size=path.stat().st_size, free=free)


def _server(url: str) -> Found:
    parsed = make_url(url)
    name = parsed.render_as_string(hide_password=True)
    try:
        engine = create_engine(parsed, hide_parameters=True, connect_args={"connect_timeout": _CONNECT_SECONDS})
    except ImportError as error:
        raise StoreError(f"store.url needs a driver that is not installed: pip install {error.name}") from error
    try:
        with explained(name), engine.connect() as connection:
            there = connection.execute(text("SELECT to_regclass(:name)"), {"name": VERSION_TABLE}).scalar()
            schema = connection.execute(text(_VERSION)).scalar() if there else None
    finally:
        engine.dispose()
    return Found(name=name, schema=schema)
