"""The schedule: APScheduler in UTC, with triggers in each check's own zone. The one door to APScheduler.

Jobs are never persisted: on start the state tells which periods were missed, and the first run catches them up.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

from config.settings import Settings
from daemon.periods import is_intraday
from daemon.sources.timeline import zone_of

# Minutes past the hour at which intraday checks look: sources need a moment after the hour ends.
_PAST_THE_HOUR = 10
# Groups of checks that may wait for their sources at the same time.
_THREADS = 16
_BEAT_SECONDS = 5

# However late, and however many times were missed: once.
_ONCE: dict[str, Any] = {"coalesce": True, "misfire_grace_time": None}
# A look that is due while the last one is under way waits for it, rather than being left out until the next day.
_LOOKS_AT_ONCE = 3

Run = Callable[[Sequence[str]], None]


class Schedule:
    """Runs `run(checks)` whenever checks are due, and once at the start for what was missed.

    Checks with the same time and zone run together, so that their findings meet in one incident.
    """

    def __init__(self, settings: Settings, run: Run, *each_minute: Callable[[], None]) -> None:
        """`each_minute`: each is run every minute; none waits for another."""
        self._settings, self._run, self._each_minute = settings, run, each_minute
        self._alive = time.monotonic()
        # The beat has a thread of its own: it tells of the scheduler, not of how busy the others are.
        self._scheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(_THREADS), "beat": ThreadPoolExecutor(1)}
        )
        self._plan()

    def _plan(self) -> None:
        self._scheduler.add_job(self._beat, "interval", seconds=_BEAT_SECONDS, executor="beat", **_ONCE)
        for task in self._each_minute:
            self._scheduler.add_job(task, "interval", minutes=1, **_ONCE)
        for trigger, checks in _together(self._settings):
            self._add(OrTrigger([DateTrigger(timezone=UTC), trigger]), checks, ",".join(checks))

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def again(self, checks: Sequence[str], at: datetime) -> None:
        """Run checks once more at an instant; a later call for the same checks takes the place of an earlier one."""
        self._add(DateTrigger(at), checks, "again " + ",".join(checks))

    def look_now(self) -> None:
        """Find out at once what has become due: the clock leapt ahead."""
        self._scheduler.wakeup()

    def plan_anew(self) -> None:
        """Forget what was planned by another clock, and look at everything once: the clock was set back."""
        self._scheduler.remove_all_jobs()
        self._alive = time.monotonic()
        self._plan()

    def silent_seconds(self) -> float:
        """Seconds since the scheduler last ran its beat, for a watchdog."""
        return time.monotonic() - self._alive

    def stop(self) -> None:
        """Start nothing any more; what runs is not waited for."""
        self._scheduler.remove_all_jobs()  # else the scheduler's own thread may stumble over jobs that are gone
        self._scheduler.shutdown(wait=False)

    def _add(self, trigger: BaseTrigger, checks: Sequence[str], name: str) -> None:
        self._scheduler.add_job(
            self._run,
            trigger,
            args=[checks],
            id=name,
            replace_existing=True,
            max_instances=_LOOKS_AT_ONCE,
            **_ONCE,
        )

    def _beat(self) -> None:
        self._alive = time.monotonic()


def _together(settings: Settings) -> list[tuple[BaseTrigger, tuple[str, ...]]]:
    groups: dict[tuple[str, str], list[str]] = {}
    for name, check in settings.checks.items():
        if check.enabled:
            at = "hourly" if is_intraday(check) else check.at
            groups.setdefault((at, str(zone_of(check, settings))), []).append(name)
    return [(_trigger(at, zone), tuple(names)) for (at, zone), names in groups.items()]


def _trigger(at: str, zone: str) -> BaseTrigger:
    if at == "hourly":
        return CronTrigger(minute=_PAST_THE_HOUR, timezone=zone)
    hour, minute = at.split(":")
    return CronTrigger(hour=int(hour), minute=int(minute), timezone=zone)
