"""What a process and all below it hold and have spent, as Linux tells it."""

import os
import threading
from dataclasses import dataclass
from pathlib import Path

_KIB_PER_MIB = 1024
_LOOK_EVERY_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Process:
    """What one process holds, in MiB. `own`: its proportional part of what is shared."""

    name: str
    resident: float
    own: float


def family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        threads = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # it has just ended
        return []
    return [pid, *(member for found in threads for child in found for member in family(int(child)))]


def held(pid: int) -> Process | None:
    """What a process holds; None: it has ended."""
    kib = dict.fromkeys(("Rss", "Pss"), 0)
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            key, _, value = line.partition(":")
            if key in kib:
                kib[key] = int(value.split()[0])
        name = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return None
    kind = "worker" if "multiprocessing" in name else "control"
    return Process(name=kind, resident=kib["Rss"] / _KIB_PER_MIB, own=kib["Pss"] / _KIB_PER_MIB)


def together(pid: int) -> float:
    """MiB of a process and all below it, what they share counted once."""
    return sum(process.own for member in family(pid) if (process := held(member)))


def spent(pid: int) -> float:
    """CPU seconds of a process and all below it so far, those that have ended included."""
    ticks = 0
    for member in family(pid):
        try:
            stat = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in stat[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


class Peak:
    """The most that a process and all below it hold together, from `with` to its end."""

    def __init__(self, pid: int) -> None:
        """Look at `pid`."""
        self.mib = 0.0
        self._pid = pid
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Peak":
        """Begin to look."""
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop looking."""
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_EVERY_SECONDS):
            self.mib = max(self.mib, together(self._pid))
