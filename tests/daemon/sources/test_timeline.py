"""Periods on the wall clock and their edges in UTC, through changes of the clock."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.sources import timeline
from daemon.sources.ledger import Snapshot
from detectors.cadence import Cadence
from detectors.panel import Axis
from tests.daemon.sources.build import ledger_of

LONDON = ZoneInfo("Europe/London")


def axis(start: str, count: int, cadence: str, zone: ZoneInfo = LONDON) -> Axis:
    of = Cadence.parse(cadence)
    first = int(timeline.number(np.array([start], "datetime64[s]"), of)[0])
    return timeline.axis(first, count, of, zone)


def test_days_of_clock_changes_have_23_and_25_hours() -> None:
    spring, autumn = axis("2024-03-30", 3, "day"), axis("2024-10-26", 3, "day")

    assert np.diff(spring.edges).astype("timedelta64[h]").astype(int).tolist() == [24, 23, 24]
    assert np.diff(autumn.edges).astype("timedelta64[h]").astype(int).tolist() == [24, 25, 24]


def test_the_skipped_hour_has_no_length_and_the_repeated_one_has_two() -> None:
    spring, autumn = axis("2024-03-31", 24, "hour"), axis("2024-10-27", 24, "hour")

    assert np.diff(spring.edges).astype("timedelta64[h]").astype(int).tolist() == [1, 0] + [1] * 22
    assert np.diff(autumn.edges).astype("timedelta64[h]").astype(int).tolist() == [1, 2] + [1] * 22


def test_quarters_of_an_hour_stay_in_order_through_a_clock_change() -> None:
    assert (np.diff(axis("2024-03-31", 96, "15 minutes").edges) >= np.timedelta64(0, "s")).all()
    assert (np.diff(axis("2024-10-27", 96, "15 minutes").edges) > np.timedelta64(0, "s")).all()


def test_months_and_quarters_are_real() -> None:
    assert axis("2024-01-31", 3, "month").local.astype("datetime64[D]").astype(str).tolist() == [
        "2024-01-01",
        "2024-02-01",
        "2024-03-01",
    ]
    assert axis("2024-05-05", 2, "quarter").local.astype("datetime64[D]").astype(str).tolist() == [
        "2024-04-01",
        "2024-07-01",
    ]


@pytest.mark.parametrize("weekday", range(7))
def test_weeks_start_on_the_weekday_that_the_data_show(weekday: int) -> None:
    starts = np.datetime64("2024-01-01") + weekday + 7 * np.arange(5)
    local = starts.astype("datetime64[s]")

    found = timeline.week_start(local)

    assert found == weekday
    assert (
        timeline.start(timeline.number(local, Cadence.parse("week"), found), Cadence.parse("week"), found) == local
    ).all()


@given(
    st.integers(-(10**9), 4 * 10**9),
    st.sampled_from(["15 minutes", "hour", "day", "week", "month", "quarter", "year"]),
    st.integers(0, 6),
)
def test_every_time_lies_in_its_period(seconds: int, cadence: str, weekday: int) -> None:
    of, local = Cadence.parse(cadence), np.array([seconds], np.int64).astype("datetime64[s]")

    number = timeline.number(local, of, weekday)

    assert timeline.start(number, of, weekday)[0] <= local[0] < timeline.start(number + 1, of, weekday)[0]


def test_the_skipped_hour_is_not_missing(tmp_path: Path) -> None:
    hours = np.datetime64("2024-03-01T00") + np.arange(24 * 31)
    rows = [(h, 5 + i % 24) for i, h in enumerate(hours) if str(h) != "2024-03-31T01"]
    snapshot = ledger_of(tmp_path, rows, "date,orders", cadence="hour", zone="Europe/London").as_of(
        datetime(2024, 3, 31, 22, 59, tzinfo=UTC)
    )

    assert len(snapshot.panel.axis) == 24 * 31 - 1
    assert not snapshot.problems


def hours_around_the_repeated_one(tmp_path: Path, left_out: str | None = None) -> tuple[Snapshot, int]:
    instants = np.datetime64("2024-10-26T00") + np.arange(48)
    snapshot = ledger_of(
        tmp_path,
        [(f"{i}:00:00Z", 5 + n % 7) for n, i in enumerate(instants) if str(i) != left_out],
        "date,orders",
        cadence="hour",
        zone="Europe/London",
    ).as_of(datetime(2024, 10, 27, 12, tzinfo=UTC))
    return snapshot, int(np.flatnonzero(snapshot.panel.axis.local == np.datetime64("2024-10-27T01:00:00"))[0])


def test_two_instants_of_the_repeated_hour_add_up_and_are_no_duplicate(tmp_path: Path) -> None:
    snapshot, repeated = hours_around_the_repeated_one(tmp_path)

    assert not snapshot.problems
    assert snapshot.panel.values[0, repeated] == (5 + 24 % 7) + (5 + 25 % 7)


def test_one_row_of_the_repeated_hour_may_stand_for_one_or_both_and_is_unknown(tmp_path: Path) -> None:
    snapshot, repeated = hours_around_the_repeated_one(tmp_path, left_out="2024-10-27T01")

    assert not snapshot.problems
    assert np.isnan(snapshot.panel.values[0, repeated])
