import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.series.pacing import Outlook, crossing, outlook, used_up
from detectors.series.sums import Wander

ERROR = Wander(period=0.1, common=0.2, windows=30)
WEEK = np.array([1.0, 1.1, 1.1, 1.0, 1.2, 0.7, 0.6])


def trend(start: float, a_day: float, noise: float = 0.02, weeks: int = 12) -> np.ndarray:
    days = np.arange(weeks * 7)
    course: np.ndarray = (start + a_day * days) * np.tile(WEEK / WEEK.mean(), weeks)
    return course * np.random.default_rng(1).normal(1, noise, len(days))


def test_the_less_is_left_the_surer_is_the_end() -> None:
    widths = [
        end.upper - end.lower for end in (outlook(100.0 * (30 - n), np.full(n, 100.0), ERROR) for n in (29, 15, 3, 0))
    ]

    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == 0


@given(st.floats(0, 1e6), st.lists(st.floats(0, 1e5), max_size=31))
def test_an_end_lies_in_its_interval_and_never_below_what_is_there(so_far: float, ahead: list[float]) -> None:
    end = outlook(so_far, np.array(ahead), ERROR)

    assert so_far <= end.lower <= end.expected <= end.upper
    assert end.above(end.lower) >= end.above(end.expected) >= end.above(end.upper)


def test_a_total_that_is_sure_is_above_or_it_is_not() -> None:
    assert Outlook(so_far=10, expected=10, lower=10, upper=10).above(9) == 1
    assert Outlook(so_far=10, expected=10, lower=10, upper=10).above(10) == 0


def test_spending_more_uses_a_budget_up_sooner() -> None:
    ahead = np.full(20, 10.0)

    assert used_up(0, ahead, 95) == 9
    assert used_up(0, ahead, 95, factor=2) == 4
    assert used_up(0, ahead, 95, factor=0.4) is None


def test_a_trend_crosses_where_its_line_does_and_weekdays_are_no_trend() -> None:
    found = crossing(trend(100, 0.5), np.ones(84), 7, 160, upwards=True)

    assert found is not None and found.latest is not None
    assert found.level == pytest.approx(100 + 0.5 * 84, rel=0.02)
    assert found.periods == pytest.approx((160 - 142) / 0.5, abs=5)
    assert found.earliest <= found.periods <= found.latest


@pytest.mark.parametrize(
    ("a_day", "limit", "upwards"), [(0.0, 110, True), (-0.3, 160, True), (0.5, 80, False), (0.1, 200, True)]
)
def test_what_stands_still_goes_away_or_creeps_crosses_nothing(a_day: float, limit: float, upwards: bool) -> None:
    found = crossing(trend(100, a_day), np.ones(84), 7, limit, upwards=upwards)

    assert found is None or found.latest is None


def test_of_little_or_patchy_history_no_trend_is_read() -> None:
    values = trend(100, 0.5)
    assert crossing(values[-40:], np.ones(40), 7, 160, upwards=True) is None

    values[-10:-3] = np.nan
    assert crossing(values, np.ones(84), 7, 160, upwards=True) is None


def test_lines_through_noise_alone_are_rarely_sure_to_cross() -> None:
    rng = np.random.default_rng(5)
    sure = 0
    for _ in range(200):
        wander = np.zeros(56)
        for t in range(1, 56):
            wander[t] = 0.8 * wander[t - 1] + rng.normal(0, 0.03)
        found = crossing(100 * np.exp(wander), np.ones(56), 7, 110, upwards=True)
        sure += found is not None and found.latest is not None
    assert sure <= 10


def test_a_level_known_from_two_days_is_less_sure_than_one_known_for_long() -> None:
    ahead = np.full(20, 100.0)
    new, older, old = (outlook(1000, ahead, ERROR, anew) for anew in (2, 14, None))

    assert new.upper - new.lower > older.upper - older.lower > old.upper - old.lower
