"""By the hour rows come by chance; what tells is how improbable it is that all the missing ones stayed away."""

import numpy as np
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from daemon.sources import habits
from detectors.cadence import Cadence, Unit
from detectors.panel import Bools

DAY, WEEK = 24, 168
NIGHT = slice(0, 6)


def hours(days: int, nights: float, seed: int = 1) -> Bools:
    """A small shop: rows in every hour of the day, by chance in the nights."""
    present = np.ones((days, DAY), bool)
    present[:, NIGHT] = np.random.default_rng(seed).random((days, 6)) < nights
    return present.ravel()


@example_settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 0.95), st.integers(0, 1_000))
def test_empty_nights_are_not_lost(nights: float, seed: int) -> None:
    assert habits.lost_by_chance(hours(60, nights, seed), DAY, WEEK).sum() <= 6


def test_hours_of_the_day_are_lost_with_the_night_between_them() -> None:
    present = hours(60, 0.3)
    present[50 * DAY + 20 : 51 * DAY + 10] = False

    lost = habits.lost_by_chance(present, DAY, WEEK)

    assert lost[50 * DAY + 20 : 51 * DAY + 10].all()


def test_two_hours_of_a_source_that_never_misses_are_lost_and_one_may_be_chance() -> None:
    present = np.ones(60 * DAY, bool)
    present[[900, 1_000, 1_001]] = False

    assert np.flatnonzero(habits.lost_by_chance(present, DAY, WEEK)).tolist() == [1_000, 1_001]


def test_a_shop_that_rests_on_sundays_loses_nothing() -> None:
    present = hours(70, 0.5)
    for sunday in range(6, 70, 7):
        present[sunday * DAY : (sunday + 1) * DAY] = False

    assert not habits.lost_by_chance(present, DAY, WEEK)[35 * DAY :].any()


def test_a_loss_does_not_unlearn_the_habit_and_ends_when_given_up() -> None:
    present = np.ones(80 * DAY, bool)
    present[40 * DAY :] = False

    assert habits.lost_by_chance(present, DAY, WEEK)[40 * DAY :].all()
    assert habits.lost_by_chance(present, DAY, WEEK, give_up=50).sum() == 50


def test_nothing_is_expected_in_the_first_two_weeks() -> None:
    present = np.ones(10 * DAY, bool)
    present[100:120] = False

    assert not habits.lost_by_chance(present, DAY, WEEK).any()


def test_only_cadences_within_the_day_have_periods_of_a_day() -> None:
    assert habits.day_of(Cadence(Unit.HOUR)) == DAY
    assert habits.day_of(Cadence(Unit.DAY)) is None
