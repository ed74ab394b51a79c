"""Every change of every clock from 2024 to 2035: schedule, replay and catching up count the same periods."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from config.inputs import Check
from config.settings import Settings
from daemon.periods import due_count, following, looks, next_due, ticks
from daemon.sources import timeline
from daemon.sources.timeline import zone_of
from detectors.cadence import Cadence, Unit
from detectors.panel import Axis
from tests.builders.troubles import settings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YEARS = range(2024, 2036)
CADENCES = (Unit.HOUR, Unit.DAY, Unit.WEEK, Unit.MONTH)
# How many periods are looked at before and after a change of the clock.
AROUND = {Unit.HOUR: 14, Unit.DAY: 3, Unit.WEEK: 2, Unit.MONTH: 2}


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The instants at which the clock of a zone changes."""
    zone, found = ZoneInfo(name), []
    day = datetime(YEARS[0], 1, 1, tzinfo=UTC)
    while day.year < YEARS[-1] + 1:
        if day.astimezone(zone).utcoffset() != (day + DAY).astimezone(zone).utcoffset():
            low, high = day, day + DAY
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high.replace(second=0, microsecond=0))
        day += DAY
    return tuple(found)


def clocks() -> list[str]:
    """One zone for each way in which clocks change."""
    ways: dict[tuple[object, ...], str] = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        way = tuple(
            (at, at.astimezone(zone).utcoffset(), (at - DAY).astimezone(zone).utcoffset()) for at in changes(name)
        )
        if way:
            ways.setdefault(way, name)
    return list(ways.values())


def with_check(zone: str, unit: Unit, at: str = "08:15") -> Settings:
    plain = settings().model_dump(exclude_unset=True)
    check = {**plain["checks"]["hours"], "cadence": str(unit), "timezone": zone, "at": at}
    return Settings.model_validate({**plain, "timezone": "UTC", "checks": {"one": check}})


def check_of(zone: str, unit: Unit, at: str = "08:15") -> Check:
    return with_check(zone, unit, at).checks["one"]


def axis_around(instant: datetime, unit: Unit, zone: ZoneInfo, count: int) -> Axis:
    number = int(timeline.number(np.array([timeline.wall(instant, zone)]), Cadence(unit))[0])
    return timeline.axis(number - count, 2 * count + 1, Cadence(unit), zone)


def real(axis: Axis) -> list[int]:
    """The periods that have a length."""
    return [i for i in range(len(axis)) if axis.start(i + 1) > axis.start(i)]


def until(looked: Iterator[datetime], end: datetime) -> list[datetime]:
    found: list[datetime] = []
    for now in looked:
        if now >= end:
            return found
        found.append(now)
    return found


@pytest.mark.parametrize("unit", CADENCES)
def test_each_period_is_due_once_at_a_look_around_every_change_of_every_clock(unit: Unit) -> None:
    for name in clocks():
        zone, check = ZoneInfo(name), check_of(name, unit)
        for change in changes(name):
            axis = axis_around(change, unit, zone, AROUND[unit])
            periods = real(axis)
            first_due = next_due(axis.start(periods[0]), check, zone)
            last_due = next_due(axis.start(periods[-1]), check, zone)
            seen = until(looks(check, zone, first_due), last_due + timedelta(seconds=1))
            due = [due_count(axis, check, zone, now) for now in seen]

            case = f"{name} {change}"
            newly = [now for now, (before, after) in zip(seen, pairwise([0, *due]), strict=True) if after > before]
            assert newly == [next_due(axis.start(i), check, zone) for i in periods], case
            assert all(
                due_count(axis, check, zone, now - timedelta(seconds=1)) <= i
                for i, now in zip(periods, newly, strict=True)
            ), case
            assert [axis.start(i + 1) for i in periods] == [
                following(axis.start(i), Cadence(unit), zone) for i in periods
            ], case
            assert all(now >= axis.start(i + 1) for i, now in zip(periods, newly, strict=True)), case


def test_the_replay_looks_when_the_schedule_does_around_every_change_of_every_clock() -> None:
    for name in clocks():
        zone = ZoneInfo(name)
        for unit in (Unit.HOUR, Unit.DAY):
            chosen = with_check(name, unit, at="02:30")
            for change in changes(name)[:4]:
                start, end = change - DAY, change + DAY
                replayed = [now for now, _ in ticks(chosen, start, end)]

                assert replayed == until(looks(chosen.checks["one"], zone, start), end), name
                assert replayed == sorted(set(replayed)), name
                assert all(
                    b - a <= (DAY + 3 * HOUR if unit is Unit.DAY else 3 * HOUR) for a, b in pairwise(replayed)
                ), name


@pytest.mark.parametrize(
    ("name", "on", "hours"),
    [
        ("Europe/Berlin", date(2025, 3, 30), {2: 0.0}),
        ("Europe/Berlin", date(2025, 10, 26), {2: 2.0}),
        ("America/Santiago", date(2025, 9, 7), {0: 0.0}),
        ("America/Santiago", date(2025, 4, 5), {23: 2.0}),
        ("Africa/Cairo", date(2025, 4, 25), {0: 0.0}),
        ("Asia/Beirut", date(2025, 10, 25), {23: 2.0}),
        ("Atlantic/Azores", date(2025, 3, 30), {0: 0.0}),
        ("Atlantic/Azores", date(2025, 10, 26), {0: 2.0}),
        ("Australia/Lord_Howe", date(2025, 10, 5), {2: 0.5}),
        ("Australia/Lord_Howe", date(2025, 4, 6), {1: 1.5}),
        ("Asia/Kolkata", date(2025, 4, 6), {}),
        ("Pacific/Apia", date(2011, 12, 30), dict.fromkeys(range(24), 0.0)),
    ],
)
def test_a_day_has_twenty_four_hours_of_which_some_are_longer_or_without_length(
    name: str, on: date, hours: dict[int, float]
) -> None:
    zone = ZoneInfo(name)
    number = timeline.number(np.array([np.datetime64(on, "s")]), Cadence(Unit.HOUR))
    axis = timeline.axis(int(number[0]), 24, Cadence(Unit.HOUR), zone)

    lengths = [(axis.start(i + 1) - axis.start(i)) / HOUR for i in range(24)]

    assert lengths == [hours.get(i, 1.0) for i in range(24)]


def test_a_day_that_a_zone_skips_is_never_due() -> None:
    zone, check = ZoneInfo("Pacific/Apia"), check_of("Pacific/Apia", Unit.DAY)
    skipped = datetime.combine(date(2011, 12, 30), time(), zone).astimezone(UTC)

    seen = until(looks(check, zone, skipped - 2 * DAY), skipped + 3 * DAY)

    assert [now.astimezone(zone).date().day for now in seen] == [28, 29, 31, 1, 2]
    assert following(skipped - DAY, Cadence(Unit.DAY), zone) == skipped
    assert following(skipped, Cadence(Unit.DAY), zone).astimezone(zone).date() == date(2012, 1, 1)


@dataclass
class Watched:
    """What a daemon keeps of a check, and which periods it judged."""

    check: Check
    zone: ZoneInfo
    axis: Axis
    last: datetime
    judged: list[int] = field(default_factory=list)

    def cycle(self, now: datetime) -> None:
        if next_due(self.last, self.check, self.zone) > now:
            return
        count = due_count(self.axis, self.check, self.zone, now)
        done = min(self.axis.position(self.last), count)
        self.judged += range(done, count)
        if count > done:
            self.last = self.axis.start(count)


@example_settings(deadline=None, max_examples=60)
@given(
    name=st.sampled_from(["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata"]),
    unit=st.sampled_from([Unit.HOUR, Unit.DAY]),
    year=st.sampled_from([2024, 2025]),
    change=st.integers(0, 1),
    jump=st.sampled_from([timedelta(), 6 * HOUR, -6 * HOUR]),
    back=st.booleans(),
    down=st.integers(0, 72),
    at=st.integers(0, 96),
)
def test_nothing_is_judged_twice_or_left_out_when_clocks_jump_or_the_daemon_was_down(
    name: str, unit: Unit, year: int, change: int, jump: timedelta, back: bool, down: int, at: int
) -> None:
    zone, check = ZoneInfo(name), check_of(name, unit)
    turns = [t for t in changes(name) if t.year == year] or [datetime(year, 3, 30, tzinfo=UTC)] * 2
    middle = turns[change % len(turns)]
    axis = axis_around(middle, unit, zone, 130 if unit is Unit.HOUR else 6)
    first = real(axis)[0]
    watched = Watched(check=check, zone=zone, axis=axis, last=axis.start(first))

    wrong = timedelta()
    for i, now in enumerate(until(looks(check, zone, middle - 4 * DAY), middle + 4 * DAY)):
        if (at <= i < at + down and unit is Unit.HOUR) or (unit is Unit.DAY and at % 8 <= i < at % 8 + down // 24):
            wrong = jump
            continue
        watched.cycle(now + wrong)
        if back:
            wrong = timedelta()
    watched.cycle(middle + 5 * DAY)

    lasting = set(real(axis))
    everything = [i for i in range(first, due_count(axis, check, zone, middle + 5 * DAY)) if i in lasting]
    assert [i for i in watched.judged if i in lasting] == everything
    assert len(set(watched.judged)) == len(watched.judged)


def test_a_check_of_a_channel_looks_on_the_clock_of_its_channel() -> None:
    chosen = with_check("Asia/Kolkata", Unit.HOUR)

    seen = [now for now, _ in ticks(chosen, datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 6, 1, 3, tzinfo=UTC))]

    assert zone_of(chosen.checks["one"], chosen) == ZoneInfo("Asia/Kolkata")
    assert [f"{now:%H:%M}" for now in seen] == ["00:40", "01:40", "02:40"], "hours begin at half past in UTC"
