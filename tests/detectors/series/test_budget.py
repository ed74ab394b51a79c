"""The parts of the budget add up to what was accepted, for each reader; what cannot be told leaves its part to the others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.cadence import Cadence
from detectors.series import budget
from tests.detectors.series.panels import panel

DAY = Cadence.parse("day")


def _alone(weight: np.ndarray, segment: np.ndarray) -> np.ndarray:
    """The parts where one reader hears of everything."""
    everybody = np.ones((1, len(weight)), dtype=np.bool_)
    return budget.parts(weight, segment, everybody, budget.claims(weight, segment, everybody))


@given(
    st.lists(st.tuples(st.floats(0.02, 1.0), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=60),
    st.floats(0.1, 100.0),
)
def test_no_reader_is_to_expect_more_false_alerts_than_accepted(
    series: list[tuple[float, bool, bool, bool]], accepted: float
) -> None:
    weight = np.array([s[0] for s in series])
    segment = np.array([s[1] for s in series])
    readers = np.array([[s[2] for s in series], [s[3] for s in series], [True] * len(series)])

    part = budget.parts(weight, segment, readers, budget.claims(weight, segment, readers))
    p = budget.thresholds(part, DAY, np.full(len(series), accepted))

    assert ((readers * p).sum(axis=1) * DAY.periods_per_month <= accepted * (1 + 1e-9)).all()


def test_everything_accepted_is_spent() -> None:
    segment = np.arange(510) >= 10

    part = _alone(np.ones(510), segment)

    assert part.sum() == pytest.approx(1.0)


def test_totals_keep_half_the_budget_however_many_segments_there_are() -> None:
    segment = np.arange(510) >= 10

    part = _alone(np.ones(510), segment)

    assert part[:10].sum() == pytest.approx(0.5)
    assert part[0] > part[-1]


def test_who_hears_of_few_series_hears_of_smaller_changes() -> None:
    weight, segment = np.ones(60), np.zeros(60, dtype=np.bool_)
    readers = np.array([[True] * 20 + [False] * 40, [False] * 20 + [True] * 40])

    part = budget.parts(weight, segment, readers, budget.claims(weight, segment, readers))

    np.testing.assert_allclose(part[:20], 1 / 20)
    np.testing.assert_allclose(part[20:], 1 / 40)


def test_of_a_handful_of_series_each_takes_a_tenth_at_most_but_for_its_own_record() -> None:
    weight, segment = np.ones(2), np.zeros(2, dtype=np.bool_)
    readers = np.ones((1, 2), dtype=np.bool_)

    part = budget.parts(weight, segment, readers, budget.claims(weight, segment, readers))

    tenth = budget.thresholds(part, DAY, np.full(2, 2.0))
    whole = budget.thresholds(part, DAY, np.full(2, 2.0), most=1.0)

    np.testing.assert_allclose(tenth, 0.1 * 2.0 / DAY.periods_per_month)
    np.testing.assert_allclose(whole, 0.5 * 2.0 / DAY.periods_per_month)


def test_a_more_sensitive_series_has_a_higher_threshold() -> None:
    p = budget.thresholds(np.full(10, 0.1), DAY, np.array([4.0] + [2.0] * 9))

    assert p[0] == pytest.approx(2 * p[1])


def test_a_series_by_the_hour_has_the_same_part_of_a_month_as_one_by_the_day() -> None:
    part, accepted = np.array([0.1]), np.array([2.0])
    cadences = (DAY, Cadence.parse("hour"))

    months = [budget.thresholds(part, c, accepted)[0] * c.periods_per_month for c in cadences]

    assert months[0] == pytest.approx(months[1])


def test_what_the_gates_keep_from_being_told_needs_little_of_the_budget() -> None:
    weight = budget.weights(
        np.array([np.inf, 10.0, 5.0, 100.0, 100.0]),
        np.full(5, 10.0),
        np.array([np.nan, np.nan, np.nan, 0.05, 0.5]),
        np.full(5, 0.1),
    )

    np.testing.assert_allclose(weight, [1.0, 1.0, 0.25, 0.25, 1.0])


def test_without_gates_everything_weighs_the_same() -> None:
    weight = budget.weights(np.array([0.0, 3.0]), np.zeros(2), np.array([0.0, 0.01]), np.zeros(2))

    np.testing.assert_allclose(weight, 1.0)


def test_the_judged_period_does_not_change_what_is_usual() -> None:
    of = panel(np.arange(60.0).reshape(2, 30))
    changed = panel(np.where(np.arange(30) >= 28, 9e9, of.values))

    for one, other in zip(budget.usual(of, 28), budget.usual(changed, 28), strict=True):
        np.testing.assert_array_equal(one, other)
