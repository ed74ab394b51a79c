"""How numbers read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.alerts import numbers


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (188, "", "188"),
        (1310, "", "1,310"),
        (1296.4, "", "1,300"),
        (21437, "GBP", "21,400 GBP"),
        (-21437, "GBP", "-21,400 GBP"),
        (0, "", "0"),
        (3.333, "", "3.33"),
        (18.5, "", "18.5"),
        (0.0312, "", "0.0312"),
        (2.5, "%", "2.5 %"),
        (1450, "ms", "1,450 ms"),
        (999.6, "", "1,000"),
        (1_254_000, "", "1.25 million"),
        (999_950, "", "1 million"),
        (2.5e9, "EUR", "2.5 billion EUR"),
        (1e300, "", "more than 999 trillion"),
        (None, "GBP", "unknown"),
        (float("nan"), "", "unknown"),
        (float("-inf"), "ms", "unknown"),
        (-0.0, "", "0"),
    ],
)
def test_a_quantity_has_three_digits_and_its_unit(value: float | None, unit: str, words: str) -> None:
    assert numbers.quantity(value, unit) == words


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (-0.409, "-41 %"),
        (0.0421, "+4.2 %"),
        (-0.96, "-96 %"),
        (-1.0, "-100 %"),
        (-0.9999, "-99.9 %"),
        (-0.996, "-99.6 %"),
        (4.8, "+480 %"),
        (0.0, "0 %"),
        (0.0001, "0 %"),
        (12.0, "more than 10 times the usual"),
        (float("inf"), "more than 10 times the usual"),
        (float("nan"), "unknown"),
        (None, "unknown"),
    ],
)
def test_a_change_is_in_percent_and_only_nothing_at_all_is_minus_100(ratio: float | None, words: str) -> None:
    assert numbers.change(ratio) == words


@pytest.mark.parametrize(
    ("part", "words"),
    [(0.71, "71 %"), (0.004, "below 1 %"), (0.999, "above 99 %"), (1.0, "100 %"), (0.0, "0 %"), (1.4, "100 %")],
)
def test_a_probability_never_rounds_to_certainty(part: float, words: str) -> None:
    assert numbers.share(part) == words


def test_a_range_names_its_unit_once() -> None:
    assert numbers.between(285, 352) == "285 to 352"
    assert numbers.between(2.9, 3.3, "%") == "2.9 to 3.3 %"
    assert numbers.between(None, 352) == ""


def test_the_difference_of_percentages_is_in_points() -> None:
    assert numbers.points(-1.3) == "1.3 points down"
    assert numbers.points(0.0) == ""


@given(st.one_of(st.none(), st.floats()))
def test_no_number_is_ever_spoken_as_nan(value: float | None) -> None:
    for words in (
        numbers.quantity(value),
        numbers.signed(value),
        numbers.change(value),
        numbers.share(value),
        numbers.points(value),
    ):
        assert "nan" not in words and "inf" not in words and "e+" not in words and len(words) < 40
