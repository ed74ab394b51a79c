"""The state: is it there, sound, of this release, writable, and is there room?"""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from config.settings import Settings
from daemon.alerts.numbers import count_of
from daemon.doctor.line import Line, fail, ok, warn
from daemon.store import open_store, undelivered
from daemon.store.inspecting import Found, inspect

_WHAT = "state"
_MEGABYTE = 1_000_000
_LITTLE_ROOM = 500 * _MEGABYTE
_NO_ROOM = 50 * _MEGABYTE


def look(settings: Settings, folder: Path) -> Iterator[Line]:
    """The state that the configuration names. Nothing is changed: it is not brought up to date either."""
    found = inspect(settings.store.url, folder)
    if found.schema is None:
        yield ok(_WHAT, f"{found.name}: not there yet, the first run makes it")
    elif found.schema == found.newest:
        size = "" if found.size is None else f", {found.size / _MEGABYTE:.1f} MB"
        yield ok(_WHAT, f"{found.name}: sound, schema {found.schema}{size}")
        yield from _left_behind(settings, folder)
    elif found.schema < found.newest:
        yield warn(
            _WHAT,
            f"{found.name}: schema {found.schema}, of an older release",
            "The next start brings it up to date, after a copy.",
        )
    else:
        yield fail(_WHAT, f"{found.name}: schema {found.schema}, of a newer release", "Update channelwatch.")
    yield from _room(found)
    yield from _copies(settings, folder)


def _room(found: Found) -> Iterator[Line]:
    if found.free is None:
        return
    free, what = f"{found.free / _MEGABYTE:,.0f} MB free", "disk"
    if found.free < _NO_ROOM:
        yield fail(what, free, f"Make room where {found.name} lies: without it nothing can be kept.")
    elif found.free < _LITTLE_ROOM:
        yield warn(what, free, f"Make room where {found.name} lies.")
    else:
        yield ok(what, free)


def _left_behind(settings: Settings, folder: Path) -> Iterator[Line]:
    """What waits for destinations that were renamed or removed."""
    with closing(open_store(settings.store.url, folder)) as store, store.reading() as connection:
        left = undelivered.left_behind(connection, settings.destinations)
    for name, of in left.items():
        waits = "waits" if of.waiting == 1 else "wait"
        ends = (", the end of an incident" if of.waiting == 1 else f", {of.ends:,} of them ends") if of.ends else ""
        yield warn(
            f"destination {name}",
            f"{count_of(of.waiting, 'message')} {waits} for it{ends}, and no destination is called that any more",
            f"Give a destination the name {name} again until they have arrived; channelwatch outbox lists them.",
        )


def _copies(settings: Settings, folder: Path) -> Iterator[Line]:
    """The folder of nightly copies, if there is to be one."""
    if settings.upkeep.backup.folder is None:
        return
    where = (folder / Path(settings.upkeep.backup.folder).expanduser()).absolute()
    there = next(place for place in (where, *where.parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        yield fail("copies", f"{where} may not be written by this user", "Change upkeep.backup.folder, or its mode.")
        return
    copies = sorted(where.glob("*.db")) if where.is_dir() else []
    yield ok("copies", f"{where}: {len(copies)} so far" + (f", newest {copies[-1].name}" if copies else ""))
