import itertools
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from simulator.app_business import app_business
from simulator.demo import DEMO_DAYS, DEMO_START
from simulator.lead_business import lead_business
from simulator.local_business import local_business
from simulator.occasions import public_holidays
from simulator.planted import Planted
from simulator.retailer import retailer
from simulator.simulation import simulate
from simulator.write import write
from tests.simulator.small import DAYS, PROBLEMS, START, ledger

FUNNEL = ("sessions", "engaged_sessions", "add_to_carts", "checkouts", "orders")


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        again = simulate(
            retailer(START, DAYS), [PROBLEMS["duplicate_load"], PROBLEMS["checkout_failure"]], 3, DAYS, START
        )
        write(again, tmp_path / folder, START + timedelta(days=50))

    files = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert "marketing.csv" in files
    assert [(tmp_path / "one" / name).read_bytes() for name in files] == [
        (tmp_path / "two" / name).read_bytes() for name in files
    ]


def test_another_seed_is_another_year() -> None:
    assert not np.array_equal(ledger().outcome.orders, ledger(seed=4).outcome.orders)


def test_a_longer_time_begins_with_the_same_days() -> None:
    short, long = ledger(days=50), ledger()

    assert np.array_equal(
        short.outcome.table("marketing").columns["spend"],
        long.outcome.table("marketing").columns["spend"][:50],
        equal_nan=True,
    )
    assert np.array_equal(short.outcome.orders, long.outcome.orders[:50])


def test_the_back_office_counts_exactly_the_true_web_orders() -> None:
    outcome = ledger("checkout_failure", "tracking_break_site").outcome

    backoffice = outcome.table("backoffice").columns
    assert np.array_equal(backoffice["orders"].sum(axis=1), outcome.orders.sum(axis=1))
    assert backoffice["revenue"].sum() == pytest.approx(outcome.revenue.sum(), abs=0.01 * DAYS * 3)


def test_analytics_records_a_steady_part_of_the_true_orders() -> None:
    outcome = ledger().outcome

    tracked = outcome.table("marketing").columns["orders"].sum(axis=1) / outcome.orders.sum(axis=1)

    assert 0.92 < tracked.min() < tracked.max() < 0.96


@pytest.mark.parametrize("kinds", [(), ("tracking_break_site",), ("utm_misattribution",), ("bot_traffic",)])
def test_no_stage_of_the_funnel_has_more_than_the_one_before(kinds: tuple[str, ...]) -> None:
    columns = ledger(*kinds).outcome.table("marketing").columns

    for before, after in itertools.pairwise(FUNNEL):
        assert (columns[after] <= columns[before]).all(), (before, after)


def test_nothing_is_negative_and_parts_stay_below_their_whole() -> None:
    outcome = ledger().outcome

    for table in outcome.tables:
        assert all((np.nan_to_num(values) >= 0).all() for values in table.columns.values()), table.name
    mail, calls, stores = (outcome.table(name).columns for name in ("email", "call_centre", "stores"))
    assert np.array_equal(mail["sent"], mail["delivered"] + mail["bounces"])
    assert (mail["clicks"] <= mail["delivered"]).all()
    assert (calls["bookings"] <= calls["answered"]).all()
    assert (calls["answered"] <= calls["calls"]).all()
    assert (stores["transactions"] <= stores["footfall"]).all()


def test_a_campaign_has_rows_only_while_it_runs() -> None:
    year = simulate(retailer(DEMO_START, DEMO_DAYS), [], 1, 120, DEMO_START).outcome.table("marketing")

    gifts = year.cells.matching({"campaign": ("gifts",)})
    weeks = {year.periods[day].isocalendar().week for day, _ in np.argwhere(year.present[:, gifts])}
    assert weeks == {46, 47, 48, 49, 50, 51}


def test_expectations_lie_in_the_middle_of_what_happens() -> None:
    outcomes = [ledger(seed=seed).outcome.revenue.sum() for seed in range(10, 16)]

    assert np.std(outcomes) / np.mean(outcomes) < 0.1


def test_the_lead_business_counts_leads_that_become_contracts() -> None:
    business = lead_business(START, DAYS)
    outcome = simulate(business, [], 2, DAYS, START).outcome

    crm = outcome.table("crm").columns
    assert np.array_equal(crm["leads"].sum(axis=1), outcome.orders.sum(axis=1))
    assert 0 < crm["subscriptions"].sum() < crm["demos"].sum() < crm["mqls"].sum() < crm["leads"].sum()
    assert "orders" not in outcome.table("marketing").columns
    assert "revenue" not in outcome.table("marketing").columns
    assert {table.name for table in outcome.tables} == {
        "marketing",
        "crm",
        "email",
        "organic",
        "call_centre",
        "site",
        "offline",
    }


def test_lost_leads_are_money_lost_later() -> None:
    business = lead_business(START, DAYS)
    planted = Planted(
        kind="landing_page_broken",
        start=START + timedelta(days=40),
        days=3,
        severity=0.8,
        scope={"channel": ("paid_search",)},
    )

    truth = simulate(business, [planted], 2, DAYS, START).truth[0]

    assert truth.web < 0
    assert truth.stores == 0


def test_ireland_has_ten_public_holidays() -> None:
    days = {entry.title: entry.start.isoformat() for entry in public_holidays(2025)}

    assert len(days) == 10
    assert days["Easter Monday"] == "2025-04-21"
    assert days["October bank holiday"] == "2025-10-27"
    assert days["Saint Brigid's Day"] == "2025-02-03"


def test_the_app_sells_one_price_and_the_local_service_counts_few_people() -> None:
    app = simulate(app_business(START, DAYS), [], 2, DAYS, START).outcome
    local = simulate(local_business(START, DAYS), [], 2, DAYS, START).outcome

    sold = app.table("backoffice").columns
    assert 0.6 * 59.99 < sold["revenue"].sum() / sold["orders"].sum() < 1.1 * 59.99
    assert {"installs", "signups", "subscriptions", "revenue"} <= set(app.table("marketing").columns)
    assert local.table("marketing").columns["leads"].sum(axis=1).mean() < 60
    assert {"call_centre", "crm", "offline"} <= {table.name for table in local.tables}


def test_the_local_service_has_no_row_in_which_nothing_happened() -> None:
    table = simulate(local_business(START, DAYS), [], 2, DAYS, START).outcome.table("marketing")

    happened = sum(np.nan_to_num(values) for values in table.columns.values()) > 0
    assert np.array_equal(table.present, happened)
    assert not table.present.all()
