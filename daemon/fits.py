"""Seasonal profiles that were fitted, in a file beside the state: a process that starts anew fits only what is new.

It is no part of the state: without it, or where it is damaged or of another version, everything is fitted again.
"""

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import numpy as np
import structlog

from detectors.panel import Floats, Ints, SeriesKey
from detectors.series import day_profile, seasonal
from detectors.series.memory import Memory

log = structlog.get_logger(__name__)

# Fewer are fitted in a moment.
_WORTH_KEEPING = 1_000


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Profiles of some series: from which origin and of what each was fitted. Arrays are [series], profiles [series x phases]."""

    keys: tuple[SeriesKey, ...]
    origins: Ints
    marks: Floats
    profiles: Floats

    @classmethod
    def of(cls, memory: Memory) -> "Fitted":
        """What a memory holds."""
        known = memory.profiles
        return cls(
            keys=tuple(known),
            origins=np.array([origin for origin, _, _ in known.values()], dtype=np.int64),
            marks=np.array([mark for _, mark, _ in known.values()], dtype=np.float64),
            profiles=np.array([profile for _, _, profile in known.values()], dtype=np.float64),
        )

    def teach(self, memory: Memory) -> None:
        """Give a memory what it does not know yet."""
        for i, key in enumerate(self.keys):
            memory.profiles.setdefault(key, (int(self.origins[i]), float(self.marks[i]), self.profiles[i]))


class Fits:
    """Profiles by the name of what was judged together."""

    def __init__(self, path: Path | None = None, *, writes: bool = True) -> None:
        """`path` None: kept while this process lives. `writes` False: read, but left as it is."""
        self._path = path
        self._writes = writes
        self._known: dict[str, Fitted] | None = None
        self._is_new = False

    def of(self, name: str) -> Fitted | None:
        """What was fitted under a name."""
        return self._all().get(name)

    def put(self, name: str, fitted: Fitted) -> None:
        """Remember what was fitted."""
        if self._path is not None:
            self._all()[name] = fitted
            self._is_new = True

    def save(self) -> None:
        """Write what is new, all of it or nothing. Where that cannot be, it is fitted again another time."""
        known = self._all()
        if self._path is None or not self._writes or not self._is_new:
            return
        self._is_new = False
        if sum(len(fitted.keys) for fitted in known.values()) < _WORTH_KEEPING:
            return
        beside = self._path.with_name(self._path.name + ".part")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                np.savez(file, allow_pickle=False, **_arrays(known))
            beside.replace(self._path)
        except OSError as error:
            log.warning("fits_not_kept", file=str(self._path), reason=str(error))

    def _all(self) -> dict[str, Fitted]:
        if self._known is None:
            self._known = {} if self._path is None else _read(self._path)
        return self._known


@cache
def _version() -> str:
    """Tells profiles apart that were fitted by other means."""
    sources = [Path(module.__file__ or "") for module in (seasonal, day_profile)]
    mark = blake2b(b"".join(source.read_bytes() for source in sources if source.is_file()), digest_size=8)
    return " ".join([mark.hexdigest(), *(version(package) for package in ("numpy", "statsmodels"))])


def _arrays(known: Mapping[str, Fitted]) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {"version": np.array(_version())}
    for i, (name, fitted) in enumerate(known.items()):
        names = json.dumps([name, *([k.check, k.channel, k.kpi, k.segment] for k in fitted.keys)])
        arrays |= {
            f"names_{i}": np.frombuffer(names.encode(), np.uint8),
            f"origins_{i}": fitted.origins,
            f"marks_{i}": fitted.marks,
            f"profiles_{i}": fitted.profiles,
        }
    return arrays


def _read(path: Path) -> dict[str, Fitted]:
    known = {}
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if str(file["version"]) != _version():
                return {}
            for i in range(len(file.files) // 4):
                name, *keys = json.loads(file[f"names_{i}"].tobytes())
                known[name] = Fitted(
                    keys=tuple(
                        SeriesKey(c, ch, kpi, tuple((d, v) for d, v in segment)) for c, ch, kpi, segment in keys
                    ),
                    origins=file[f"origins_{i}"],
                    marks=file[f"marks_{i}"],
                    profiles=file[f"profiles_{i}"],
                )
    except FileNotFoundError:
        return {}
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        log.info("fits_unreadable", file=str(path), reason=str(error))
        return {}
    return known
