"""Asks the source of a check for its newest periods, and keeps what it says that was not known.

1. which periods: the history the first time, later the new ones and those that may have been corrected
2. the source's reader asks, and its rows are written to a temporary file
3. they are compared with what was seen last of the same keys
4. what is new, other or gone is kept in one transaction; many small answers become one now and then
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import assert_never

from config.settings import Settings
from config.sources import FilesSource, Ga4Source, GoogleAdsSource, HttpSource, SqlSource
from daemon.errors import SourceUnavailable
from daemon.sources import answers, archive, merging, windows
from daemon.sources.pulled import Rows, Window
from daemon.sources.timeline import zone_of
from daemon.store import Store, pulls
from daemon.store.pulls import Newest

# So many answers are merged into one.
MOST_ANSWERS = 32
# A clock that was set back by more than this waits for somebody to look at it.
_CLOCK_SLACK = timedelta(hours=1)


def pull(name: str, settings: Settings, folder: Path, store: Store, now: datetime) -> None:
    """Ask the source of the check `name`, and keep what is new in its answer.

    folder: that of the configuration file; relative paths start there.

    Raises:
        SourceUnavailable: it cannot be reached now, or answers nothing where there was something.
        SourceRejected: it refuses the question, or its answer does not fit the check.
        StoreError: the state cannot be read or written.
    """
    question, check = archive.asked(name, settings), settings.checks[name]
    with store.reading() as connection:
        newest = pulls.newest(connection, name, question)
        before = pulls.load(connection, name, question)
    at = _pulled_at(newest, now)
    window = windows.window_of(check, zone_of(check, settings), newest.until if newest else None, now)
    rows = ask(name, settings, folder, window)
    answer = answers.new_in(rows, name, settings, window, before, at=at, now=now)
    merged = merging.merged([*before, answer], name, settings) if len(before) + 1 >= MOST_ANSWERS else None
    with store.transaction() as connection:
        if merged is None:
            pulls.add(connection, name, question, answer)
        else:
            pulls.replace(connection, name, question, merged)


def ask(name: str, settings: Settings, folder: Path, window: Window) -> Rows:
    """Let the source's reader ask. Readers are imported where they are needed: drivers are heavy."""
    source = settings.sources[settings.checks[name].source]
    match source:
        case SqlSource():
            from daemon.sources import sql

            return sql.rows(name, settings, folder, window)
        case HttpSource():
            from daemon.sources import http

            return http.rows(name, settings, folder, window)
        case Ga4Source():
            from daemon.sources import ga4

            return ga4.rows(name, settings, folder, window)
        case GoogleAdsSource():
            from daemon.sources import google_ads

            return google_ads.rows(name, settings, folder, window)
        case FilesSource():
            raise ValueError(f"checks.{name} reads files: nobody has to be asked")
        case _:
            assert_never(source)


def _pulled_at(newest: Newest | None, now: datetime) -> datetime:
    """The instant at which an answer counts as read: whole seconds, each later than the one before."""
    at = now.replace(microsecond=0)
    if newest is None or newest.pulled_at < at:
        return at
    if newest.pulled_at > now + _CLOCK_SLACK:
        raise SourceUnavailable(
            f"the newest answer was read at {newest.pulled_at:%Y-%m-%d %H:%M} UTC, which lies ahead of the clock: "
            "is this machine's clock right?"
        )
    return newest.pulled_at + timedelta(seconds=1)
