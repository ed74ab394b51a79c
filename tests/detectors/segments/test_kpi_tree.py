import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.segments.kpi_tree import Identity, Pair, Part, deepest, log_mean, tree, with_rates

SHOP = (
    Identity("revenue", ("orders", "aov")),
    Identity("orders", ("sessions", "cvr")),
    Identity("cvr", ("visit_to_cart_rate", "cart_to_checkout_rate", "checkout_to_purchase_rate")),
    Identity("cvr", ("visit_to_checkout_rate", "checkout_to_purchase_rate")),
    Identity("sessions", ("clicks", "sessions_per_click")),
    Identity("spend", ("impressions", "cpm")),
    Identity("cpa", ("cpc", "click_cvr"), frozenset({"click_cvr"})),
)
RATES = {
    "aov": ("revenue", "orders"),
    "cvr": ("orders", "sessions"),
    "visit_to_cart_rate": ("add_to_carts", "sessions"),
    "cart_to_checkout_rate": ("checkouts", "add_to_carts"),
    "visit_to_checkout_rate": ("checkouts", "sessions"),
    "checkout_to_purchase_rate": ("orders", "checkouts"),
    "sessions_per_click": ("sessions", "clicks"),
    "cpm": ("spend", "impressions"),
}
FUNNEL = ("sessions", "add_to_carts", "checkouts", "orders", "revenue")


def split(known: dict[str, Pair], whole: str = "revenue") -> tuple[Part, ...]:
    return tree(whole, with_rates(known, RATES), SHOP)


def contributions(parts: tuple[Part, ...]) -> dict[str, float]:
    return {p.role: round(p.contribution, 6) for p in parts}


# A stage that is empty has empty stages behind it.
side = st.lists(st.floats(min_value=1e-3, max_value=1e6), min_size=5, max_size=5).flatmap(
    lambda values: st.integers(min_value=0, max_value=5).map(lambda k: [*values[:k], *([0.0] * (5 - k))])
)


@given(side, side)
def test_the_factors_of_every_line_add_up_to_it_without_residual_also_where_some_are_zero(
    before: list[float], after: list[float]
) -> None:
    parts = split(dict(zip(FUNNEL, zip(before, after, strict=True), strict=True)))

    scale = max(before[-1], after[-1])
    for i, part in enumerate(parts):
        below = []
        for p in parts[i + 1 :]:
            if p.depth <= part.depth:
                break
            if p.depth == part.depth + 1:
                below.append(p.contribution)
        if below:
            assert sum(below) == pytest.approx(part.contribution, rel=1e-9, abs=1e-9 * scale)


@given(side, side)
def test_turning_time_round_turns_every_contribution_round(before: list[float], after: list[float]) -> None:
    forth = contributions(split(dict(zip(FUNNEL, zip(before, after, strict=True), strict=True))))
    back = contributions(split(dict(zip(FUNNEL, zip(after, before, strict=True), strict=True))))

    assert forth.keys() == back.keys()
    assert all(
        forth[role] == pytest.approx(-back[role], rel=1e-6, abs=1e-6 * max(1, after[-1], before[-1])) for role in forth
    )


def test_the_worked_example_of_sessions_conversion_and_basket_holds() -> None:
    parts = contributions(split({"sessions": (10_000, 9_000), "orders": (200, 189), "revenue": (10_000, 10_395)}))

    assert [round(parts[f]) for f in ("sessions", "cvr", "aov")] == [-1074, 497, 972]


def test_an_outage_is_carried_by_the_stage_that_is_empty() -> None:
    shut = split({"sessions": (1000, 990), "checkouts": (50, 50), "orders": (20, 0), "revenue": (900, 0)})
    dark = split({"sessions": (1000, 0), "checkouts": (50, 0), "orders": (20, 0), "revenue": (900, 0)})

    assert contributions(shut)["checkout_to_purchase_rate"] == -900
    assert contributions(shut)["visit_to_checkout_rate"] == contributions(shut)["sessions"] == 0
    assert contributions(dark)["sessions"] == -900
    assert deepest(shut, {}) == ("revenue", "orders", "cvr", "checkout_to_purchase_rate")
    assert deepest(dark, {}) == ("revenue", "orders", "sessions")


def test_what_rises_from_nothing_is_carried_by_what_was_nothing() -> None:
    assert contributions(split({"spend": (0, 500), "impressions": (0, 20_000)}, "spend"))["impressions"] == 500


def test_a_factor_that_no_table_reports_is_what_is_left_of_the_whole() -> None:
    parts = tree("revenue", {"revenue": (1000, 600), "aov": (50, 50)}, SHOP)

    assert [(p.role, p.expected, p.observed, round(p.contribution, 9)) for p in parts[1:]] == [
        ("orders", 20, 12, -400),
        ("aov", 50, 50, 0),
    ]


def test_a_factor_may_divide() -> None:
    parts = contributions(tree("cpa", {"cpa": (20, 40), "cpc": (1, 1), "click_cvr": (0.05, 0.025)}, SHOP))

    assert parts == {"cpa": 20, "cpc": 0, "click_cvr": 20}


def test_of_two_lines_the_first_whose_factors_are_known_holds() -> None:
    few = split({"sessions": (1000, 1000), "checkouts": (50, 50), "orders": (20, 10)}, "orders")

    assert [p.role for p in few] == ["orders", "sessions", "cvr", "visit_to_checkout_rate", "checkout_to_purchase_rate"]


def test_what_is_less_than_nothing_has_no_factors() -> None:
    assert len(split({"revenue": (100, -20), "orders": (10, 8)})) == 1


def test_the_logarithmic_mean_of_equal_numbers_is_that_number() -> None:
    assert log_mean(3.0, 3.0) == 3.0


def test_the_stage_of_the_journey_that_leaks_is_found_below_revenue_and_orders() -> None:
    leak = {
        "sessions": (1000, 1010),
        "add_to_carts": (100, 99),
        "checkouts": (60, 61),
        "orders": (30, 18),
        "revenue": (1500, 900),
    }

    assert deepest(split({k: (float(a), float(b)) for k, (a, b) in leak.items()}), {}) == (
        "revenue",
        "orders",
        "cvr",
        "checkout_to_purchase_rate",
    )


def test_lost_clicks_are_found_below_revenue() -> None:
    lost = {"clicks": (900.0, 500.0), "sessions": (800.0, 450.0), "orders": (40.0, 22.0), "revenue": (4000.0, 2250.0)}

    assert deepest(split(lost), {}) == ("revenue", "orders", "sessions", "clicks")


def test_a_change_spread_over_factors_stays_with_the_whole() -> None:
    spread = {"sessions": (1000.0, 900.0), "orders": (40.0, 33.0), "revenue": (4000.0, 3300.0)}

    assert deepest(split(spread), {}) == ("revenue", "orders")


def test_what_may_be_chance_carries_nothing() -> None:
    lost = {"clicks": (900.0, 500.0), "sessions": (800.0, 450.0)}

    assert deepest(split(lost, "sessions"), {"clicks": 0.5}) == ("sessions",)
