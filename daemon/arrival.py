"""When a message may arrive: outside of a route's quiet hours, or at its time of day. Pure, in the route's own zone.

Whether a moment is quiet is read from the wall clock alone, so that clock changes need no rules of their own: the hour
that is skipped is never waited for, the hour that comes twice is as quiet the second time.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.outputs import Severity
from config.routes import AtOnce, Route, Weekday

_RANK = {AtOnce.INFO: 0, AtOnce.WARNING: 1, AtOnce.CRITICAL: 2, AtOnce.NEVER: 3}
_DAYS = tuple(Weekday)
_MINUTE = timedelta(minutes=1)
# At most six days in a row are quiet; a time of day that a clock change skips costs one more.
_LONGEST = timedelta(days=9)


def may_arrive(route: Route, severity: Severity, zone: ZoneInfo, now: datetime) -> datetime:
    """The first instant from `now` on at which the route lets a message of this severity through."""
    if _RANK[AtOnce(severity)] >= _RANK[route.at_once] or _is_open(route, zone, now):
        return now
    instant = now.replace(second=0, microsecond=0)
    while instant - now <= _LONGEST:
        instant += _MINUTE
        if _is_open(route, zone, instant):
            return instant
    return now  # the model refuses routes that are never open


def is_quiet(route: Route, zone: ZoneInfo, instant: datetime) -> bool:
    """Whether the route's wall clock stands in its quiet hours or on one of its quiet days."""
    local = instant.astimezone(zone)
    quiet = route.quiet
    return quiet is not None and (_DAYS[local.weekday()] in quiet.days or quiet.covers(f"{local:%H:%M}"))


def _is_open(route: Route, zone: ZoneInfo, instant: datetime) -> bool:
    if is_quiet(route, zone, instant):
        return False
    return route.send_at is None or _strikes(route.send_at, zone, instant)


def _strikes(clock: str, zone: ZoneInfo, instant: datetime) -> bool:
    """Whether this is the minute in which the wall clock reaches or jumps over a time of day."""
    local, before = instant.astimezone(zone), (instant - _MINUTE).astimezone(zone)
    return f"{local:%H:%M}" >= clock and (f"{before:%H:%M}" < clock or before.date() != local.date())
