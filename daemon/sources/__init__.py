"""Where numbers come from: tables as files, and answers of databases and APIs, which are kept in the state.

A new kind of source that has to be asked is one reader beside `sql`, and one case in `pulling`.
"""

from collections.abc import Hashable
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from config.sources import FilesSource
from daemon.sources import archive, files
from daemon.sources.table import Table
from daemon.store import Store


def fetch(
    name: str,
    settings: Settings,
    folder: Path,
    store: Store,
    until: datetime | None = None,
    reader: files.Reader | None = None,
) -> Table:
    """The table of the check `name`: its files as they are now, or all that its source has answered so far.

    folder: that of the configuration file; relative paths start there. store: where answers are kept.
    until: rows of periods that start after this instant are reported as lying in the future; None: not looked at.
    reader: reads the files, in this process unless another is given.

    Raises:
        SourceUnavailable: it cannot be reached now, or was not asked yet.
        SourceRejected: it is no table that fits the check.
    """
    if _is_files(name, settings):
        return files.read(name, settings, folder, until, reader)
    return archive.read(name, settings, store, until, reader)


def stamp(name: str, settings: Settings, folder: Path, store: Store) -> Hashable:
    """A mark of what there is of the check `name`: as long as it is the same, `fetch` would bring nothing new.

    Raises:
        SourceUnavailable: it cannot be reached now, or was not asked yet.
    """
    if _is_files(name, settings):
        return files.stamp(name, settings, folder)
    return archive.stamp(name, settings, store)


def _is_files(name: str, settings: Settings) -> bool:
    return isinstance(settings.sources[settings.checks[name].source], FilesSource)
