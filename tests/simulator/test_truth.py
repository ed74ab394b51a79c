import numpy as np
import pytest

from simulator.chance import Expected
from simulator.incidents import KINDS, plant
from simulator.outcome import outcome
from simulator.retailer import retailer
from simulator.simulation import rates
from tests.simulator.small import DAYS, PROBLEMS, START, ledger

RECORDS_ONLY = {
    "attribution_change",
    "consent_change",
    "invalid_clicks",  # costs media money, no sale
    "tracking_break_site",
    "tracking_conversion_only",
    "tracking_double_fire",
    "utm_misattribution",
    "unit_or_currency",
    "bot_traffic",
    "duplicate_load",
    "data_late",
}


@pytest.mark.parametrize("kind", ["checkout_failure", "call_queue_overload", "demand_decline", "store_closed"])
def test_the_money_is_the_difference_of_expectations(kind: str) -> None:
    world = rates(retailer(START, DAYS), 3, DAYS, START)
    with_it, without = outcome(plant(world, [PROBLEMS[kind]]), Expected()), outcome(world, Expected())

    truth = ledger(kind).truth[0]

    columns = (("backoffice", truth.web), ("call_centre", truth.call_centre), ("stores", truth.stores))
    for table, money in columns:
        difference = with_it.table(table).columns["revenue"].sum() - without.table(table).columns["revenue"].sum()
        assert money == pytest.approx(difference, abs=5)
    assert truth.money == pytest.approx(truth.web + truth.call_centre + truth.stores)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_problems_of_the_record_cost_no_money_and_all_others_do(kind: str) -> None:
    truth = ledger(kind).truth[0]

    assert (truth.money == 0) == (kind in RECORDS_ONLY)
    assert truth.affected


@pytest.mark.parametrize("kind", ["checkout_failure", "site_outage", "tracking_break_site"])
def test_what_happens_agrees_with_what_was_expected(kind: str) -> None:
    before, after = (ledger(*kinds).outcome.table("marketing").columns["orders"].sum() for kinds in ((), (kind,)))
    world = rates(retailer(START, DAYS), 3, DAYS, START)
    expected = [
        outcome(plant(world, [PROBLEMS[kind]][:number]), Expected()).table("marketing").columns["orders"].sum()
        for number in (0, 1)
    ]

    assert after - before == pytest.approx(expected[1] - expected[0], rel=0.15)


def test_each_problem_is_weighed_alone() -> None:
    alone, together = ledger("checkout_failure"), ledger("checkout_failure", "tracking_break_site")

    assert alone.truth[0].money == together.truth[0].money
    assert together.truth[1].money == 0
    assert together.truth[1].recorded_web < 0


def test_affected_kpis_show_their_size_inside_the_scope() -> None:
    entries = {(entry.table, entry.channel, entry.kpi): entry for entry in ledger("checkout_failure").truth[0].affected}

    search = entries["marketing", "paid_search", "orders"]
    assert search.in_scope == pytest.approx(-0.4)
    assert -0.4 < search.relative_change < -0.1
    assert entries["backoffice", None, "orders"].in_scope is None
    assert ("marketing", "paid_search", "checkouts") not in entries
    assert not np.isnan(search.relative_change)
