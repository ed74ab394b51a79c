"""When regular tasks are due, through every change of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from config.routes import Weekday
from daemon.upkeep.times import latest_daily, latest_weekly

_ZONES = st.sampled_from(("UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")).map(
    ZoneInfo
)
_INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_TIMES = st.times().map(lambda t: f"{t:%H:%M}")
_WEEKDAYS = st.sampled_from(Weekday)


def test_it_is_this_weeks_from_its_minute_on_and_last_weeks_before() -> None:
    london, monday = ZoneInfo("Europe/London"), datetime(2026, 7, 6, 8, 0, tzinfo=UTC)  # 09:00 in summer

    assert latest_weekly(Weekday.MON, "09:00", london, monday) == monday
    assert latest_weekly(Weekday.MON, "09:00", london, monday - timedelta(seconds=1)) == monday - timedelta(days=7)
    assert latest_weekly(Weekday.MON, "09:00", london, monday + timedelta(days=6)) == monday


def test_after_the_clocks_change_it_is_the_same_on_the_wall() -> None:
    london = ZoneInfo("Europe/London")

    slot = latest_weekly(Weekday.MON, "09:00", london, datetime(2026, 10, 26, 12, tzinfo=UTC))

    assert slot == datetime(2026, 10, 26, 9, 0, tzinfo=UTC)


@given(zone=_ZONES, at=_TIMES, now=_INSTANTS)
def test_a_day_has_one_such_instant(zone: ZoneInfo, at: str, now: datetime) -> None:
    found = latest_daily(at, zone, now)

    assert found <= now < found + timedelta(hours=26)
    assert latest_daily(at, zone, found) == found


@given(zone=_ZONES, at=_TIMES, weekday=_WEEKDAYS, now=_INSTANTS)
def test_a_week_has_one_such_instant(zone: ZoneInfo, at: str, weekday: Weekday, now: datetime) -> None:
    found = latest_weekly(weekday, at, zone, now)

    assert found <= now < found + timedelta(days=7, hours=2)
    assert latest_weekly(weekday, at, zone, found) == found
