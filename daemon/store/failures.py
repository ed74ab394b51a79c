"""What went wrong with the database, in words that somebody can act on. Statements and their values are never shown."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from daemon.errors import StoreError

# SQLite's and PostgreSQL's own words -> ours.
_HINTS = (
    ("database is locked", "another program holds it: stop that one, or try again"),
    ("not a database", "the file is no SQLite database: name another file in store.url"),
    ("malformed", "the file is damaged: restore a backup"),
    ("readonly database", "it may not be written: check the owner and mode of the file and its folder"),
    ("unable to open", "it cannot be opened: check that the folder exists and may be written"),
    ("disk is full", "the disk is full: make room"),
    (
        "disk i/o error",
        "the disk is full or has failed, or the folder may not be written: make room, or look at the disk",
    ),
    ("no such table", "a table is missing: restore a backup"),
    ("permission denied", "the login of store.url may not do that: grant it what it needs"),
    ("relation", "a table is missing: restore a backup"),
    ("read-only transaction", "it may not be written: name the primary server in store.url"),
)


# A table that is not there, and a right that is not given.
_NOT_OURS = ("42P01", "42501")


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn the database's failures into StoreError; mistakes of ours (a broken constraint, a wrong statement) stay as they are."""
    try:
        yield
    except exc.ProgrammingError as error:
        # PostgreSQL calls a table that somebody dropped or closed to us a mistake in our program.
        if getattr(error.orig, "sqlstate", None) not in _NOT_OURS:
            raise
        raise StoreError(f"the state in {name} {_what(error.orig)}") from error.orig
    except (exc.IntegrityError, exc.DataError):
        raise
    except exc.TimeoutError as error:
        raise StoreError(f"the state in {name} is too busy: all connections are in use") from error
    except exc.DBAPIError as error:
        raise StoreError(f"the state in {name} {_what(error.orig)}") from error
    except sqlite3.Error as error:  # while connecting
        raise StoreError(f"the state in {name} {_what(error)}") from error


def _what(error: BaseException | None) -> str:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    for words, hint in _HINTS:
        if words in reason.lower():
            return f"could not be used ({reason}): {hint}"
    return f"could not be used ({reason})"
