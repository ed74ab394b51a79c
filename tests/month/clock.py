"""The clock of a running channelwatch, moved by the test: libfaketime reads it from a file."""

from datetime import UTC, datetime
from pathlib import Path

_PLACES = ("/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime")


def library() -> Path | None:
    """libfaketime, where it is installed."""
    found = [Path(place) / "libfaketimeMT.so.1" for place in _PLACES]
    return next((path for path in found if path.exists()), None)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, file: Path, now: datetime) -> None:
        self._file = file
        self.now = now
        self.move_to(now)

    def move_to(self, now: datetime) -> None:
        """Set the clock, atomically."""
        self.now = now
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S}\n", encoding="ascii")
        fresh.replace(self._file)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process read this clock; waits go on in real time."""
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",  # seconds; each look at the file costs a system call for every look at the clock
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "TZ": "UTC",
        }
