from dataclasses import replace

import pytest

from config.outputs import Severity
from daemon.model import Cause, Impact
from daemon.severity import severity, urgency
from detectors.finding import Finding, Shape
from tests.builders.movements import moved
from tests.builders.troubles import day, off, opened, settings

SETTINGS = settings()


def lost(value: float, *, doubt: float = 100.0, recorded: float | None = None) -> Impact:
    return Impact(
        kpi="revenue",
        unit="EUR",
        to=day(1),
        value=value,
        lower=value - doubt,
        upper=value + doubt,
        recorded_value=value if recorded is None else recorded,
        per_day=value,
    )


def of(*findings: Finding, impact: Impact | None = None, money_per_day: float | None = 10_000) -> Severity:
    return severity(replace(opened(*findings), impact=impact), SETTINGS, money_per_day=money_per_day)


@pytest.mark.parametrize(
    ("impact", "expected"),
    [
        (lost(-2000), Severity.CRITICAL),
        (lost(-300), Severity.WARNING),
        (lost(-2000, doubt=5000), Severity.WARNING),
        (lost(2000), Severity.WARNING),
    ],
)
def test_what_is_surely_lost_of_the_daily_money_decides(impact: Impact, expected: Severity) -> None:
    assert of(off("email", "orders", -0.4), impact=impact) is expected


def test_half_of_a_business_total_gone_is_critical_when_no_money_is_known() -> None:
    assert of(off(None, "orders", -0.6)) is Severity.CRITICAL
    assert of(off("email", "orders", -0.6)) is Severity.WARNING
    assert of(off(None, "orders", -0.4)) is Severity.WARNING


def test_records_that_are_lost_are_judged_by_how_many() -> None:
    assert of(off(None, "orders", -0.9), impact=lost(0, doubt=0, recorded=-9000)) is Severity.CRITICAL


def test_good_news_informs() -> None:
    assert of(off(None, "orders", 0.6)) is Severity.INFO
    assert of(off(None, "page_load", -0.3)) is Severity.INFO


def test_spend_that_rises_with_orders_does_not_spoil_good_news() -> None:
    assert of(off(None, "orders", 0.6), off(None, "spend", 0.5)) is Severity.INFO


def test_spend_alone_is_no_good_news() -> None:
    assert of(off(None, "spend", 0.5)) is Severity.WARNING


def test_good_and_bad_news_that_surely_earn_money_inform() -> None:
    mixed = (off(None, "sessions", 0.6), off(None, "cvr", -0.1))

    assert of(*mixed, impact=lost(2000)) is Severity.INFO
    assert of(*mixed, impact=lost(2000, doubt=5000)) is Severity.WARNING


def test_a_stop_of_spend_is_no_good_news_whatever_it_earned() -> None:
    assert of(off("paid_social", "spend", -1.0), impact=lost(2000)) is Severity.WARNING


def test_good_and_bad_news_together_are_a_warning() -> None:
    assert of(off(None, "sessions", 0.6), off(None, "cvr", -0.3)) is Severity.WARNING


@pytest.mark.parametrize("shape", [Shape.MISSING, Shape.DUPLICATE, Shape.RESTATED])
def test_a_data_fault_is_a_warning_whatever_its_numbers_say(shape: Shape) -> None:
    assert of(off(None, "orders", 1.0, shape=shape), impact=lost(9000)) is Severity.WARNING
    assert of(off(None, "orders", -1.0, shape=shape), impact=lost(-9000)) is Severity.WARNING


def test_good_news_that_is_probably_counted_twice_is_a_warning() -> None:
    def because(id: str, probability: float) -> Severity:
        incident = replace(
            opened(off("paid_social", "orders", 1.0)), causes=(Cause(id=id, title=id, probability=probability),)
        )
        return severity(incident, SETTINGS, money_per_day=None)

    assert because("tracking_double_fire", 0.4) is Severity.WARNING
    assert because("bot_traffic", 0.4) is Severity.WARNING
    assert because("tracking_double_fire", 0.2) is Severity.INFO
    assert because("promo_start", 0.8) is Severity.INFO


@pytest.mark.parametrize(
    ("visits", "till", "expected"),
    [
        (0.03, None, Severity.WARNING),
        (0.03, 0.0, Severity.WARNING),
        (0.03, 0.2, Severity.INFO),
        (0.8, None, Severity.INFO),
        (None, 0.0, Severity.WARNING),
        (None, None, Severity.INFO),
    ],
)
def test_orders_that_rise_without_their_visits_and_without_the_back_office_are_a_warning(
    visits: float | None, till: float | None, expected: Severity
) -> None:
    rows = [moved("orders", 1.0, channel="paid_social")]
    rows += [] if visits is None else [moved("sessions", visits, channel="paid_social")]
    rows += [] if till is None else [moved("backoffice_orders", till, check="shop")]

    found = severity(opened(off("paid_social", "orders", 1.0)), SETTINGS, money_per_day=None, moved=rows)

    assert found is expected


@pytest.mark.parametrize(("change", "expected"), [(-0.6, Severity.CRITICAL), (-0.1, Severity.WARNING)])
def test_without_money_the_part_of_all_leads_that_is_lost_decides(change: float, expected: Severity) -> None:
    rows = [moved("leads", change, channel="paid_search", expected=200), moved("leads", 0.0, expected=1000)]

    found = severity(opened(off("paid_search", "leads", change)), SETTINGS, money_per_day=None, moved=rows)

    assert found is expected


def test_what_surely_costs_most_comes_first_whatever_its_size() -> None:
    trouble = opened(off(None, "orders", -0.9))
    sure = replace(trouble, id="sure", impact=replace(lost(-3000), lower=-3200.0, upper=-2800.0))
    unsure = replace(trouble, id="unsure", impact=replace(lost(-5000), lower=-11_000.0, upper=1000.0))
    nothing = replace(trouble, id="nothing")
    critical = replace(trouble, id="critical", severity=Severity.CRITICAL)

    assert [i.id for i in sorted([nothing, unsure, sure, critical], key=urgency)] == [
        "critical",
        "sure",
        "unsure",
        "nothing",
    ]
