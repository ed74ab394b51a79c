from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from config.settings import Settings
from daemon.periods import due_count, following, next_due, ticks
from daemon.sources import timeline
from detectors.cadence import Cadence, Unit
from detectors.panel import Axis
from tests.builders.troubles import settings

_ZONES = sorted(available_timezones())
_DAYS = (date(2027, 12, 31) - date(2024, 1, 1)).days + 1
# Clocks that change at midnight, by half an hour, twice a year in the south, or never.
_ODD = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Africa/Casablanca",
    "UTC",
)


def in_zone(zone: str, at: str = "08:15", only: Sequence[str] = ("web",)) -> Settings:
    plain = settings().model_dump(exclude_unset=True)
    checks = {name: {**plain["checks"][name], **({} if name == "hours" else {"at": at})} for name in only}
    return Settings.model_validate({**plain, "timezone": zone, "checks": checks})


def axis_of(unit: Unit, first: date, count: int, zone: ZoneInfo) -> Axis:
    number = timeline.number(np.array([np.datetime64(first, "s")]), Cadence(unit))
    return timeline.axis(int(number[0]), count, Cadence(unit), zone)


@example_settings(deadline=None)
@given(st.sampled_from(_ZONES), st.times().map(lambda t: f"{t:%H:%M}"))
def test_each_day_of_four_years_is_looked_at_once_in_every_zone(name: str, at: str) -> None:
    zone = ZoneInfo(name)
    start, end = (datetime.combine(d, time(), zone) for d in (date(2024, 1, 1), date(2028, 1, 1)))
    instants = [now for now, _ in ticks(in_zone(name, at), start, end)]

    assert instants == sorted(set(instants))
    wanted = [date(2024, 1, 1) + timedelta(days=n) for n in range(_DAYS)]
    assert len(instants) == _DAYS
    # A time that the clock skips is looked at an hour later: on the same day, unless it is the day's last hour.
    assert all(
        now.astimezone(zone).date() - day in (timedelta(), timedelta(days=1))
        for now, day in zip(instants, wanted, strict=True)
    )


@example_settings(deadline=None)
@given(st.sampled_from(_ZONES), st.sampled_from((Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR)))
def test_edges_follow_one_another_without_end_in_every_zone(name: str, unit: Unit) -> None:
    zone, cadence = ZoneInfo(name), Cadence(unit)
    edge = datetime.combine(date(2024, 1, 1), time(), zone).astimezone(UTC)
    edges = [edge]
    while edges[-1] < datetime(2028, 1, 1, tzinfo=UTC):
        edges.append(following(edges[-1], cadence, zone))

    assert all(a < b for a, b in pairwise(edges))
    axis = axis_of(unit, date(2024, 1, 1), len(edges) - 1, zone)
    assert edges == [axis.start(i) for i in range(len(edges))], "the schedule and the sources count the same periods"


@pytest.mark.parametrize(
    ("unit", "edge", "end"),
    [
        (Unit.DAY, "2025-03-30", "2025-03-31"),
        (Unit.WEEK, "2025-10-20", "2025-10-27"),
        (Unit.MONTH, "2024-01-01", "2024-02-01"),
        (Unit.MONTH, "2024-12-01", "2025-01-01"),
        (Unit.QUARTER, "2025-10-01", "2026-01-01"),
        (Unit.YEAR, "2024-01-01", "2025-01-01"),
    ],
)
@pytest.mark.parametrize("name", _ODD)
def test_periods_end_on_the_wall_clock(unit: Unit, edge: str, end: str, name: str) -> None:
    zone = ZoneInfo(name)
    first, last = (datetime.combine(date.fromisoformat(d), time(), zone).astimezone(UTC) for d in (edge, end))

    assert following(first, Cadence(unit), zone) == last


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("Europe/Berlin", date(2025, 3, 30), 23),
        ("Europe/Berlin", date(2025, 10, 26), 25),
        ("Africa/Cairo", date(2025, 4, 25), 23),
        ("America/Santiago", date(2025, 9, 7), 23),
        ("Australia/Lord_Howe", date(2025, 10, 5), 23.5),
    ],
)
def test_days_on_which_clocks_change_are_shorter_or_longer(name: str, day: date, hours: float) -> None:
    zone = ZoneInfo(name)
    edge = datetime.combine(day, time(), zone).astimezone(UTC)

    assert following(edge, Cadence(Unit.DAY), zone) - edge == timedelta(hours=hours)


@pytest.mark.parametrize("name", _ODD)
@pytest.mark.parametrize("around", [date(2025, 3, 25), date(2025, 10, 20), date(2025, 4, 20), date(2025, 9, 1)])
def test_a_day_is_due_at_the_first_look_after_its_end_and_not_before(name: str, around: date) -> None:
    chosen, zone = in_zone(name), ZoneInfo(name)
    check = chosen.checks["web"]
    axis = axis_of(Unit.DAY, around, 14, zone)
    looks = [now for now, _ in ticks(chosen, axis.start(0), axis.start(14) + timedelta(hours=12))]

    assert [due_count(axis, check, zone, now) for now in looks] == list(range(len(looks)))
    for i in range(14):
        due = next_due(axis.start(i), check, zone)
        assert due_count(axis, check, zone, due) == i + 1
        assert due_count(axis, check, zone, due - timedelta(seconds=1)) == i


def test_an_hour_is_due_ten_minutes_after_it_has_ended() -> None:
    chosen, zone = in_zone("Europe/Berlin", only=("hours",)), ZoneInfo("Europe/Berlin")
    axis = axis_of(Unit.HOUR, date(2025, 10, 26), 24, zone)

    for i in range(1, 25):
        due = axis.start(i) + timedelta(minutes=10)
        assert due_count(axis, chosen.checks["hours"], zone, due) == i
        assert due_count(axis, chosen.checks["hours"], zone, due - timedelta(seconds=1)) < i


def test_an_empty_axis_has_nothing_due() -> None:
    chosen, zone = in_zone("UTC"), ZoneInfo("UTC")

    assert (
        due_count(
            axis_of(Unit.DAY, date(2025, 1, 1), 0, zone), chosen.checks["web"], zone, datetime(2026, 1, 1, tzinfo=UTC)
        )
        == 0
    )


def test_checks_of_one_instant_look_together_and_disabled_ones_never() -> None:
    day = datetime(2025, 6, 1, tzinfo=UTC)
    looks = list(ticks(settings(), day, day + timedelta(days=1)))
    by_check = [name for _, names in looks for name in names]

    assert {name: by_check.count(name) for name in set(by_check)} == {"web": 1, "shop": 1, "hours": 24}
    assert [now for now, _ in looks] == sorted({now for now, _ in looks})


def test_the_end_is_not_looked_at_and_the_beginning_is() -> None:
    look = datetime(2025, 6, 1, 8, 15, tzinfo=UTC)

    assert [now for now, _ in ticks(in_zone("UTC"), look, look + timedelta(days=1))] == [look]
