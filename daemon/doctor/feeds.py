"""The feeds of changes: can each be read, how many changes does it tell of, and which kinds do causes not know?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from config.kinds import FLAG_OF_KIND
from config.settings import Settings
from daemon.changes import asked, files
from daemon.doctor.line import Line, fail, ok, warn
from daemon.errors import SourceRejected, SourceUnavailable
from daemon.sources.pulled import Window
from detectors.cadence import Cadence, Unit

# Databases and APIs are asked for so much of the past.
_LOOKED_AT = timedelta(days=35)


def look(settings: Settings, name: str, folder: Path, now: datetime) -> Iterator[Line]:
    """One feed: all of a file, the newest weeks of a database or API."""
    what, zone = f"changes {name}", ZoneInfo(settings.timezone)
    window = Window(since=now - _LOOKED_AT, until=now, zone=zone, cadence=Cadence(Unit.HOUR))
    try:
        if settings.changes[name].path is not None:
            found = files.read(name, settings, folder)
        else:
            found = asked.understood_answer(name, settings, folder, window)
    except (SourceUnavailable, SourceRejected) as error:
        yield fail(what, str(error), "")  # both say what to do
        return
    newest = f"; newest {found.changes[-1].at.astimezone(zone):%Y-%m-%d %H:%M}" if found.changes else ""
    yield ok(what, f"{len(found.changes):,} changes{newest} ({zone})")
    if found.trouble is not None:
        yield warn(what, found.trouble, "Mend it where it is written.")
    strange = sorted({c.kind for c in found.changes if c.kind not in FLAG_OF_KIND})
    if strange:
        yield warn(
            what,
            f"no cause knows the kind {', '.join(repr(kind) for kind in strange[:3])}",
            "Say under kinds what it means, e.g. kinds: {hotfix: deploy}; else it is told, but weighs nothing.",
        )
