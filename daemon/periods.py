"""When periods are due, and when checks look: one rule for the schedule, for backtests and for catching up.

A period is due at the first look of its check after it has ended. Checks by day, week or month look every day at their
own time (`at`), so that a late week is judged on the day it arrives. Checks by the hour look ten minutes past each hour
of their zone: sources need a moment after the hour has ended, and an hour that still runs is never judged.

Periods are those of the wall clock (daemon/sources/timeline.py): an hour that the clock skips has no length and is
never due; the hour that it repeats is one period, due after its second half.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from config.inputs import Check
from config.settings import Settings
from daemon.sources.timeline import zone_of
from detectors.cadence import INTRADAY, Cadence, Unit
from detectors.panel import Axis

# How long after their end hours are looked at.
PAST_THE_HOUR = timedelta(minutes=10)
# Wall-clock periods are counted from here, as in the tables.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def is_intraday(check: Check) -> bool:
    """Whether a check is judged soon after each period has ended, rather than once a day."""
    return Cadence.parse(check.cadence).unit in INTRADAY


def due_count(axis: Axis, check: Check, zone: ZoneInfo, now: datetime) -> int:
    """How many of the axis' periods are due at `now`: those before this index."""
    return bisect_right(range(1, len(axis) + 1), now, key=lambda i: _due_at(axis.start(i), check, zone))


def next_due(until: datetime, check: Check, zone: ZoneInfo) -> datetime:
    """When the period that starts at `until`, an edge of the check's periods, is due."""
    return _due_at(following(until, Cadence.parse(check.cadence), zone), check, zone)


def following(edge: datetime, cadence: Cadence, zone: ZoneInfo) -> datetime:
    """The end of the period that starts at `edge`, counted on the wall clock."""
    if cadence.unit in INTRADAY:
        return _edge(edge, cadence, zone, 1)
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


def looks(check: Check, zone: ZoneInfo, start: datetime) -> Iterator[datetime]:
    """The instants at which a check looks, from `start` on, without end."""
    if is_intraday(check):
        cadence = Cadence.parse(check.cadence)
        edge = _edge(start - PAST_THE_HOUR, cadence, zone, 0)
        while True:
            instant = _due_at(edge, check, zone)
            if instant >= start:
                yield instant
            edge = following(edge, cadence, zone)
    day, last = start.astimezone(zone).date() - timedelta(days=1), start - timedelta(microseconds=1)
    while True:
        instant = _at(day, check, zone)
        if instant > last:  # a day that the calendar of a zone skips has no look of its own
            yield instant
            last = instant
        day += timedelta(days=1)


def ticks(settings: Settings, start: datetime, end: datetime) -> Iterator[tuple[datetime, tuple[str, ...]]]:
    """The instants in [start, end) at which checks look, oldest first, each with the checks that look then."""
    together: dict[datetime, list[str]] = {}
    for name, check in settings.checks.items():
        if check.enabled:
            for instant in takewhile(lambda t: t < end, looks(check, zone_of(check, settings), start)):
                together.setdefault(instant, []).append(name)
    for instant in sorted(together):
        yield instant, tuple(together[instant])


def _due_at(end: datetime, check: Check, zone: ZoneInfo) -> datetime:
    """The first look after a period has ended at `end`."""
    if is_intraday(check):
        return end + PAST_THE_HOUR
    return _at(end.astimezone(zone).date(), check, zone)


def _at(day: date, check: Check, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(check.at), zone).astimezone(UTC)


def _edge(instant: datetime, cadence: Cadence, zone: ZoneInfo, ahead: int) -> datetime:
    """The start of the period that holds an instant, or of the one so many periods ahead; of a repeated hour the first."""
    length = timedelta(hours=1) if cadence.unit is Unit.HOUR else timedelta(minutes=cadence.count)
    wall = instant.astimezone(zone).replace(tzinfo=None, fold=0)
    start = _EPOCH + ((wall - _EPOCH) // length + ahead) * length
    return start.replace(tzinfo=zone).astimezone(UTC)
