"""Keeps a distance between requests, so that a storm of alerts stays below a vendor's limit."""

import time
from collections.abc import Callable
from threading import Event


class Pace:
    """Lets a caller through no sooner than `seconds` after the one before. For one thread."""

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._seconds, self._clock, self._sleep = seconds, clock, sleep or Event().wait
        self._free_at = clock()

    def wait(self) -> None:
        """Wait for one's turn."""
        self._sleep(max(0.0, self._free_at - self._clock()))
        self._free_at = self._clock() + self._seconds
