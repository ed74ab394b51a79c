"""Quiet hours hold in every zone, over every change of its clock."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from config.outputs import Severity
from config.routes import AtOnce, Route, Weekday
from daemon.arrival import is_quiet, may_arrive

MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
# Zones whose clocks change by an hour, by half an hour, at midnight, or never.
ZONES = st.sampled_from(
    ("Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu", "UTC")
).map(ZoneInfo)
CLOCK = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 15, 30, 59)))
MOMENTS = st.datetimes(datetime.fromisoformat("2015-01-01"), datetime.fromisoformat("2030-01-01")).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
QUIET = st.fixed_dictionaries(
    {},
    optional={
        "hours": st.tuples(CLOCK, CLOCK),
        "days": st.lists(st.sampled_from(Weekday), max_size=6, unique=True),
    },
)


def route(**more: Any) -> Route:
    return Route.model_validate({"to": ["growth"], **more})


def quiet(after: str = "20:00", until: str = "08:00", *days: str) -> dict[str, Any]:
    return {"after": after, "until": until, "days": list(days)}


def arrives(of: Route, moment: str, severity: Severity = Severity.WARNING, zone: ZoneInfo = BERLIN) -> str:
    """The local time at which a message of a local time arrives."""
    now = datetime.fromisoformat(moment).replace(tzinfo=zone).astimezone(UTC)
    return f"{may_arrive(of, severity, zone, now).astimezone(zone):%a %d %b %H:%M}"


@settings(max_examples=300, deadline=None)
@given(given_quiet=QUIET, send_at=st.none() | CLOCK, zone=ZONES, now=MOMENTS, part=st.floats(0, 1))
@example({"hours": ("20:00", "02:30")}, None, BERLIN, datetime(2026, 3, 29, 0, 10, tzinfo=UTC), 0.5)
@example({"hours": ("01:30", "02:30")}, "02:30", BERLIN, datetime(2026, 10, 25, 0, 10, tzinfo=UTC), 0.9)
@example({"days": ["sun"]}, "00:00", ZoneInfo("America/Havana"), datetime(2026, 3, 8, 4, 0, tzinfo=UTC), 0.0)
def test_a_message_never_arrives_in_quiet_hours_and_always_at_the_next_moment_that_is_not(
    given_quiet: dict[str, Any], send_at: str | None, zone: ZoneInfo, now: datetime, part: float
) -> None:
    after, until = given_quiet.get("hours", (None, None))
    try:
        of = route(quiet={"after": after, "until": until, "days": given_quiet.get("days", [])}, send_at=send_at)
    except ValidationError:
        assume(False)  # quiet altogether, or not at all
        raise

    at = may_arrive(of, Severity.WARNING, zone, now)

    assert at >= now
    assert not is_quiet(of, zone, at)
    between = (now + MINUTE + part * (at - now)).replace(second=0, microsecond=0)
    if now < between < at:
        local = f"{between.astimezone(zone):%H:%M}"
        assert is_quiet(of, zone, between) or (send_at is not None and local != send_at)
    if send_at is None:
        assert at == now or is_quiet(of, zone, at - MINUTE)
    else:
        clock, before = at.astimezone(zone), (at - MINUTE).astimezone(zone)
        assert f"{clock:%H:%M}" == send_at or clock.utcoffset() != before.utcoffset()


@given(zone=ZONES, now=MOMENTS, severity=st.sampled_from(Severity))
def test_without_quiet_hours_or_a_time_everything_arrives_at_once(
    zone: ZoneInfo, now: datetime, severity: Severity
) -> None:
    assert may_arrive(route(), severity, zone, now) == now


def test_what_comes_up_at_night_or_on_a_weekend_arrives_when_it_is_over() -> None:
    nights = route(quiet=quiet("20:00", "08:00", "sat", "sun"))

    assert arrives(nights, "2026-03-04T12:00") == "Wed 04 Mar 12:00"
    assert arrives(nights, "2026-03-04T21:00") == "Thu 05 Mar 08:00"
    assert arrives(nights, "2026-03-05T03:00") == "Thu 05 Mar 08:00"
    assert arrives(nights, "2026-03-06T21:00") == "Mon 09 Mar 08:00"
    assert arrives(nights, "2026-03-07T12:00") == "Mon 09 Mar 08:00"


def test_critical_does_not_wait_unless_the_route_says_so() -> None:
    night = "2026-03-04T21:00"

    assert arrives(route(quiet=quiet()), night, Severity.CRITICAL) == "Wed 04 Mar 21:00"
    assert arrives(route(quiet=quiet(), at_once="never"), night, Severity.CRITICAL) == "Thu 05 Mar 08:00"
    assert arrives(route(quiet=quiet(), at_once="info"), night, Severity.INFO) == "Wed 04 Mar 21:00"
    assert AtOnce.CRITICAL is Route.model_fields["at_once"].default


def test_a_morning_gets_the_messages_of_the_day_before_together() -> None:
    mornings = route(send_at="09:00", quiet={"days": ["sat", "sun"]})

    assert arrives(mornings, "2026-03-04T09:00") == "Wed 04 Mar 09:00"
    assert arrives(mornings, "2026-03-04T09:01") == "Thu 05 Mar 09:00"
    assert arrives(mornings, "2026-03-06T10:00") == "Mon 09 Mar 09:00"


def test_a_time_that_the_clock_jumps_over_is_the_moment_of_the_jump() -> None:
    assert arrives(route(send_at="02:30"), "2026-03-28T12:00") == "Sun 29 Mar 03:00"
    assert arrives(route(quiet=quiet("20:00", "02:30")), "2026-03-28T23:00") == "Sun 29 Mar 03:00"
