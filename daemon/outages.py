"""A destination that takes nothing for a quarter of an hour: one notice by another one, and one when it takes messages again.

Looked at every minute while the service runs. A notice goes to one destination that works, never to one that is out
itself, so that no two destinations tell of each other in a circle; and at most once in six hours for each destination,
however often it comes and goes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s
from zoneinfo import ZoneInfo

import structlog

from config.outputs import Inbox, Severity, Terminal
from config.settings import Settings
from daemon.alerts import dates
from daemon.alerts.alert import Alert
from daemon.alerts.numbers import count_of
from daemon.model import Change
from daemon.outbox import announce
from daemon.store import Connection, Store, troubles, undelivered
from daemon.store.deliveries import UNDELIVERED
from daemon.store.troubles import Trouble
from daemon.store.undelivered import Undelivered
from daemon.waiting import waits

log = structlog.get_logger(__name__)

# What comes back within it was a restart or a busy minute on the other side.
TOLD_AFTER = timedelta(minutes=15)
_AT_MOST_EVERY = timedelta(hours=6)
# Looks are a minute apart; after a longer gap nobody was there to send, and it counts from anew.
_GAP = timedelta(minutes=5)
_LONGEST_NAME = 48  # of a destination in the id of its notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a look decides. since: from when on it is out, None: it is not; over: an outage that was told has ended."""

    since: datetime | None
    over: bool = False


def step(known: Trouble | None, seen: Undelivered, now: datetime) -> Step:
    """How a destination stands, given what was known of it: out while something waits, or was refused, and it takes nothing. Pure."""
    was_told = known is not None and known.told_at is not None
    if not seen.count:
        return Step(since=None, over=was_told)
    if known is None:
        return Step(since=now)
    if seen.took is not None and seen.took >= known.since:  # slow, but it does take messages
        return Step(since=now, over=was_told)
    unwatched = now - known.last_seen > _GAP or now < known.since
    return Step(since=now if unwatched and not was_told else known.since)


def look(settings: Settings, store: Store, now: datetime) -> int:
    """Look at every destination, and queue what is to be told. Returns how many notices were queued.

    Raises:
        StoreError: the state cannot be read or written.
    """
    with store.reading() as connection:
        seen = {name: undelivered.of(connection, name, now) for name in settings.destinations}
        known = {t.check: t for t in troubles.load_all(connection)}
    steps = {name: step(known.get(label(name)), of, now) for name, of in seen.items()}
    out = {name for name, of in steps.items() if of.since is not None}
    if not any(label(name) in known or name in out for name in steps):
        return 0
    told = 0
    with store.transaction() as connection:
        for name, stands in steps.items():
            before = known.get(label(name))
            if before is not None and _is_back(before, stands, seen[name]):
                log.info("destination_back", destination=name, since=before.since.isoformat())
            if stands.over and before is not None:
                told += _tell_the_end(connection, settings, before, name, seen[name], now)
            if before is not None and stands.since != before.since:
                troubles.over(connection, label(name))
            if stands.since is not None:
                trouble = troubles.note(connection, label(name), seen[name].reason, now)
                was_out = before is not None and before.since == trouble.since and _is_out(before, before.last_seen)
                if _is_out(trouble, now) and not was_out:
                    log.error(
                        "destination_out",
                        destination=name,
                        since=trouble.since.isoformat(),
                        undelivered=seen[name].count,
                        reason=trouble.reason,
                    )
                told += _tell(connection, settings, trouble, name, seen[name], out, now)
    return told


def label(destination: str) -> str:
    """How the state calls it, beside checks and feeds that cannot be read."""
    return f"destinations.{destination}"


def broken(connection: Connection, settings: Settings, now: datetime) -> dict[str, datetime]:
    """The destinations that have taken nothing for a quarter of an hour though something waits, and since when."""
    found = {t.check: t for t in troubles.load_all(connection)}
    return {n: t.since for n in settings.destinations if (t := found.get(label(n))) and _is_out(t, now)}


def stand_in(settings: Settings, name: str, out: Collection[str]) -> str | None:
    """Who hears that a destination is out: of those that work one of a fallback route, else of any route, and what only
    this machine shows last; None where there is no other.
    """
    routes = sorted(settings.routes, key=lambda route: not route.fallback)
    others = [n for n in dict.fromkeys(n for route in routes for n in route.to) if n != name and n not in out]
    return min(others, key=lambda n: isinstance(settings.destinations[n], Inbox | Terminal), default=None)


def _is_out(trouble: Trouble, at: datetime) -> bool:
    return at - trouble.since >= TOLD_AFTER


def _is_back(before: Trouble, stands: Step, seen: Undelivered) -> bool:
    """Whether an outage is over that has stood in the log: it takes messages, or none is left for it."""
    takes = not seen.count or (seen.took is not None and seen.took >= before.since)
    return stands.since != before.since and _is_out(before, before.last_seen) and takes


def _tell(
    connection: Connection,
    settings: Settings,
    trouble: Trouble,
    name: str,
    seen: Undelivered,
    out: Collection[str],
    now: datetime,
) -> int:
    if trouble.told_at is not None or not _is_out(trouble, now):
        return 0
    last, _ = undelivered.told_of(connection, _id(name), Change.OPENED)
    to = stand_in(settings, name, out)
    if to is None or (last is not None and timedelta(0) <= now - last < _AT_MOST_EVERY):
        return 0
    log.info("destination_out_told", destination=name, told=to)
    severity = Severity.CRITICAL if undelivered.critical(connection, name, now) else Severity.WARNING
    troubles.told(connection, label(name), now)
    alert = _begun(trouble, name, seen, severity, ZoneInfo(settings.timezone), now)
    return announce(connection, alert, [to], now, waits(settings, [to], severity, now))


def _tell_the_end(
    connection: Connection, settings: Settings, trouble: Trouble, name: str, seen: Undelivered, now: datetime
) -> int:
    _, to = undelivered.told_of(connection, _id(name), Change.OPENED)
    to = tuple(n for n in to if n in settings.destinations)
    alert = _ended(trouble, name, seen, ZoneInfo(settings.timezone), now)
    return announce(connection, alert, to, now, waits(settings, to, alert.severity, now))


def _begun(trouble: Trouble, name: str, seen: Undelivered, severity: Severity, zone: ZoneInfo, now: datetime) -> Alert:
    parts = ((seen.waiting, "waits", "wait"), (seen.refused, "was refused", "were refused"))
    counted = [f"{count_of(n, 'message')} {one if n == 1 else more}" for n, one, more in parts if n]
    return Alert(
        incident_id=_id(name),
        change=Change.OPENED,
        severity=severity,
        headline=f"No message reaches {name} since {dates.moment(trouble.since, zone, now)}",
        subject=_subject(name),
        numbers=f"{', '.join(counted)}. {trouble.reason}".strip(),
        items=("What waits is tried again by itself for a day; what was refused is not.",),
        verify=(
            "channelwatch outbox: it says what has not arrived, and why",
            "channelwatch outbox redrive, when it is mended: it sends again what was given up",
        ),
        at=now.astimezone(zone).isoformat(),
    )


def _ended(trouble: Trouble, name: str, seen: Undelivered, zone: ZoneInfo, now: datetime) -> Alert:
    takes = seen.took is not None and seen.took >= trouble.since
    return Alert(
        incident_id=_id(name),
        change=Change.RESOLVED,
        severity=Severity.WARNING,
        headline=f"Resolved: {name} takes messages again" if takes else f"Nothing waits for {name} any more",
        subject=_subject(name),
        numbers=f"None reached it since {dates.moment(trouble.since, zone, now)}.",
        at=now.astimezone(zone).isoformat(),
    )


def _id(name: str) -> str:
    """Of a long name its beginning and a mark of all of it."""
    if len(name) > _LONGEST_NAME:
        mark = blake2s(name.encode(), digest_size=4).hexdigest()
        name = f"{name[: _LONGEST_NAME - len(mark) - 1]}-{mark}"
    return f"{UNDELIVERED}{name}"


def _subject(name: str) -> str:
    return f"No message reaches {name}"
