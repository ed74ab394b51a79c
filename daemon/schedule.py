"""The schedule: APScheduler in UTC, with triggers in each check's own zone. The one door to APScheduler.

Jobs are never persisted: on start the state tells which periods were missed, and the first run catches them up. A run
that is due while the last one is still busy is coalesced with the next.
"""

from collections.abc import Callable, Sequence
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

from config.settings import Settings
from daemon.periods import is_intraday, zone_of

# Minutes past the hour at which intraday checks look: sources need a moment after the hour ends.
_PAST_THE_HOUR = 10


def start(settings: Settings, run: Callable[[Sequence[str]], None]) -> BackgroundScheduler:
    """Run `run(checks)` whenever checks are due, and once at the start for what was missed.

    Checks with the same time and zone run together, so that their findings meet in one incident.
    """
    scheduler = BackgroundScheduler(timezone=UTC)
    for trigger, checks in _together(settings):
        scheduler.add_job(
            run,
            OrTrigger([DateTrigger(timezone=UTC), trigger]),
            args=[checks],
            id=",".join(checks),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler


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
