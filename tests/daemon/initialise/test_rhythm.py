"""The cadence of a table."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.initialise.rhythm import cadence_of
from tests.daemon.initialise.tables import days, times


def _seconds(moments: list) -> list[int]:  # type: ignore[type-arg]
    return [
        int(datetime(m.year, m.month, m.day, getattr(m, "hour", 0), getattr(m, "minute", 0), tzinfo=UTC).timestamp())
        for m in moments
    ]


def _months(step: int) -> list[int]:
    return [int(datetime(2010 + m // 12, m % 12 + 1, 1, tzinfo=UTC).timestamp()) for m in range(0, 12 * 8, step)]


@pytest.mark.parametrize(
    ("periods", "cadence"),
    [
        (_seconds(days(40)), "day"),
        (_seconds(days(40, step=7)), "week"),
        (_months(1), "month"),
        (_months(3), "quarter"),
        (_months(12), "year"),
        (_seconds(times(100, 60)), "hour"),
        (_seconds(times(100, 5)), "5 minutes"),
        (_seconds(times(100, 30)), "30 minutes"),
        ([t + 901 for t in _seconds(times(100, 60))], "hour"),
        (_seconds([d for d in days(60) if d.weekday() < 5]), "day"),
        (_seconds([d for d in days(200) if d.weekday() in (1, 3)]), "day"),
    ],
)
def test_even_steps_are_recognised(periods: list[int], cadence: str) -> None:
    assert str(cadence_of(periods)) == cadence


@given(st.sets(st.integers(0, 199), max_size=15), st.sampled_from([1, 7]))
def test_a_few_holes_do_not_change_the_cadence(holes: set[int], step: int) -> None:
    kept = [p for i, p in enumerate(_seconds(days(200, step=step))) if i not in holes]

    assert str(cadence_of(kept)) == {1: "day", 7: "week"}[step]


def test_a_handful_of_periods_goes_by_the_names() -> None:
    assert str(cadence_of(_seconds(days(2)), "sales_weekly date")) == "week"
    assert str(cadence_of(_seconds(days(2)))) == "day"
