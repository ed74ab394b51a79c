from dataclasses import replace

from benchmarks.cause_cases import case_of
from benchmarks.impact import Cost, _truth, report

COST = Cost(
    business="shop",
    kind="checkout_failure",
    seed=1,
    look=3,
    truth=-100,
    usual=1000,
    found=True,
    value=-90,
    lower=-120,
    upper=-60,
)


def test_an_interval_holds_the_truth_or_misses_it_and_incidents_without_money_are_counted_apart() -> None:
    missed = replace(COST, truth=-150)
    lines = report(
        [
            COST,
            missed,
            replace(COST, value=None, lower=None, upper=None),
            replace(COST, found=False, value=None, lower=None, upper=None),
        ]
    )

    assert "- 4 problems, 3 found, 2 of them with an interval" in lines
    assert any("0.50 (" in line and "of 2" in line for line in lines)


def test_what_befell_the_table_alone_cost_nothing_and_a_broken_checkout_did() -> None:
    doubled, lost = (_truth(case_of("shop_backoffice", kind, 3)) for kind in ("duplicate_load", "checkout_failure"))

    assert doubled[0] == 0
    assert lost[0] < -0.01 * lost[1] < 0
