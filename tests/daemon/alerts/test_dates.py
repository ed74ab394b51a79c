"""How dates and durations read, in the reader's zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from daemon.alerts import dates
from detectors.cadence import Cadence
from tests.builders_alerts import LONDON, local

NEW_YORK = ZoneInfo("America/New_York")


def test_a_day_is_the_readers_day() -> None:
    instant = datetime(2025, 10, 14, 23, 30, tzinfo=UTC)

    assert dates.day(instant, LONDON) == "Wed 15 Oct"
    assert dates.day(instant, NEW_YORK) == "Tue 14 Oct"


def test_the_year_is_told_only_when_it_is_another() -> None:
    assert dates.day(local(2024, 12, 30), LONDON, local(2025, 1, 3)) == "Mon 30 Dec 2024"
    assert dates.moment(local(2025, 1, 3, 8, 15), LONDON, local(2025, 1, 4)) == "Fri 3 Jan, 08:15"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (local(2025, 10, 14), local(2025, 10, 17), "14-16 Oct"),
        (local(2025, 10, 30), local(2025, 11, 3), "30 Oct-2 Nov"),
        (local(2025, 10, 14), local(2025, 10, 15), "Tue 14 Oct"),
        (local(2025, 12, 30), local(2026, 1, 3), "30 Dec 2025-2 Jan 2026"),
        (local(2025, 10, 25), local(2025, 10, 27), "25-26 Oct"),
    ],
)
def test_a_span_names_its_last_day(start: datetime, end: datetime, words: str) -> None:
    assert dates.span(start, end, LONDON) == words


@pytest.mark.parametrize(
    ("cadence", "start", "end", "words"),
    [
        ("day", local(2025, 10, 25), local(2025, 10, 27), "2 days"),  # with the clock change between
        ("day", local(2025, 3, 29), local(2025, 3, 31), "2 days"),
        ("week", local(2025, 10, 13), local(2025, 10, 27), "2 weeks"),
        ("month", local(2025, 9, 1), local(2025, 11, 1), "2 months"),
        ("quarter", local(2025, 7, 1), local(2025, 10, 1), "1 quarter"),
        ("hour", local(2025, 10, 14, 9), local(2025, 10, 14, 12), "3 hours"),
        ("15 minutes", local(2025, 10, 14, 9), local(2025, 10, 14, 9, 45), "45 minutes"),
    ],
)
def test_a_duration_counts_periods_on_the_calendar(cadence: str, start: datetime, end: datetime, words: str) -> None:
    assert dates.duration(start, end, LONDON, Cadence.parse(cadence)) == words


@pytest.mark.parametrize(
    ("cadence", "words"),
    [
        ("day", "Wed 1 Oct"),
        ("week", "the week of Wed 1 Oct"),
        ("month", "October"),
        ("quarter", "Q4"),
        ("year", "2025"),
        ("hour", "Wed 1 Oct, 00:00"),
    ],
)
def test_a_period_has_the_name_of_its_cadence(cadence: str, words: str) -> None:
    assert dates.period(local(2025, 10, 1), LONDON, Cadence.parse(cadence)) == words


def test_a_span_of_hours_names_its_times() -> None:
    hour = Cadence.parse("hour")

    assert dates.span(local(2025, 10, 14, 9), local(2025, 10, 14, 12), LONDON, hour) == "Tue 14 Oct, 09:00 to 12:00"
    assert (
        dates.span(local(2025, 10, 14, 22), local(2025, 10, 14, 22) + timedelta(hours=4), LONDON, hour)
        == "Tue 14 Oct, 22:00 to Wed 15 Oct, 02:00"
    )
