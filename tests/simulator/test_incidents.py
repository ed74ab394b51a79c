from datetime import timedelta

import numpy as np
import pytest

from simulator.incidents import KINDS
from simulator.planted import LOADING, Planted
from simulator.retailer import retailer
from simulator.simulation import simulate
from simulator.tables import Table
from tests.simulator.small import DAY_OF_PROBLEM, DAYS, LASTS, PROBLEMS, START, ledger, problem

RECORDED = {"sessions", "engaged_sessions", "add_to_carts", "checkouts", "orders", "revenue"}
ORDERED = {"orders", "revenue", "platform_conversions", "spend"}  # affiliates are paid by revenue
MONEY = {"orders", "revenue"}
CALLED = {"calls", "answered", "bookings", "revenue"}

MAY_CHANGE: dict[str, dict[str, set[str]]] = {
    "checkout_failure": {
        "marketing": ORDERED,
        "backoffice": MONEY,
        "site": {"payment_success_rate"},
        "call_centre": CALLED,
    },
    "tracking_break_site": {"marketing": RECORDED | {"platform_conversions"}},
    "tracking_conversion_only": {"marketing": {"orders", "revenue", "platform_conversions"}},
    "tracking_double_fire": {"marketing": {"orders", "revenue"}},
    "utm_misattribution": {"marketing": RECORDED},
    "bot_traffic": {"marketing": {"sessions"}},
    "budget_exhausted": {
        "marketing": RECORDED | {"spend", "impressions", "clicks", "platform_conversions"},
        "backoffice": MONEY,
    },
    "email_deliverability": {
        "email": {"delivered", "bounces", "opens", "clicks", "unsubscribes"},
        "marketing": RECORDED,
        "backoffice": MONEY,
    },
    "call_queue_overload": {"call_centre": CALLED | {"avg_wait_s"}},
    "call_line_outage": {"call_centre": CALLED},
    "store_closed": {"stores": {"footfall", "transactions", "revenue"}},
    "landing_page_broken": {"marketing": RECORDED - {"sessions"} | {"platform_conversions"}, "backoffice": MONEY},
    "duplicate_load": {},
    "data_late": {},
}


def _changed(kind: str) -> dict[str, dict[str, np.ndarray[tuple[int, int], np.dtype[np.bool_]]]]:
    """Compare the drawn tables with and without a problem; only tables and columns that differ."""
    out = {}
    for before, after in zip(ledger().outcome.tables, ledger(kind).outcome.tables, strict=True):
        moved = {
            name: ~np.isclose(before.columns[name], after.columns[name], rtol=0, atol=0, equal_nan=True)
            for name in before.columns
        }
        moved = {name: where for name, where in moved.items() if where.any()}
        if moved:
            out[before.name] = moved
    return out


def test_every_kind_is_tried_here() -> None:
    assert set(PROBLEMS) == set(KINDS)


def test_without_problems_two_ledgers_are_equal() -> None:
    twin = simulate(retailer(START, DAYS), [], 3, DAYS, START)

    for one, other in zip(ledger().outcome.tables, twin.outcome.tables, strict=True):
        assert all(np.array_equal(one.columns[name], other.columns[name], equal_nan=True) for name in one.columns)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_problem_changes_only_its_own_days(kind: str) -> None:
    changed = _changed(kind)

    assert bool(changed) == (kind not in LOADING)
    for table, columns in changed.items():
        length = 7 if table == "offline" else 1  # the ledger begins on a Monday
        for where in columns.values():
            first, last = np.flatnonzero(where.any(axis=1))[[0, -1]]
            assert (first + 1) * length > DAY_OF_PROBLEM
            assert last * length <= DAY_OF_PROBLEM + LASTS  # some readers of a mailing come a day later


@pytest.mark.parametrize("kind", sorted(MAY_CHANGE))
def test_a_problem_changes_only_what_its_mechanism_says(kind: str) -> None:
    changed = {table: set(columns) for table, columns in _changed(kind).items()}

    assert set(changed) == set(MAY_CHANGE[kind])
    for table, columns in changed.items():
        assert columns <= MAY_CHANGE[kind][table], table


@pytest.mark.parametrize(
    "kind", ["checkout_failure", "budget_exhausted", "auction_competition", "creative_fatigue", "landing_page_broken"]
)
def test_rows_outside_the_scope_stay_as_they_are(kind: str) -> None:
    outside = ~ledger().outcome.table("marketing").cells.matching(PROBLEMS[kind].scope)

    assert outside.any()
    for name, where in _changed(kind)["marketing"].items():
        assert not where[:, outside].any(), name


def test_a_failing_checkout_leaves_checkouts_and_desktop_alone() -> None:
    ratio = _during("checkout_failure", "marketing", "orders", device=("mobile",))

    assert ratio == pytest.approx(0.6, abs=0.06)
    assert _during("checkout_failure", "marketing", "orders", device=("desktop",)) == 1
    assert _during("checkout_failure", "marketing", "checkouts") == 1
    assert _during("checkout_failure", "backoffice", "orders") < 0.85


def test_a_lost_tag_does_not_reach_the_app_or_the_back_office() -> None:
    assert _during("tracking_break_site", "marketing", "sessions", device=("mobile", "desktop")) == pytest.approx(
        0.1, abs=0.01
    )
    assert _during("tracking_break_site", "marketing", "sessions", channel=("app",)) == 1
    assert _during("tracking_break_site", "marketing", "clicks") == 1


def test_an_exhausted_budget_leaves_prices_as_they_are() -> None:
    brand = {"channel": ("paid_search",), "campaign": ("brand",)}

    spend, clicks = (_during("budget_exhausted", "marketing", kpi, **brand) for kpi in ("spend", "clicks"))

    assert spend == pytest.approx(0.6, abs=0.04)
    assert spend / clicks == pytest.approx(1, abs=0.02)


def test_a_lost_ranking_spares_the_brand() -> None:
    assert _during("seo_algorithm", "organic", "clicks", query_type=("nonbrand",)) < 0.8
    assert _during("seo_algorithm", "organic", "clicks", query_type=("brand",)) == 1
    assert _during("seo_algorithm", "organic", "avg_position", query_type=("nonbrand",)) > 1.2


def test_stray_visits_arrive_under_direct() -> None:
    before, after = (
        ledger(*kinds).outcome.table("marketing").columns["sessions"].sum(axis=1)
        for kinds in ((), ("utm_misattribution",))
    )

    assert np.array_equal(before, after)
    assert _during("utm_misattribution", "marketing", "sessions", channel=("affiliate",)) == pytest.approx(
        0.6, abs=0.02
    )
    assert _during("utm_misattribution", "marketing", "sessions", channel=("direct",)) > 1.05


def test_a_paused_campaign_leaves_the_report() -> None:
    table = ledger("budget_cut_or_pause").outcome.table("marketing")

    paused = table.cells.matching({"campaign": ("catalogue",)})
    assert not table.present[DAY_OF_PROBLEM : DAY_OF_PROBLEM + LASTS, paused].any()
    assert table.present[DAY_OF_PROBLEM + LASTS, paused].all()


@pytest.mark.parametrize(
    ("planted", "says"),
    [
        (problem("checkout_failur"), "is it 'checkout_failure'"),
        (problem("budget_exhausted", campaign=("nobody",)), "no campaign nobody"),
        (problem("duplicate_load"), "names no table"),
        (Planted(kind="bot_traffic", start=START + timedelta(days=3), days=0, severity=1.0), "at least one"),
    ],
)
def test_nonsense_is_refused_with_words(planted: Planted, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        simulate(retailer(START, DAYS), [planted], 3, DAYS, START)


def _during(kind: str, table: str, kpi: str, **scope: tuple[str, ...]) -> float:
    """Return a KPI's sum while the problem lasts, relative to the same days without it."""

    def total(of: Table) -> float:
        return float(np.nansum(of.columns[kpi][DAY_OF_PROBLEM : DAY_OF_PROBLEM + LASTS, of.cells.matching(scope)]))

    return total(ledger(kind).outcome.table(table)) / total(ledger().outcome.table(table))
