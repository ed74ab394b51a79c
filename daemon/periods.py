"""When periods are due: they have ended, and the check's own time of day has come."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.inputs import Check
from config.settings import Settings
from detectors.cadence import Cadence, Unit
from detectors.panel import Axis


def zone_of(check: Check, settings: Settings) -> ZoneInfo:
    """The zone in which a check's periods start and end: its own, else its channel's, else the configuration's."""
    channel = settings.channels.get(check.channel) if check.channel else None
    return ZoneInfo(check.timezone or (channel.timezone if channel else None) or settings.timezone)


def is_intraday(check: Check) -> bool:
    """Whether a check is judged as soon as each period has ended, rather than once a day."""
    return Cadence.parse(check.cadence).unit in (Unit.MINUTE, Unit.HOUR)


def due_count(axis: Axis, check: Check, zone: ZoneInfo, now: datetime) -> int:
    """How many of the axis' periods are due at `now`: those before this index."""
    count = len(axis)
    while count and _due_at(axis.start(count), check, zone) > now:
        count -= 1
    return count


def next_due(until: datetime, check: Check, zone: ZoneInfo) -> datetime:
    """When the period that starts at `until`, an edge of the check's periods, is due."""
    return _due_at(following(until, Cadence.parse(check.cadence), zone), check, zone)


def following(edge: datetime, cadence: Cadence, zone: ZoneInfo) -> datetime:
    """The end of the period that starts at `edge`; days and longer are counted on the wall clock."""
    if cadence.unit is Unit.MINUTE:
        return edge + timedelta(minutes=cadence.count)
    if cadence.unit is Unit.HOUR:
        return edge + timedelta(hours=1)
    day = edge.astimezone(zone).date()
    match cadence.unit:
        case Unit.DAY:
            day += timedelta(days=1)
        case Unit.WEEK:
            day += timedelta(days=7)
        case _:
            months = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}[cadence.unit]
            count = day.year * 12 + day.month - 1 + months
            day = date(count // 12, count % 12 + 1, 1)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _due_at(end: datetime, check: Check, zone: ZoneInfo) -> datetime:
    """The instant at which a period that ends at `end` is due."""
    if is_intraday(check):
        return end
    return _at(end.astimezone(zone).date(), check, zone)


def _at(day: date, check: Check, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(check.at), zone).astimezone(UTC)


def ticks(settings: Settings, start: datetime, end: datetime) -> Iterator[tuple[datetime, tuple[str, ...]]]:
    """The instants in [start, end) at which checks look, oldest first, each with the checks that look then.

    Checks by day, week or month look every day at their time, so that a late week is judged on the day it arrives.
    """
    enabled: Mapping[str, Check] = {name: c for name, c in settings.checks.items() if c.enabled}
    looks: dict[datetime, list[str]] = {}
    for name, check in enabled.items():
        for instant in _looks(check, zone_of(check, settings), start, end):
            looks.setdefault(instant, []).append(name)
    for instant in sorted(looks):
        yield instant, tuple(looks[instant])


def _looks(check: Check, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    if is_intraday(check):
        cadence = Cadence.parse(check.cadence)
        step = timedelta(hours=1) if cadence.unit is Unit.HOUR else timedelta(minutes=cadence.count)
        instant = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while instant < end:
            if instant >= start:
                yield instant
            instant += step
        return
    day = start.astimezone(zone).date()
    while (instant := _at(day, check, zone)) < end:
        if instant >= start:
            yield instant
        day += timedelta(days=1)
