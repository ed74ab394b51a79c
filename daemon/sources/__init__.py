"""Where numbers come from. A new kind of source is one file beside `files.py`, and one case in `fetch`."""

from collections.abc import Hashable
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from daemon.sources import files
from daemon.sources.table import Table


def fetch(name: str, settings: Settings, folder: Path, until: datetime | None = None) -> Table:
    """The table of the check `name`, as its source holds it now.

    folder: that of the configuration file; relative paths start there.
    until: rows of periods that start after this instant are reported as lying in the future; None: not looked at.

    Raises:
        SourceUnavailable: it cannot be reached now.
        SourceRejected: it is no table that fits the check.
    """
    return files.read(name, settings, folder, until)


def stamp(name: str, settings: Settings, folder: Path) -> Hashable:
    """A mark of what the source of the check `name` holds: as long as it is the same, `fetch` would bring nothing new.

    Raises:
        SourceUnavailable: it cannot be reached now.
    """
    return files.stamp(name, settings, folder)
