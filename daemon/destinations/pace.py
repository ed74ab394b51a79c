"""Keeps a distance between requests, so that a storm of alerts stays below a vendor's limit."""

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from daemon.destinations.contract import Again, Destination, Receipt


class Pace:
    """Lets callers through no sooner than `seconds` after each other; for many threads."""

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._seconds, self._clock, self._sleep = seconds, clock, sleep or Event().wait
        self._free_at, self._lock = clock(), Lock()

    def wait(self) -> None:
        """Wait for one's turn."""
        with self._lock:  # who waits for it waits for a later turn
            self._sleep(max(0.0, self._free_at - self._clock()))
            self._free_at = self._clock() + self._seconds


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a vendor counts by: a channel, an address, an account. `names`: the destinations that lead to it."""

    pace: Pace
    names: list[str] = field(default_factory=list)


class Targets:
    """Every target of a configuration, once, however many destinations name it."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Target] = {}

    @property
    def known(self) -> list[Target]:
        """All of them."""
        return list(self._known.values())

    def of(self, key: Hashable, name: str, seconds: float) -> Target:
        """The target that a destination leads to. `key` may hold a secret: it is never shown."""
        target = self._known.setdefault(key, Target(pace=Pace(seconds)))
        target.names.append(name)
        return target


@dataclass(frozen=True, kw_only=True)
class Paced:
    """A destination whose messages keep a distance."""

    destination: "Destination"
    pace: Pace

    @property
    def again(self) -> "Again":
        """As of the destination itself."""
        return self.destination.again

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime, /) -> "Receipt":
        """When it is its turn; errors are those of the destination."""
        self.pace.wait()
        return self.destination.deliver(alert, key, now)
