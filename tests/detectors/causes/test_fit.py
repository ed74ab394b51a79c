"""What the funnel's factors say of a cause."""

import pytest

from config.causes import shipped
from detectors.causes.density import SIDE_EFFECTS, at_large, density
from detectors.causes.evidence import Evidence
from detectors.causes.fit import fit
from detectors.causes.funnel import funnel_of
from detectors.causes.moves import Word
from tests.builders.movements import everywhere, evidence, moved

BY_ID = {c.id: c for c in shipped().records()}


def _fit(cause: str, found: Evidence) -> float:
    return fit(BY_ID[cause], funnel_of(found), found).total


@pytest.mark.parametrize("word", list(Word))
def test_a_density_is_one_in_all(word: Word) -> None:
    step = 0.005
    whole = sum(density(k * step, 0.1, word) for k in range(-4_000, 4_001)) * step

    assert whole == pytest.approx(1.0, abs=0.01)


def test_what_is_too_noisy_says_little() -> None:
    def says(noise: float) -> float:
        return density(-0.4, noise, Word.DOWN) / density(-0.4, noise, Word.FLAT)

    assert says(0.03) > 20 > 3 > says(1.0) > 0.5


def test_standing_still_speaks_for_flat_and_against_a_move() -> None:
    assert density(0.0, SIDE_EFFECTS, Word.FLAT) > at_large(0.0, SIDE_EFFECTS) > density(0.0, SIDE_EFFECTS, Word.DOWN)


def test_twice_exactly_speaks_for_a_double_load_and_nearly_twice_does_not() -> None:
    def loaded(by: float) -> Evidence:
        roles = ("spend", "impressions", "clicks", "sessions", "orders", "revenue")
        return evidence([row for role in roles for row in everywhere(role, by)])

    assert _fit("duplicate_load", loaded(1.0)) > 3 > 0 > _fit("duplicate_load", loaded(0.6))


def test_a_budget_that_fell_leaves_conversion_alone() -> None:
    def cut(sales: float) -> Evidence:
        changes = {"impressions": -0.5, "clicks": -0.5, "sessions": -0.5, "orders": sales, "spend": -0.5}
        return evidence([moved(role, change, channel="paid_search") for role, change in changes.items()])

    assert _fit("budget_cut_or_pause", cut(-0.5)) > _fit("budget_cut_or_pause", cut(-0.8)) + 2


def test_of_what_hardly_sells_any_more_no_conversion_rate_is_known() -> None:
    changes = {"impressions": -0.97, "clicks": -0.97, "sessions": -0.97, "orders": -0.99, "spend": -0.97}
    rows = [moved(r, c, channel="paid_search", expected=30.0 if r == "orders" else 900.0) for r, c in changes.items()]

    assert _fit("budget_cut_or_pause", evidence(rows)) > 0


def test_the_record_moved_where_the_shop_sold_as_ever_and_the_business_where_it_did_not() -> None:
    lost = [*everywhere("orders", -0.6), *everywhere("sessions", 0.0)]
    shop = [moved("backoffice_orders", change, check="shop", expected=5000.0) for change in (0.0, -0.6)]
    record, business = (evidence([*lost, row]) for row in shop)

    assert _fit("tracking_conversion_only", record) > _fit("checkout_failure", record) + 3
    assert _fit("checkout_failure", business) > _fit("tracking_conversion_only", business) + 1


def test_a_cause_of_named_channels_is_found_there_alone() -> None:
    def fewer(channel: str) -> Evidence:
        return evidence([moved("sessions", -0.5, channel=channel), moved("sessions", 0.0, channel="direct")])

    assert _fit("seo_algorithm", fewer("organic_search")) > _fit("seo_algorithm", fewer("email")) + 3
