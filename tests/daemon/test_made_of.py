"""The KPI tree of an incident: where it looks, what stands at the top, how deep it goes, and what is said of it."""

from dataclasses import replace
from math import log

from config.business import Kpi
from config.identities import shipped
from daemon.alerts.made_of import says, sentence, with_words
from daemon.consequences import without_consequences
from daemon.made_of import tree_of
from daemon.model import Incident, Tree, Where
from detectors.causes.evidence import gather
from detectors.finding import Finding, Shape
from detectors.panel import KpiType, SeriesKey
from detectors.segments.movement import Movement, state_of
from tests.builders.troubles import off, opened, settings

AMOUNTS = ("revenue", "spend", "store_revenue")
Values = dict[str, tuple[float, float]]


def moved(kpi: str, expected: float, observed: float, channel: str | None = None, **segment: str) -> Movement:
    """A KPI over two days, known to two percent."""
    change = log(observed / expected) if observed else log(0.01)
    return Movement(
        key=SeriesKey("web", channel, kpi, tuple(sorted(segment.items()))),
        role=kpi,
        type=KpiType.AMOUNT if kpi in AMOUNTS else KpiType.COUNT,
        observed=2 * observed,
        expected=2 * expected,
        lower=2 * expected * 0.96,
        upper=2 * expected * 1.04,
        change=change,
        noise=0.02,
        periods=2,
        state=state_of(change, 0.02, 0.08, is_zero=not observed),
    )


def explained(incident: Incident, *movements: Movement) -> Tree | None:
    evidence = gather(movements, findings=incident.findings)
    found = tree_of(incident, evidence, frozenset({"web"}), shipped())
    return found and with_words(found, settings(), shipped())


def of(values: Values, channel: str | None = None) -> list[Movement]:
    return [moved(kpi, expected, observed, channel) for kpi, (expected, observed) in values.items()]


LEAK = {
    "sessions": (1000.0, 1010.0),
    "add_to_carts": (100.0, 101.0),
    "checkouts": (50.0, 50.0),
    "orders": (26.0, 15.0),
    "revenue": (1300.0, 750.0),
}


def test_a_leaking_step_is_named_with_its_rates_and_what_is_as_usual() -> None:
    tree = explained(opened(off("email", "orders", -0.42)), *of(LEAK, "email"))

    assert tree is not None
    assert tree.channels == ("email",)
    assert tree.path == ("revenue", "orders", "cvr", "checkout_to_purchase_rate")
    assert sentence(tree, "orders") == (
        "Almost all of it: from checkout to order 52 % -> 30 %; sessions, average order value and the other steps as usual."
    )
    assert says(tree, "From checkout to order: 52 % -> 30 % in every channel.")
    assert not says(tree, "Checkouts are steady (+1 %).")


def test_contributions_add_up_to_the_money_over_the_whole_time() -> None:
    tree = explained(opened(off("email", "orders", -0.42)), *of(LEAK, "email"))

    assert tree is not None
    assert tree.factors[0].contribution == 2 * (750 - 1300)
    assert round(sum(f.contribution for f in tree.factors if f.depth == 1)) == -1100


def test_where_visits_are_lost_visits_are_told_and_the_rest_follows() -> None:
    lost = {kpi: (a, a * 0.6) for kpi, (a, _) in LEAK.items()}
    findings = [off("email", kpi, -0.4) for kpi in ("sessions", "orders", "revenue")]
    incident = opened(*findings)

    tree = explained(incident, *of(lost, "email"))

    assert tree is not None
    assert tree.path == ("revenue", "orders", "sessions")
    assert sentence(tree, "sessions") == (
        "It takes orders -40 % and revenue -40 % with it; conversion rate and average order value as usual."
    )
    told, follow = without_consequences(findings, tree, settings())
    assert [f.key.kpi for f in told] == ["sessions"]
    assert {f.key.kpi for f in follow} == {"orders", "revenue"}


def test_of_a_fallen_rate_the_count_that_people_know_stays_told() -> None:
    findings = [off("email", "orders", -0.42), off("email", "revenue", -0.42), off("email", "cvr", -0.42)]
    tree = explained(opened(*findings), *of(LEAK, "email"))

    told, follow = without_consequences(findings, tree, settings())

    assert [f.key.kpi for f in told] == ["orders"]
    assert {f.key.kpi for f in follow} == {"revenue", "cvr"}


def test_what_moved_the_other_way_or_elsewhere_is_told() -> None:
    findings = [off("email", "orders", -0.42), off("paid_search", "revenue", -0.42), off("email", "revenue", 0.3)]
    tree = explained(opened(*findings), *of(LEAK, "email"))

    assert without_consequences(findings, tree, settings())[1] == ()


def test_what_only_a_channel_shows_stays_told_beside_the_whole_business() -> None:
    lost = {kpi: (a, a * 0.6) for kpi, (a, _) in LEAK.items()}
    findings = [off(None, "sessions", -0.4), off(None, "orders", -0.4), off("email", "orders", -0.5)]
    tree = explained(opened(*findings), *of(lost))

    told, follow = without_consequences(findings, tree, settings())

    assert {(f.key.channel, f.key.kpi) for f in told} == {(None, "sessions"), ("email", "orders")}
    assert [(f.key.channel, f.key.kpi) for f in follow] == [(None, "orders")]


def test_what_is_spent_is_decided_and_follows_from_nothing() -> None:
    fewer = {"impressions": (9000.0, 4500.0), "clicks": (900.0, 450.0), "spend": (450.0, 225.0)}
    findings = [off("paid_search", kpi, -0.5) for kpi in ("impressions", "clicks", "spend")]
    tree = explained(opened(*findings), *of(fewer, "paid_search"))

    told, follow = without_consequences(findings, tree, settings())

    assert {f.key.kpi for f in told} == {"impressions", "spend"}
    assert [f.key.kpi for f in follow] == ["clicks"]


def test_an_outage_has_a_tree() -> None:
    dark = {kpi: (a, 0.0) for kpi, (a, _) in LEAK.items()}

    tree = explained(opened(off("email", "sessions", -1.0, shape=Shape.DIP)), *of(dark, "email"))

    assert tree is not None
    assert tree.path == ("revenue", "orders", "sessions")
    assert round(tree.factors[0].contribution) == -2600


def test_of_several_channels_the_sum_is_split_and_of_what_only_some_report_nothing_is_known() -> None:
    incident = opened(off("email", "orders", -0.42), off("paid_search", "orders", -0.42))
    both = [*of(LEAK, "email"), *of(LEAK, "paid_search"), moved("clicks", 900, 910, "paid_search")]

    tree = explained(incident, *both)

    assert tree is not None
    assert tree.channels == ("email", "paid_search")
    assert tree.factors[0].expected == 2600
    assert "clicks" not in {f.kpi for f in tree.factors}


def test_visits_of_the_business_are_not_made_of_the_clicks_of_some_channels() -> None:
    business = of({**LEAK, "sessions": (1000.0, 600.0), "clicks": (500.0, 250.0)})
    parts = [
        moved("sessions", 500, 300, "email"),
        moved("sessions", 500, 300, "paid_search"),
        moved("clicks", 500, 250, "paid_search"),
    ]

    tree = explained(opened(off(None, "sessions", -0.4)), *business, *parts)

    assert tree is not None
    assert "clicks" not in {f.kpi for f in tree.factors}


def test_the_place_that_carries_it_is_where_the_tree_looks() -> None:
    on_phones = [moved(kpi, a, b, None, device="mobile") for kpi, (a, b) in LEAK.items()]
    incident = opened(off(None, "orders", -0.2))
    narrow = replace(incident, where=(Where(segment=(("device", ("mobile",)),), share=0.9),))

    tree = explained(narrow, *of({kpi: (2 * a, a + b) for kpi, (a, b) in LEAK.items()}), *on_phones)

    assert tree is not None
    assert tree.segment == (("device", "mobile"),)


def test_a_place_that_went_the_other_way_is_not_where_the_tree_looks() -> None:
    other_way = [moved(kpi, a, 2 * a, None, device="mobile") for kpi, (a, _) in LEAK.items()]
    incident = replace(opened(off(None, "orders", -0.2)), where=(Where(segment=(("device", ("mobile",)),), share=0.9),))

    tree = explained(incident, *of(LEAK), *other_way)

    assert tree is not None
    assert tree.segment == ()


def test_faulty_data_and_what_is_made_of_nothing_have_no_tree() -> None:
    missing: Finding = off("email", "orders", -0.42, shape=Shape.MISSING)

    assert explained(opened(missing), *of(LEAK, "email")) is None
    assert explained(opened(off(None, "page_load", 0.5)), moved("page_load", 100, 150)) is None


def test_where_several_steps_leak_the_worst_is_named() -> None:
    values = {
        "sessions": (1000.0, 1000.0),
        "add_to_carts": (100.0, 78.0),
        "checkouts": (50.0, 28.0),
        "orders": (25.0, 14.0),
        "revenue": (1250.0, 700.0),
    }
    tree = explained(opened(off("email", "orders", -0.44)), *of(values, "email"))

    assert tree is not None
    assert tree.path == ("revenue", "orders", "cvr")
    assert sentence(tree, "orders") == (
        "Almost all of it: conversion rate 2.5 % -> 1.4 % (most at from cart to checkout 50 % -> 36 %); "
        "sessions and average order value as usual."
    )


def test_what_is_spread_over_factors_is_said_so() -> None:
    values = {"sessions": (1000.0, 850.0), "orders": (100.0, 70.0), "revenue": (5000.0, 3500.0)}
    tree = explained(opened(off("email", "orders", -0.3)), *of(values, "email"))

    assert tree is not None
    assert tree.path == ("revenue", "orders")


def test_a_gap_between_two_sources_follows_from_the_side_that_shows_it() -> None:
    shop = settings()
    gap = Kpi(type=KpiType.RATIO, numerator="orders", denominator="backoffice_orders", across=("web", "shop"))
    paired = shop.model_copy(update={"kpis": {**shop.kpis, "tracked_share": gap}})
    share, orders = off(None, "tracked_share", -0.4, check="shop"), off("email", "orders", -0.4)

    assert without_consequences([share, orders], None, paired) == ((orders,), (share,))
    assert without_consequences([share, off(None, "sessions", -0.4)], None, paired)[1] == ()
    assert without_consequences([share], None, paired) == ((share,), ())
