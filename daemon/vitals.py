"""What the service counts while it runs, for monitoring: cycles, their time, what they judged, sources that failed.

Only what no table of the state tells. Counts begin with the process; every thread may write.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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


class Vitals:
    """Counts, from the start of the process; they outlive a change of configuration."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: Counter[str] = Counter()
        self._successes: dict[str, datetime] = {}
        self._counts = Counts(source_failures={}, last_success={})

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

    def counts(self) -> Counts:
        """How it stands."""
        with self._lock:
            return replace(self._counts, source_failures=dict(self._failures), last_success=dict(self._successes))
