"""What a process and all below it hold and have spent, as Linux tells it."""

import os
import threading
from dataclasses import dataclass
from pathlib import Path

_KIB_PER_MIB = 1024
_LOOK_EVERY_SECONDS = 0.5


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
    return sum(sum(_times(member)) for member in family(pid)) / os.sysconf("SC_CLK_TCK")


def _times(pid: int) -> list[int]:
    """Ticks of a process: its own in programs and in the kernel, and those of its ended children."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [int(field) for field in stat[11:15]]


class Peak:
    """The most that a process and all below it hold together, and the CPU seconds of all of them, from `with` to its end."""

    def __init__(self, pid: int) -> None:
        """Look at `pid`."""
        self.mib = 0.0
        self._ticks: dict[int, int] = {}
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

    @property
    def cpu(self) -> float:
        """CPU seconds of all that were seen, up to when they were last seen."""
        return sum(self._ticks.values()) / os.sysconf("SC_CLK_TCK")

    def _look(self) -> None:
        while not self._over.wait(_LOOK_EVERY_SECONDS):
            self.mib = max(self.mib, together(self._pid))
            for member in family(self._pid):
                self._ticks[member] = max(self._ticks.get(member, 0), sum(_times(member)[:2]))
