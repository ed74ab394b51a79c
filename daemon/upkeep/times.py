"""When regular tasks are due: the latest such instant, on the wall clock of a zone. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.routes import Weekday


def latest_daily(at: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The newest instant, at or before `now`, at which a local clock shows `at`."""
    today = now.astimezone(zone).date()
    instant = _instant(today, at, zone)
    return instant if instant <= now else _instant(today - timedelta(days=1), at, zone)


def latest_weekly(weekday: Weekday, at: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The same on one day of the week."""
    today = now.astimezone(zone).date()
    day = today - timedelta(days=(today.weekday() - list(Weekday).index(weekday)) % 7)
    instant = _instant(day, at, zone)
    return instant if instant <= now else _instant(day - timedelta(days=7), at, zone)


def _instant(day: date, at: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(at), zone).astimezone(UTC)
