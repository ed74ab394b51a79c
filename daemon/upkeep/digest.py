"""Digests: each is queued once, whatever restarts lie between, with everything in it that waited for it."""

from datetime import datetime, timedelta

import structlog

from config.settings import Settings
from daemon.alerts.alert import Alert
from daemon.outbox import announce
from daemon.routing import without_pagers
from daemon.store import Connection, Store, beginnings, digests, judged
from daemon.upkeep import digest_words, slots
from daemon.upkeep.digest_facts import facts, totals_of
from daemon.upkeep.slots import Slot
from daemon.waiting import waits

log = structlog.get_logger(__name__)

# One that is late by more than this part of its time is left to the next one, which speaks of that time, too.
_LATE = 2
# One that was made further in the future was made by a clock that was wrong. A clock that is put back by an hour repeats no time of day.
_CLOCK_SLACK = timedelta(hours=2)


def queue_due(settings: Settings, store: Store, now: datetime) -> int:
    """Queue the digests that are due at `now`. The first one comes at its first time after the first look. Returns how many.

    Raises:
        StoreError: the state cannot be read or written.
    """
    names = without_pagers(settings, slots.recipients(settings))
    with store.reading() as connection:
        last = digests.last_of_all(connection)
        due = [name for name in names if name not in last or _is_due(connection, settings, name, now) is not None]
        is_behind = any(until > now for until in judged.last_of_all(connection).values())
    if is_behind:
        return 0  # data come from no future: the clock is wrong now, and its digests would come again
    gone, ahead = last.keys() - set(names), [n for n in names if n in last and last[n] > now + _CLOCK_SLACK]
    if gone or ahead:
        with store.transaction() as connection:
            digests.forget_others(connection, names)
            for name in ahead:  # it told what was known until now, and the next one comes at its time
                digests.done(connection, name, now)
    return sum(_queue(settings, store, name, now) for name in due)


def preview(connection: Connection, settings: Settings, name: str, now: datetime) -> Alert | None:
    """The digest that a destination would get at `now`, whether or not it is due; None: it gets none at all."""
    slot = slots.newest(settings, name, now)
    if slot is None:
        return None
    since = _since(settings, name, slot, digests.last(connection, name), now)
    totals = totals_of(connection, settings, name, since, now)
    return digest_words.alert(facts(connection, settings, name, slot, since, totals, now), settings)


def _is_due(connection: Connection, settings: Settings, name: str, now: datetime) -> Slot | None:
    slot, last = slots.newest(settings, name, now), digests.last(connection, name)
    if slot is None or last is None or slot.at <= last or slots.is_quiet(settings, name, now):
        return None
    return slot if now - slot.at <= (slot.at - slot.since) / _LATE else None


def _queue(settings: Settings, store: Store, name: str, now: datetime) -> bool:
    """Decide, queue and remember in one transaction: a crash leaves all of it or nothing. What takes long is read before."""
    with store.reading() as connection:
        slot, last = slots.newest(settings, name, now), digests.last(connection, name)
        if slot is None:
            return False
        since = _since(settings, name, slot, last, now)
        totals = [] if last is None else totals_of(connection, settings, name, since, now)
    with store.transaction() as connection:
        if _is_due(connection, settings, name, now) is None:
            if digests.last(connection, name) is None:
                digests.done(connection, name, slot.at)
            return False  # or another process was faster
        found = facts(connection, settings, name, slot, since, totals, now)
        alert = digest_words.alert(found, settings)
        digests.done(connection, name, now)
        announce(connection, alert, [name], now, waits(_any_time(settings), [name], alert.severity, now))
        beginnings.settle(connection, beginnings.waiting(connection, destination=name), now)
    log.info("digest", destination=name, open=len(found.still_open), closed=len(found.closed), new=len(found.held))
    return True


def _since(settings: Settings, name: str, slot: Slot, last: datetime | None, now: datetime) -> datetime:
    """From when on a digest speaks: from the one before, also where that came late. One of a week speaks of its days again."""
    if last is None or last > now:
        return slot.since
    before = slots.newest(settings, name, last)
    return last if before is not None and before.at == slot.since else min(slot.since, last)


def _any_time(settings: Settings) -> Settings:
    """Routes as they are but for their time of day: a digest has its own."""
    return settings.model_copy(update={"routes": [r.model_copy(update={"send_at": None}) for r in settings.routes]})
