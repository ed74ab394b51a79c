"""The clock of a running channelwatch: it goes on as clocks do, from another time, and jumps when a test says so."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.month.clock import library


class WallClock:
    """A clock that shows `now` at first."""

    def __init__(self, file: Path, now: datetime) -> None:
        self._file = file
        self._ahead = 0
        self.set(now)

    def set(self, now: datetime) -> None:
        """Show another time from now on."""
        self._ahead = round(now.timestamp() - time.time())
        self._write()

    def jump(self, by: timedelta) -> None:
        """Go forwards or backwards by so much at once."""
        self._ahead += round(by.total_seconds())
        self._write()

    def now(self) -> datetime:
        """What it shows."""
        return datetime.fromtimestamp(time.time() + self._ahead, UTC)

    def _write(self) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{self._ahead:+d}\n", encoding="ascii")
        fresh.replace(self._file)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process read this clock; waits go on in real time."""
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "TZ": "UTC",
        }
