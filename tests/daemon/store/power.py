"""What a disk may hold after the power was cut, built from a recording of what the program asked of it.

The disk keeps what was asked before a sync that had returned. Of all that came later it may hold anything: nothing, all,
what was asked first, any part of it in any order, and writes of which only some sectors of 512 bytes are there. Names come
and go in order (a journalled file system), for good with the first sync of a new journal or a synced deletion.
"""

import hashlib
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from daemon.errors import StoreError
from daemon.store import Connection, Store, open_store
from tests.daemon.store.recorder import Does, Step

SECTOR = 512


class Fate(StrEnum):
    """What became of the state."""

    KEPT = "all that was acknowledged, and nothing half"
    LOST = "lacks what was acknowledged"
    HALF = "half a transaction"
    UNREADABLE = "cannot be opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A transaction that had returned when so many steps were done, and a mark of everything the state held then."""

    steps: int
    mark: str


@dataclass(frozen=True, kw_only=True)
class Work:
    """What was asked of the disk, and what the callers were told meanwhile."""

    steps: Sequence[Step]
    acknowledged: Sequence[Acknowledged]


class Witness(Store):
    """A state whose every transaction is noted when it has returned."""

    def __init__(self, inner: Store, steps: Sequence[Step], acknowledged: list[Acknowledged]) -> None:
        self.inner, self.steps, self.acknowledged = inner, steps, acknowledged
        self._note()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self.inner.transaction() as connection:
            yield connection
        self._note()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.inner.reading() as connection:
            yield connection

    def close(self) -> None:
        self.inner.close()

    def _note(self) -> None:
        done = len(self.steps)
        self.acknowledged.append(Acknowledged(steps=done, mark=mark(self.inner)))


def mark(store: Store) -> str:
    """The same for the same content of every table."""
    seen = hashlib.blake2b(digest_size=12)
    with store.reading() as connection:
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).all():
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}" ORDER BY rowid'):
                seen.update(repr((name, *row)).encode())
    return seen.hexdigest()


def cut(steps: Sequence[Step], done: int, chance: random.Random) -> dict[str, bytes]:
    """The files that are there when the power is cut after so many steps: name -> content."""
    names: list[Step] = []
    kept_names = 0
    asked: dict[int, list[Step]] = defaultdict(list)
    kept: dict[int, int] = defaultdict(int)
    for step in steps[:done]:
        match step.does:
            case Does.CREATE | Does.DELETE:
                names.append(step)
                kept_names = len(names) if step.synced else kept_names
            case Does.SYNC:
                if not kept[step.file] and step.name.endswith(("-journal", "-wal")):
                    kept_names = len(names)
                kept[step.file] = len(asked[step.file])
            case _:
                asked[step.file].append(step)
    there: dict[str, int] = {}
    for step in names[: chance.randint(kept_names, len(names))]:
        if step.does is Does.CREATE:
            there[step.name] = step.file
        else:
            there.pop(step.name)
    return {
        name: _content(asked[file][: kept[file]], _survivors(asked[file][kept[file] :], chance), chance)
        for name, file in there.items()
    }


def _survivors(later: list[Step], chance: random.Random) -> list[tuple[Step, bool]]:
    """Of what was not synced, what is there all the same; and whether only some of its sectors are."""
    match chance.choice(("nothing", "everything", "the first", "some", "torn")):
        case "nothing":
            return []
        case "everything":
            return [(step, False) for step in later]
        case "the first":
            return [(step, False) for step in later[: chance.randint(0, len(later))]]
        case "some":
            return [(step, False) for step in later if chance.random() < 0.5]
    return [(step, True) for step in later if chance.random() < 0.8]


def _content(synced: list[Step], later: list[tuple[Step, bool]], chance: random.Random) -> bytes:
    content = bytearray()
    for step, is_torn in [*((step, False) for step in synced), *later]:
        if step.does is Does.TRUNCATE:
            del content[step.at :]
        for at, part in _sectors(step):
            if not is_torn or chance.random() < 0.5:
                content.extend(bytes(max(0, at + len(part) - len(content))))
                content[at : at + len(part)] = part
    return bytes(content)


def _sectors(step: Step) -> Iterator[tuple[int, bytes]]:
    at, end = step.at, step.at + len(step.data)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        yield at, step.data[at - step.at : until - step.at]
        at = until


def unsynced(work: Work) -> Work:
    """The same on a disk that syncs the write-ahead log without doing it."""

    def lied(step: Step) -> Step:
        is_told_only = step.does is Does.SYNC and step.name.endswith("-wal")
        return replace(step, does=Does.WRITE) if is_told_only else step

    return replace(work, steps=[lied(step) for step in work.steps])


def fates(work: Work, cuts: int, chance: random.Random, folder: Path) -> Counter[Fate]:
    """Cut the power so many times, at any moment, and see each time what a new start finds."""
    found = Counter[Fate]()
    for number in range(cuts):
        place = folder / str(number)
        place.mkdir()
        found[_fate(place, work, chance.randint(0, len(work.steps)), chance)] += 1
        shutil.rmtree(place)
    return found


def _fate(folder: Path, work: Work, done: int, chance: random.Random) -> Fate:
    for name, content in cut(work.steps, done, chance).items():
        (folder / name).write_bytes(content)
    if chance.random() < 0.5:  # the index of the write-ahead log is never synced: it may hold anything
        (folder / "state.db-shm").write_bytes(chance.randbytes(32 * 1024))
    try:
        store = open_store("sqlite:///state.db", folder)
    except StoreError:
        return Fate.UNREADABLE
    found = mark(store)
    with store.reading() as connection:
        is_whole = connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    store.close()
    newest = max((number for number, a in enumerate(work.acknowledged) if a.steps <= done), default=0)
    marks = [a.mark for a in work.acknowledged]
    if is_whole and found in marks[newest : newest + 2]:
        return Fate.KEPT
    return Fate.LOST if is_whole and found in marks else Fate.HALF
