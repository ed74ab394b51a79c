"""Which regular tasks are due, and doing them: each once, whatever restarts lie between."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from config.settings import Settings
from daemon.errors import StoreError
from daemon.outbox import announce
from daemon.routing import without_pagers
from daemon.store import Connection, Store, backup, chores, judged
from daemon.upkeep import digest, quiet_week, silence_end, times
from daemon.upkeep.retention import Dropped, prune
from daemon.upkeep.week import week_of
from daemon.waiting import waits

log = structlog.get_logger(__name__)

_NIGHTLY_AT = "03:30"  # never skipped or repeated by a clock change
_QUIET_NOTE, _RETENTION, _BACKUP = "quiet_note", "retention", "backup"
# How far clocks, and data behind them, may be apart while all is well.
_CLOCK_SLACK = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done. `note`: a note of a quiet week was queued; `warned`, `digests`: so many warnings of silences that end, and digests, were. None: the task was not due."""

    note: bool = False
    warned: int = 0
    digests: int = 0
    dropped: Dropped | None = None
    backup: Path | None = None


def run_due(settings: Settings, folder: Path, store: Store, now: datetime) -> Done:
    """Do what is due at `now`: cheap when nothing is. folder: that of the configuration file.

    A backup that fails is told in the log and tried again the next night; the rest goes on.

    Raises:
        StoreError: the state cannot be read or written.
    """
    zone, upkeep = ZoneInfo(settings.timezone), settings.upkeep
    week = times.latest_weekly(upkeep.quiet_note.weekday, upkeep.quiet_note.at, zone, now)
    night = times.latest_daily(_NIGHTLY_AT, zone, now)
    with store.reading() as connection:
        note_due = upkeep.quiet_note.enabled and _is_due(connection, _QUIET_NOTE, week, now)
        retention_due = _is_due(connection, _RETENTION, night, now)
        backup_due = upkeep.backup.folder is not None and _is_due(connection, _BACKUP, night, now)
        aged_at = _no_later_than_data(connection, now)
    queued = note_due and _quiet_note(settings, store, week, zone, now)
    warned = silence_end.warn(settings, store, now)
    digests = digest.queue_due(settings, store, now)
    written = _back_up(settings, folder, store, now) if backup_due else None
    dropped = None
    if retention_due:
        dropped = prune(store, upkeep.retention, aged_at)
        _mark(store, _RETENTION, now)
        log.info("dropped", incidents=dropped.incidents, deliveries=dropped.deliveries, inbox=dropped.inbox)
    return Done(note=queued, warned=warned, digests=digests, dropped=dropped, backup=written)


def _is_due(connection: Connection, task: str, since: datetime, now: datetime) -> bool:
    """Whether a task was not done since an instant. One done in the future was done by a clock that was wrong."""
    last = chores.last(connection, task)
    return last is None or last < since or last > now + _CLOCK_SLACK


def _no_later_than_data(connection: Connection, now: datetime) -> datetime:
    """The instant by which things are old: a clock that runs ahead must not make everything old at once."""
    newest = max(judged.last_of_all(connection).values(), default=datetime.fromtimestamp(0, UTC))
    return min(now, newest + _CLOCK_SLACK)


def _mark(store: Store, task: str, now: datetime) -> None:
    with store.transaction() as connection:
        chores.done(connection, task, now)


def _quiet_note(settings: Settings, store: Store, slot: datetime, zone: ZoneInfo, now: datetime) -> bool:
    """Decide, queue and remember in one transaction: a crash leaves all of it or nothing."""
    with store.transaction() as connection:
        if not _is_due(connection, _QUIET_NOTE, slot, now):
            return False  # another process was faster
        chores.done(connection, _QUIET_NOTE, now)
        alert = quiet_week.note(week_of(connection, settings, now), now, zone)
        to = without_pagers(settings, quiet_week.recipients(settings.upkeep.quiet_note, settings.routes))
        to = tuple(name for name in to if not any(name in digest.to for digest in settings.digests))
        if alert is None or not to:
            return False
        announce(connection, alert, to, now, waits(settings, to, alert.severity, now))
    log.info("quiet_week", destinations=to)
    return True


def _back_up(settings: Settings, folder: Path, store: Store, now: datetime) -> Path | None:
    _mark(store, _BACKUP, now)
    where = folder / Path(str(settings.upkeep.backup.folder)).expanduser()
    try:
        written = backup.nightly(settings.store.url, folder, where, settings.upkeep.backup.keep, now)
    except StoreError as error:
        log.error("backup_failed", folder=str(where), reason=str(error))
        return None
    log.info("backup", file=str(written))
    return written
