"""Which segments are named, and when none is."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.generated_cases import Case, Kind, draw
from detectors.panel import Floats
from detectors.segments.localise import Localise

Named = frozenset[frozenset[tuple[str, str]]]


def named(dimensions: dict[str, NDArray[np.str_]], actual: Floats, expected: Floats) -> Named:
    found = Localise().segments(dimensions, actual, expected)
    return frozenset(frozenset((name, values[0]) for name, values in segment.conditions) for segment in found)


def of(case: Case) -> Named:
    return named(case.dimensions, case.actual, case.expected)


def shop(seed: int = 1) -> tuple[dict[str, NDArray[np.str_]], Floats, Floats]:
    """Orders by device and region: counts around what was expected."""
    rng = np.random.default_rng(seed)
    cells = list(product(("mobile", "desktop", "tablet"), ("north", "south", "east", "west")))
    expected = np.array([400.0 * (1 + d) for d in range(3) for _ in range(4)]) * rng.uniform(0.5, 2.0, 12)
    dimensions = {"device": np.array([d for d, _ in cells]), "region": np.array([r for _, r in cells])}
    return dimensions, rng.poisson(expected).astype(float), expected


def test_one_device_down_forty_percent_is_that_device_and_nothing_else() -> None:
    for seed in range(10):
        dimensions, actual, expected = shop(seed)
        actual[dimensions["device"] == "mobile"] *= 0.6
        assert named(dimensions, np.round(actual), expected) == {frozenset({("device", "mobile")})}


def test_a_cell_that_fails_alone_is_named_with_both_of_its_conditions() -> None:
    dimensions, actual, expected = shop()
    actual[(dimensions["device"] == "tablet") & (dimensions["region"] == "east")] = 0.0
    assert named(dimensions, actual, expected) == {frozenset({("device", "tablet"), ("region", "east")})}


def test_everything_down_thirty_percent_names_nothing() -> None:
    for seed in range(10):
        dimensions, actual, expected = shop(seed)
        assert named(dimensions, np.round(actual * 0.7), expected) == frozenset()


def test_of_two_devices_the_one_that_fell_is_named() -> None:
    dimensions = {"device": np.array(["mobile", "desktop"])}
    assert named(dimensions, np.array([600.0, 990.0]), np.array([1000.0, 1000.0])) == {
        frozenset({("device", "mobile")})
    }
    assert named(dimensions, np.array([610.0, 600.0]), np.array([1000.0, 1000.0])) == frozenset()


def test_handfuls_of_events_are_not_taken_for_a_change() -> None:
    dimensions = {"device": np.array(["mobile", "desktop", "tablet"])}
    assert named(dimensions, np.array([3.0, 5.0, 4.0]), np.array([5.0, 5.2, 4.1])) == frozenset()


def test_what_grew_from_nothing_is_named() -> None:
    dimensions, actual, expected = shop()
    new = dimensions["region"] == "west"
    expected[new] = 0.0
    assert named(dimensions, actual, expected) == {frozenset({("region", "west")})}


def test_shares_are_parts_of_the_whole_change() -> None:
    dimensions, actual, expected = shop()
    actual = np.where(dimensions["device"] == "mobile", np.round(0.5 * expected), np.round(expected))
    (segment,) = Localise().segments(dimensions, actual, expected)
    assert segment.share == pytest.approx(1.0, abs=0.02)


def test_tables_that_say_nothing_get_no_answer() -> None:
    device = {"device": np.array(["mobile", "desktop"])}
    assert named(device, np.array([np.nan, 5.0]), np.array([4.0, 5.0])) == frozenset()
    assert named(device, np.zeros(2), np.zeros(2)) == frozenset()
    assert named({}, np.array([1.0, 2.0]), np.array([2.0, 2.0])) == frozenset()
    assert named({"device": np.array(["a", "a"])}, np.array([1.0, 2.0]), np.array([2.0, 2.0])) == frozenset()


def test_unknown_leaves_do_not_change_the_answer_of_the_others() -> None:
    dimensions, actual, expected = shop()
    actual[dimensions["device"] == "mobile"] = np.round(0.5 * actual[dimensions["device"] == "mobile"])
    actual[[1, 6]] = np.nan
    assert named(dimensions, actual, expected) == {frozenset({("device", "mobile")})}


def test_without_a_cause_at_least_95_of_100_answers_are_empty() -> None:
    empty = [not of(case) for case in draw(Kind.NULL, 90, 5)]
    assert np.mean(empty) >= 0.95


def test_known_causes_are_found_exactly_in_dense_tables() -> None:
    right = false = missed = 0
    for case in draw(Kind.SINGLE, 25, 6):
        found = of(case)
        right, false, missed = (
            right + len(found & case.truth),
            false + len(found - case.truth),
            missed + len(case.truth - found),
        )
    assert 2 * right / (2 * right + false + missed) >= 0.75
    assert right / (right + false) >= 0.85


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**20))
def test_order_of_rows_and_columns_changes_nothing(seed: int) -> None:
    (case,) = draw(Kind.SMALL, 1, seed)
    order = np.random.default_rng(seed).permutation(len(case.actual))
    turned = {name: case.dimensions[name][order] for name in reversed(case.dimensions)}
    assert named(turned, case.actual[order], case.expected[order]) == of(case)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**20), factor=st.sampled_from([1e-3, 0.25, 2.5, 1e4]))
def test_the_currency_of_amounts_changes_nothing(seed: int, factor: float) -> None:
    (case,) = draw(Kind.SMALL, 1, seed)
    amounts = case.actual * 19.37 + 0.011, case.expected * 19.37
    assert named(case.dimensions, amounts[0] * factor, amounts[1] * factor) == named(case.dimensions, *amounts)


def test_the_input_is_left_as_it_was() -> None:
    dimensions, actual, expected = shop()
    before = actual.copy(), expected.copy()
    named(dimensions, actual, expected)
    assert np.array_equal(before[0], actual) and np.array_equal(before[1], expected)
