"""What each look at a young period may use up, and with what weight young periods are added up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.panel import Floats
from detectors.series.looks import adding_up, stakes
from detectors.series.maturity import Completeness

N, FIRST = 40, 20
SIGMA = np.full((1, N), 0.1)


def completeness(variance: list[float], common: list[float] | None = None, held: int = 0) -> Completeness:
    """One series; of the newest period first; its `held` newest ones are held back."""
    doubt = np.array([variance[::-1]])
    return Completeness(
        share=np.ones_like(doubt),
        variance=doubt,
        common=np.zeros_like(doubt) if common is None else np.array([common[::-1]]),
        held=np.arange(len(variance))[::-1][None] < held,
        told=np.ones(doubt.shape, bool),
    )


def by_age(age: Completeness, judged: int = N - 1) -> Floats:
    return stakes(SIGMA, age, FIRST, judged)[0, ::-1]


@given(st.lists(st.floats(1e-6, 0.2), min_size=1, max_size=8))
def test_all_looks_at_a_period_use_up_no_more_than_one_would(variance: list[float]) -> None:
    of_looks = by_age(completeness(variance))[: len(variance) + 1]
    known = np.r_[variance, 0.0]
    needed = of_looks[: int(np.argmax(known == 0.0)) + 1]  # complete by then: not judged any more

    assert needed.sum() <= 1.0 + 0.01 * len(needed) + 1e-9


def test_a_period_that_is_complete_at_once_may_use_up_all_at_its_first_look() -> None:
    assert by_age(completeness([0.0, 0.0, 0.0]))[0] == 1.0


def test_the_less_is_known_of_a_period_the_surer_an_alarm_must_be() -> None:
    first = [by_age(completeness([variance, 0.0]))[0] for variance in (0.001, 0.01, 0.04)]

    assert first[0] > first[1] > first[2]


def test_what_was_held_back_when_it_was_younger_has_not_used_up_anything() -> None:
    held, seen = (by_age(completeness([0.02, 0.01, 0.0], held=held))[1] for held in (1, 0))

    assert held == pytest.approx(0.5**2)
    assert seen < held


def test_periods_that_nobody_judged_yet_have_all_that_is_known_of_them_by_now() -> None:
    assert by_age(completeness([0.02, 0.01, 0.0]), judged=N - 2)[1] == pytest.approx(0.5**2)


def test_what_young_periods_have_in_common_counts_the_less_the_more_of_them_there_are() -> None:
    few = adding_up(SIGMA, completeness([0.01] * 2, [0.01] * 2))[0]
    many = adding_up(SIGMA, completeness([0.01] * 6, [0.01] * 6))[0]

    assert many[-1] < few[-1] < 1.0
    assert (many[:-6] == 1.0).all()


def test_what_is_each_period_s_own_averages_out() -> None:
    assert (adding_up(SIGMA, completeness([0.01] * 6)) == 1.0).all()
