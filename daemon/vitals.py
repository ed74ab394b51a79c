"""What the service counts while it runs, for monitoring: cycles, their time, what they judged, sources that failed.

Only what no table of the state tells. Counts begin with the process; every thread may write.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often what happened since the process began. `seconds` is the time of all cycles that ended well."""

    cycles: int = 0
    failed_cycles: int = 0
    seconds: float = 0.0
    last_seconds: float = 0.0
    judged_series: int = 0
    alerts: int = 0
    source_failures: Mapping[str, int]  # by check
    last_success: Mapping[str, datetime]  # check -> the last cycle that could read it
    failing: Mapping[str, float]  # check -> since when (time.monotonic) looking at it fails
    sockets: Mapping[str, bool] = field(default_factory=dict)  # destination -> whether Slack's clicks reach us now
    looked: float | None = None  # when (time.monotonic) a look at any check last ended well


class Vitals:
    """Counts, from the start of the process; they outlive a change of configuration."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: Counter[str] = Counter()
        self._successes: dict[str, datetime] = {}
        self._failing: dict[str, float] = {}
        self._sockets: dict[str, bool] = {}
        self._counts = Counts(source_failures={}, last_success={}, failing={})

    def cycle(
        self,
        now: datetime,
        *,
        checks: Iterable[str],
        unreadable: Iterable[str],
        seconds: float,
        series: int,
        alerts: int,
    ) -> None:
        """Count a cycle that ended well. `unreadable`: those of the checks whose source could not be read."""
        failed = set(unreadable)
        with self._lock:
            self._failures.update(failed)
            self._successes.update({check: now for check in checks if check not in failed})
            self._counts = replace(
                self._counts,
                cycles=self._counts.cycles + 1,
                seconds=self._counts.seconds + seconds,
                last_seconds=seconds,
                judged_series=self._counts.judged_series + series,
                alerts=self._counts.alerts + alerts,
            )

    def failed_cycle(self) -> None:
        """Count a cycle of which nothing was kept."""
        with self._lock:
            self._counts = replace(self._counts, failed_cycles=self._counts.failed_cycles + 1)

    def looked(self, checks: Iterable[str], *, well: bool) -> None:
        """Note how a look at checks ended, be it with a cycle or because nothing was due. A source that is down is no fault of it."""
        now = time.monotonic()
        with self._lock:
            for check in checks:
                if well:
                    self._failing.pop(check, None)
                else:
                    self._failing.setdefault(check, now)
            if well:
                self._counts = replace(self._counts, looked=now)

    def forget_others(self, checks: Iterable[str]) -> None:
        """Checks that a new configuration has no more cannot go on failing."""
        with self._lock:
            self._failing = {check: self._failing[check] for check in checks if check in self._failing}

    def sockets(self, up: Mapping[str, bool]) -> None:
        """Note over which sockets clicks reach us."""
        with self._lock:
            self._sockets = dict(up)

    def counts(self) -> Counts:
        """How it stands."""
        with self._lock:
            return replace(
                self._counts,
                source_failures=dict(self._failures),
                last_success=dict(self._successes),
                failing=dict(self._failing),
                sockets=dict(self._sockets),
            )
