"""The state as it stands in the database, row by row."""

import sqlite3
from pathlib import Path


def state(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the state; empty where there is no state yet."""
    file = folder / "channelwatch.db"
    if not file.exists():
        return {}
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in sorted(names)}
    finally:
        connection.close()


def is_intact(folder: Path) -> bool:
    """Whether SQLite finds no damage."""
    connection = sqlite3.connect(folder / "channelwatch.db")
    try:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    finally:
        connection.close()
