"""A service that runs for a test, and what it says."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.process.command import SCRIPT, assert_harmless, environment

START_SECONDS = 40.0
# How long a service may take to end after SIGTERM.
_END_SECONDS = 10.0


class Service:
    """A service that runs, with what it wrote to standard error so far."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process, self._log = process, log

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def words(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_for(self, event: str, times: int = 1) -> None:
        """Return once so many lines tell of the event."""
        self._wait(lambda words: words.count(f'"event": "{event}"') >= times)

    def _wait(self, enough: Callable[[str], bool]) -> None:
        ends, size = time.monotonic() + START_SECONDS, -1
        while True:
            if (grown := self._log.stat().st_size) != size:
                words, size = self.words, grown
                assert_harmless(words)
                if enough(words):
                    return
            assert self._process.poll() is None, self.words
            assert time.monotonic() < ends, self.words[-20_000:]
            time.sleep(0.02)

    def wait_for_look(self, check: str, at: str) -> None:
        """Return once a check was looked at, at an instant (as logs write it), whether or not anything was due."""
        looks = ('"event": "cycle"', '"event": "nothing_due"', '"event": "cycle_failed"')
        self._wait(
            lambda words: any(
                f'"timestamp": "{at}' in line and f'"{check}"' in line and any(look in line for look in looks)
                for line in reversed(words.splitlines())
            )
        )

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def end(self) -> int:
        """Tell it to end; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(_END_SECONDS)


@contextmanager
def running(folder: Path, log: Path, env: dict[str, str]) -> Iterator[Service]:
    """A service in a folder; it does not outlive the test."""
    with (
        log.open("wb") as err,
        subprocess.Popen([SCRIPT, "run"], cwd=folder, env=environment(**env), stdout=err, stderr=err) as process,
    ):
        try:
            yield Service(process, log)
        finally:
            if process.poll() is None:
                process.kill()
