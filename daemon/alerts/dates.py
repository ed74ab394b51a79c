"""How dates and durations read, in the reader's zone. Intervals are half-open; people are shown their last day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from daemon.alerts.numbers import count_of
from detectors.cadence import Cadence, Unit

DAY = Cadence(Unit.DAY)

_MONTHS_PER = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
_MANY_HOURS = timedelta(hours=72)
_MINUTES_PER = {Unit.MINUTE: 1, Unit.HOUR: 60}


def day(instant: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """`Tue 14 Oct`; with the year when it is not the year of `now`."""
    local = instant.astimezone(zone)
    year = "" if now is None or now.astimezone(zone).year == local.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}"


def moment(instant: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """`Thu 16 Oct, 08:15`."""
    return f"{day(instant, zone, now)}, {instant.astimezone(zone):%H:%M}"


def period(start: datetime, zone: ZoneInfo, cadence: Cadence = DAY, now: datetime | None = None) -> str:
    """The name of the period that starts then: a day, `the week of Mon 13 Oct`, `October`, `Tue 14 Oct, 14:00`."""
    local = start.astimezone(zone)
    year = "" if now is None or now.astimezone(zone).year == local.year else f" {local.year}"
    match cadence.unit:
        case Unit.MINUTE | Unit.HOUR:
            return moment(start, zone, now)
        case Unit.DAY:
            return day(start, zone, now)
        case Unit.WEEK:
            return f"the week of {day(start, zone, now)}"
        case Unit.MONTH:
            return f"{local:%B}{year}"
        case Unit.QUARTER:
            return f"Q{(local.month + 2) // 3}{year}"
        case Unit.YEAR:
            return str(local.year)


def periods(start: datetime, end: datetime, zone: ZoneInfo, cadence: Cadence = DAY) -> int:
    """How many periods lie in [start, end), counted on the local calendar; at least one."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    if cadence.unit in _MONTHS_PER:
        months = (last.year - first.year) * 12 + last.month - first.month
        return max(1, -(-months // _MONTHS_PER[cadence.unit]))
    if cadence.unit in _MINUTES_PER:
        minutes = (end - start).total_seconds() / 60
        return max(1, -(-round(minutes) // (_MINUTES_PER[cadence.unit] * cadence.count)))
    days = (last.date() - first.date()).days + (1 if last.time() > first.time() else 0)
    return max(1, -(-days // (7 if cadence.unit is Unit.WEEK else 1)))


def over_by(now: datetime, start: datetime, zone: ZoneInfo, cadence: Cadence = DAY) -> datetime:
    """The end of the last period that was over at `now`, of those that follow one another from `start` on."""
    if cadence.unit in _MINUTES_PER:
        return now - (now - start) % timedelta(minutes=60)
    local, first = now.astimezone(zone), start.astimezone(zone)
    if cadence.unit in (Unit.DAY, Unit.WEEK):
        days = (local.date() - first.date()).days
        over = days - days % (7 if cadence.unit is Unit.WEEK else 1)
        return first + timedelta(days=over)  # on the wall clock: days of 23 and 25 hours are days
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def duration(start: datetime, end: datetime, zone: ZoneInfo, cadence: Cadence = DAY) -> str:
    """`2 days`, `1 week`, `45 minutes`; many hours are days."""
    if cadence.unit in _MINUTES_PER and end - start >= _MANY_HOURS:
        return count_of(round((end - start) / timedelta(days=1)), "day")
    return count_of(periods(start, end, zone, cadence) * cadence.count, str(cadence.unit))


def span(start: datetime, end: datetime, zone: ZoneInfo, cadence: Cadence = DAY) -> str:
    """[start, end) as people write it: `14-16 Oct`, `30 Oct-2 Nov`, one day `Tue 14 Oct`; hours with their times."""
    if cadence.unit in _MINUTES_PER:
        last = end.astimezone(zone)
        same_day = start.astimezone(zone).date() == last.date()
        return f"{moment(start, zone)} to {f'{last:%H:%M}' if same_day else moment(end, zone)}"
    first, last = (
        start.astimezone(zone),
        (max(end, start + timedelta(seconds=1)) - timedelta(seconds=1)).astimezone(zone),
    )
    if first.date() == last.date():
        return day(start, zone)
    if first.year != last.year:
        return f"{first.day} {first:%b} {first.year}-{last.day} {last:%b} {last.year}"
    if first.month != last.month:
        return f"{first.day} {first:%b}-{last.day} {last:%b}"
    return f"{first.day}-{last.day} {last:%b}"


def each(cadence: Cadence) -> str:
    """After a number that adds up over time: `a day`, `an hour`, `per 15 minutes`."""
    if cadence.count > 1:
        return f"per {cadence}"
    return f"{'an' if cadence.unit is Unit.HOUR else 'a'} {cadence.unit}"
