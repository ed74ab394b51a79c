"""Series of one place speak for each other, and the places that chance alone lets speak stay within the sum of the limits."""

import numpy as np
import pytest

from detectors.series.together import limits

ONE_PLACE = np.zeros(4, dtype=np.int64)


def test_of_four_that_are_off_together_each_may_be_four_times_as_probable() -> None:
    p = np.array([[0.0039], [0.0039], [0.0039], [0.0039]])

    assert (p < limits(p, np.full(4, 0.001), ONE_PLACE)).all()


def test_one_that_is_off_alone_keeps_its_own_limit() -> None:
    p = np.array([[0.0015], [0.4], [0.4], [np.nan]])

    np.testing.assert_allclose(limits(p, np.full(4, 0.001), ONE_PLACE), 0.001)


def test_what_another_place_does_says_nothing() -> None:
    p = np.full((4, 1), 0.0015)

    raised = limits(p, np.full(4, 0.001), np.arange(4))

    np.testing.assert_allclose(raised, 0.001)


def test_other_days_say_nothing() -> None:
    p = np.full((4, 2), 0.0015)
    p[1:, 1] = 0.5

    np.testing.assert_allclose(limits(p, np.full(4, 0.001), ONE_PLACE)[0], [0.004, 0.001])


@pytest.mark.parametrize("alike", [0.0, 0.5, 0.95])
def test_chance_lets_no_more_places_speak_than_the_limits_add_up_to(alike: float) -> None:
    rng = np.random.default_rng(5)
    limit = np.array([0.002, 0.001, 0.0005, 0.0015])
    from scipy.special import ndtr

    common, own = rng.normal(size=200_000), rng.normal(size=(4, 200_000))
    p = 2 * ndtr(-np.abs(np.sqrt(alike) * common + np.sqrt(1 - alike) * own))

    speaks = (p < limits(p, limit, ONE_PLACE)).any(axis=0).mean()

    assert speaks <= limit.sum() + 4 * np.sqrt(limit.sum() / 200_000)
