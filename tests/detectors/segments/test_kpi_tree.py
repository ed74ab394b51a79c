import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.segments.kpi_tree import deepest_factor, log_mean, split

positive = st.floats(min_value=1e-3, max_value=1e6)


@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=5))
def test_contributions_add_up_to_the_change_without_residual(pairs: list[tuple[float, float]]) -> None:
    names = [str(i) for i in range(len(pairs))]
    before = {n: b for n, (b, _) in zip(names, pairs, strict=True)}
    after = {n: a for n, (_, a) in zip(names, pairs, strict=True)}
    old = new = 1.0
    for b, a in pairs:
        old, new = old * b, new * a

    parts = split(before, after, names)

    assert sum(parts.values()) == pytest.approx(new - old, rel=1e-6, abs=1e-6 * (old + new))


def test_the_worked_example_of_sessions_conversion_and_basket_holds() -> None:
    parts = split(
        {"sessions": 10_000, "cvr": 0.02, "aov": 50},
        {"sessions": 9_000, "cvr": 0.021, "aov": 55},
        ["sessions", "cvr", "aov"],
    )
    assert [round(parts[f]) for f in ("sessions", "cvr", "aov")] == [-1074, 497, 972]


def test_a_factor_of_zero_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="cvr is not positive"):
        split({"cvr": 0.0}, {"cvr": 0.1}, ["cvr"])


def test_the_logarithmic_mean_of_equal_numbers_is_that_number() -> None:
    assert log_mean(3.0, 3.0) == 3.0


def test_a_failing_checkout_is_found_below_revenue_and_orders() -> None:
    changes = {
        "revenue": -0.5,
        "orders": -0.5,
        "sessions": 0.01,
        "view_to_cart_rate": 0.0,
        "cart_to_checkout_rate": -0.01,
        "checkout_to_purchase_rate": -0.5,
        "aov": 0.0,
        "cvr": -0.51,
    }
    assert deepest_factor(changes, "revenue") == ("revenue", "checkout_to_purchase_rate")


def test_lost_impressions_are_found_below_sessions() -> None:
    changes = {"sessions": -0.7, "clicks": -0.7, "sessions_per_click": 0.0, "impressions": -0.68, "ctr": -0.02}
    assert deepest_factor(changes, "sessions") == ("sessions", "clicks", "impressions")


def test_a_change_spread_over_factors_stays_with_the_whole() -> None:
    assert deepest_factor({"orders": -0.3, "sessions": -0.14, "cvr": -0.16}, "orders") == ("orders", "cvr")
    assert deepest_factor({"revenue": -0.3, "sessions": -0.1, "cvr": -0.1, "aov": -0.1}, "revenue") == ("revenue",)
