"""When a destination's digest is due. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.digests import Digest, Every
from config.routes import Weekday
from config.settings import Settings
from daemon import arrival
from daemon.routing import zone_of
from daemon.upkeep.times import latest_daily, latest_weekly

# A time of day of which so many in a row are quiet is refused as a whole: at most six days of a week can be.
_MOST_QUIET = 8
_BEFORE = timedelta(seconds=1)
# How the names of digests begin where incidents have their ids.
DIGEST = "digest-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One digest: when it was to come, from when on it speaks, and which of day or week it is about."""

    at: datetime
    since: datetime
    every: Every


def newest(settings: Settings, name: str, now: datetime) -> Slot | None:
    """The newest digest that a destination was to get at or before `now`; None: it gets none.

    Several at the same time are one, about the longest of their times. None comes in quiet hours.
    """
    slots = [s for d in settings.digests if name in d.to for s in _of(settings, d, name, now)]
    if not slots:
        return None
    last = max(s.at for s in slots)
    return min((s for s in slots if s.at == last), key=lambda s: s.since)


def is_quiet(settings: Settings, name: str, now: datetime) -> bool:
    """Whether every route to a destination is in its quiet hours."""
    routes = [r for r in settings.routes if name in r.to]
    return bool(routes) and all(arrival.is_quiet(r, zone_of(r, settings), now) for r in routes)


def recipients(settings: Settings) -> tuple[str, ...]:
    """Every destination that gets a digest."""
    return tuple(dict.fromkeys(name for digest in settings.digests for name in digest.to))


def _of(settings: Settings, digest: Digest, name: str, now: datetime) -> Iterator[Slot]:
    zone = ZoneInfo(digest.timezone or settings.timezone)
    at = now
    for _ in range(_MOST_QUIET):
        at = _latest(digest, zone, at)
        if not is_quiet(settings, name, at):
            yield Slot(at=at, since=_latest(digest, zone, at - _BEFORE), every=digest.every)
            return
        at -= _BEFORE


def _latest(digest: Digest, zone: ZoneInfo, now: datetime) -> datetime:
    if digest.every is Every.DAY:
        return latest_daily(digest.at, zone, now)
    return latest_weekly(digest.weekday or Weekday.MON, digest.at, zone, now)
