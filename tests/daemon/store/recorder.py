"""Records what SQLite writes, syncs, truncates and deletes, in the order in which it asks the disk to.

The library that Python's sqlite3 uses is asked for its file system (https://www.sqlite.org/c3ref/vfs.html), and its functions
are replaced by ones that take notes and go on to the original: everything above them is the program as it is.
"""

import _sqlite3
import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

_P, _I, _L = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
# Names go as addresses: SQLite keeps them, and reads beyond their end.
_OPEN = ctypes.CFUNCTYPE(_I, _P, _P, _P, _I, _P)
_DELETE = ctypes.CFUNCTYPE(_I, _P, _P, _I)
_WRITE = ctypes.CFUNCTYPE(_I, _P, _P, _I, _L)
_TRUNCATE = ctypes.CFUNCTYPE(_I, _P, _L)
_SYNC = ctypes.CFUNCTYPE(_I, _P, _I)


class Does(StrEnum):
    """What is asked of the disk."""

    CREATE = "create"
    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request. file: a number for each file that ever was, also of a name that was there before.

    at: where it is written, or the new length. synced: of a deletion, whether it is for good when it returns.
    """

    does: Does
    file: int
    name: str
    at: int = 0
    data: bytes = b""
    synced: bool = False


class _Vfs(ctypes.Structure):
    """sqlite3_vfs as far as it is needed."""

    _fields_ = [
        ("iVersion", _I),
        ("szOsFile", _I),
        ("mxPathname", _I),
        ("pNext", _P),
        ("zName", ctypes.c_char_p),
        ("pAppData", _P),
        ("xOpen", _P),
        ("xDelete", _P),
    ]


_METHODS = [
    "iVersion",
    "xClose",
    "xRead",
    "xWrite",
    "xTruncate",
    "xSync",
    "xFileSize",
    "xLock",
    "xUnlock",
    "xCheckReservedLock",
    "xFileControl",
    "xSectorSize",
]
_METHODS += ["xDeviceCharacteristics", "xShmMap", "xShmLock", "xShmBarrier", "xShmUnmap", "xFetch", "xUnfetch"]


class _Methods(ctypes.Structure):
    """sqlite3_io_methods."""

    _fields_ = [(name, _I if name == "iVersion" else _P) for name in _METHODS]


class _File(ctypes.Structure):
    """sqlite3_file."""

    _fields_ = [("methods", _P)]


# A file keeps the functions it was opened with, so they must never go away.
_KEPT: list[Any] = []


def can_record() -> bool:
    """Whether this Python's SQLite can be reached."""
    return _library() is not None


@contextmanager
def recording(folder: Path) -> Iterator[list[Step]]:
    """Every step on the files of a folder that are opened from now on. For one thread, and files that nobody has open yet."""
    library = _library()
    assert library is not None
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    recorder = _Recorder(folder, _OPEN(vfs.xOpen), _DELETE(vfs.xDelete))
    before = vfs.xOpen, vfs.xDelete
    functions = _OPEN(recorder.open), _DELETE(recorder.delete)
    _KEPT.append((recorder, functions))
    vfs.xOpen, vfs.xDelete = (ctypes.cast(function, _P) for function in functions)
    try:
        yield recorder.steps
    finally:
        vfs.xOpen, vfs.xDelete = before


def _library() -> ctypes.CDLL | None:
    library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
    return library if hasattr(library, "sqlite3_vfs_find") else None


class _Recorder:
    """Takes the notes."""

    def __init__(self, folder: Path, opens: Any, deletes: Any) -> None:
        self.steps: list[Step] = []
        self._folder, self._opens, self._deletes = folder.resolve(), opens, deletes
        self._numbers: dict[str, int] = {}  # name -> file
        self._open: dict[int, tuple[int, str]] = {}  # address of an open file -> file, name
        self._ours: dict[int, Any] = {}  # address of the original functions -> ours

    def open(self, vfs: int, address: int | None, file: int, flags: int, out: int | None) -> int:
        path = Path(os.fsdecode(ctypes.string_at(address))) if address is not None else None
        is_new = path is not None and not path.exists()
        code = int(self._opens(vfs, address, file, flags, out))
        if code == 0 and path is not None and path.parent == self._folder:
            if is_new or path.name not in self._numbers:
                self._numbers[path.name] = len({step.file for step in self.steps})
                self.steps.append(Step(does=Does.CREATE, file=self._numbers[path.name], name=path.name))
            self._open[file] = self._numbers[path.name], path.name
            opened = _File.from_address(file)
            opened.methods = self._replaced(opened.methods)
        return code

    def delete(self, vfs: int, address: int, sync: int) -> int:
        path = Path(os.fsdecode(ctypes.string_at(address)))
        code = int(self._deletes(vfs, address, sync))
        if code == 0 and path.parent == self._folder:
            number = self._numbers.pop(path.name)
            self.steps.append(Step(does=Does.DELETE, file=number, name=path.name, synced=bool(sync)))
        return code

    def _note(self, file: int, does: Does, at: int = 0, data: bytes = b"") -> None:
        number, name = self._open[file]
        self.steps.append(Step(does=does, file=number, name=name, at=at, data=data))

    def _replaced(self, original: int) -> int:
        """The address of a copy of these functions that takes notes."""
        if original in self._ours:
            return ctypes.addressof(self._ours[original][0])
        methods = _Methods.from_buffer_copy(_Methods.from_address(original))
        write, truncate, sync = _WRITE(methods.xWrite), _TRUNCATE(methods.xTruncate), _SYNC(methods.xSync)

        def writes(file: int, data: int, length: int, at: int) -> int:
            self._note(file, Does.WRITE, at, ctypes.string_at(data, length))
            return int(write(file, data, length, at))

        def truncates(file: int, length: int) -> int:
            self._note(file, Does.TRUNCATE, length)
            return int(truncate(file, length))

        def syncs(file: int, flags: int) -> int:
            code = int(sync(file, flags))
            self._note(file, Does.SYNC)
            return code

        functions = _WRITE(writes), _TRUNCATE(truncates), _SYNC(syncs)
        methods.xWrite, methods.xTruncate, methods.xSync = (ctypes.cast(function, _P) for function in functions)
        self._ours[original] = methods, functions, (write, truncate, sync)
        return ctypes.addressof(methods)
