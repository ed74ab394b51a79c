import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from daemon.grouping import belongs, group, onset, related
from daemon.headline import worst_first
from daemon.onsets import begin_together
from daemon.sighting import Sighting
from detectors.finding import Finding, Shape
from tests.builders.troubles import DAY, off, sighted

_CHANNELS = (None, "paid_search", "paid_social", "email")
_KPIS = ("spend", "clicks", "sessions", "orders", "cvr", "aov", "page_load")
_SHAPES = (None, Shape.MISSING, Shape.DUPLICATE, Shape.DRIFT_DOWN, Shape.DRIFT_UP, Shape.FLATLINE)

findings = st.lists(
    st.builds(
        off,
        st.sampled_from(_CHANNELS),
        st.sampled_from(_KPIS),
        st.sampled_from((-0.5, -0.2, 0.3, 2.0)),
        start=st.integers(0, 12),
        shape=st.sampled_from(_SHAPES),
    ),
    max_size=14,
)


def groups_of(*of: Finding) -> list[set[tuple[str | None, str]]]:
    return [{(s.finding.key.channel, s.finding.key.kpi) for s in g} for g in group(sighted(*of))]


def as_sets(groups: list[list[Sighting]]) -> list[list[str]]:
    return [sorted(repr(s.finding) for s in g) for g in groups]


@given(findings, st.randoms())
def test_the_order_of_findings_does_not_matter(of: list[Finding], chance: random.Random) -> None:
    shuffled = list(of)
    chance.shuffle(shuffled)

    assert as_sets(group(sighted(*of))) == as_sets(group(sighted(*shuffled)))


@given(findings)
def test_every_finding_is_in_exactly_one_trouble(of: list[Finding]) -> None:
    assert sorted(repr(s.finding) for g in group(sighted(*of)) for s in g) == sorted(map(repr, of))


@given(findings)
def test_data_faults_never_mix_with_business_findings(of: list[Finding]) -> None:
    for members in group(sighted(*of)):
        shapes = {s.finding.shape for s in members}
        assert len(shapes) == 1 or not shapes & {Shape.MISSING, Shape.DUPLICATE, Shape.FLATLINE}


@given(findings)
def test_whether_two_belong_together_does_not_depend_on_who_asks(of: list[Finding]) -> None:
    seen = sighted(*of)

    assert all(related(a, b) == related(b, a) for a in seen for b in seen)


def test_two_troubles_in_different_channels_kpis_and_days_stay_two() -> None:
    assert groups_of(off("email", "orders", -0.4), off("paid_search", "cpc", 0.8, start=5)) == [
        {("email", "orders")},
        {("paid_search", "cpc")},
    ]


def test_two_troubles_of_one_day_stay_two_when_nothing_connects_them() -> None:
    assert len(groups_of(off("email", "orders", -0.4), off("paid_search", "cpc", 0.8))) == 2


def test_one_tag_behind_many_channels_is_one_trouble() -> None:
    assert (
        len(
            groups_of(
                *(off(c, k, -0.6) for c in ("paid_search", "paid_social", "email") for k in ("orders", "revenue"))
            )
        )
        == 1
    )


def test_a_channel_up_while_another_is_down_is_two_troubles() -> None:
    assert len(groups_of(off("email", "orders", -0.4), off("paid_search", "orders", 1.2))) == 2


def test_a_slow_site_and_fewer_orders_of_the_business_are_one_trouble() -> None:
    assert len(groups_of(off(None, "page_load", 2.0, check="site"), off(None, "orders", -0.3))) == 1


def test_a_faster_site_explains_no_loss() -> None:
    assert len(groups_of(off(None, "page_load", -0.3, check="site"), off(None, "orders", -0.3))) == 2


def test_two_ad_platforms_share_a_trouble_only_in_the_same_measure() -> None:
    assert len(groups_of(off("paid_search", "spend", -0.5), off("paid_social", "clicks", -0.5))) == 2
    assert len(groups_of(off("paid_search", "spend", -0.5), off("paid_social", "spend", -0.5))) == 1


def test_campaigns_of_two_channels_that_stop_together_are_two_troubles() -> None:
    brand, summer = (
        off(c, "sessions", -0.9, campaign=n) for c, n in (("paid_search", "brand"), ("paid_social", "summer"))
    )

    assert len(groups_of(brand, summer)) == 2


def test_phones_in_two_channels_are_one_trouble() -> None:
    assert len(groups_of(*(off(c, "orders", -0.5, device="mobile") for c in ("paid_search", "email")))) == 1


def test_no_chain_of_onsets_carries_a_trouble_away_from_its_beginning() -> None:
    chain = [off(f"channel_{i}", "orders", -0.4, start=2 * i) for i in range(6)]

    assert all(
        onset([s.finding for s in g]) + 2 * DAY >= max(s.finding.start for s in g) for g in group(sighted(*chain))
    )
    assert len(groups_of(*chain)) == 3


def test_later_segments_of_the_same_series_join_it_however_late() -> None:
    whole, part = sighted(off("email", "orders", -0.4), off("email", "orders", -0.5, start=9, device="mobile"))

    assert belongs(part, [whole])


def test_a_rise_long_after_a_fall_of_the_same_series_is_another_trouble() -> None:
    assert len(groups_of(off("email", "orders", -0.4), off("email", "orders", 0.5, start=9))) == 2


def test_the_rebound_of_the_next_day_is_the_same_trouble() -> None:
    assert len(groups_of(off("email", "orders", -0.4), off("email", "orders", 0.5, start=1))) == 1


def test_a_week_and_a_day_within_it_begin_together() -> None:
    weekly = Sighting(finding=off("tv", "grps", -0.5), role="grps", period=7 * DAY)
    [daily] = sighted(off("tv", "spend", -0.5, start=6))

    assert related(weekly, daily)


def test_what_is_missing_in_one_load_is_one_fault_and_a_later_one_another() -> None:
    late = [off(c, "orders", -1.0, shape=Shape.MISSING, end=1) for c in ("email", "paid_search")]

    assert len(groups_of(*late)) == 1
    assert len(groups_of(*late, off("email", "orders", -1.0, shape=Shape.MISSING, start=9))) == 2


def test_a_shrinking_gap_stays_the_same_fault() -> None:
    assert (
        len(
            groups_of(
                off("email", "orders", -1.0, shape=Shape.MISSING, end=7),
                off("email", "orders", -1.0, shape=Shape.MISSING, start=6, end=7),
            )
        )
        == 1
    )


def test_a_count_stuck_at_zero_is_business_and_one_stuck_elsewhere_is_a_data_fault() -> None:
    stopped, stuck = (
        off("email", "clicks", -1.0, shape=Shape.FLATLINE),
        off("email", "clicks", -0.2, shape=Shape.FLATLINE),
    )
    down = off("email", "orders", -0.5)

    assert len(groups_of(stopped, down)) == 1
    assert len(groups_of(stuck, down)) == 2


def headline_of(*of: Finding) -> tuple[str | None, str]:
    return worst_first(of)[0].key.channel, worst_first(of)[0].key.kpi


def test_a_failing_checkout_is_told_by_orders_not_by_revenue_or_ratios() -> None:
    whole = [off(None, k, c) for k, c in (("orders", -0.41), ("revenue", -0.43), ("cvr", -0.41))]
    parts = [
        off(c, k, -0.42, p_value=1e-12, expected=20) for c in ("paid_search", "email") for k in ("orders", "cvr", "aov")
    ]

    assert headline_of(*parts, *whole) == (None, "orders")


def test_fewer_visitors_are_told_by_sessions() -> None:
    assert headline_of(off(None, "orders", -0.4), off(None, "sessions", -0.38), off(None, "revenue", -0.42)) == (
        None,
        "sessions",
    )


def test_a_small_fall_of_sessions_does_not_name_a_large_one_of_orders() -> None:
    assert headline_of(off(None, "orders", -0.4), off(None, "sessions", -0.08)) == (None, "orders")


def test_one_small_channels_spend_does_not_name_a_trouble_of_the_business() -> None:
    assert headline_of(off("display", "spend", -0.4), off(None, "orders", -0.4)) == (None, "orders")


def test_cheaper_baskets_are_told_by_the_basket() -> None:
    assert headline_of(off(None, "revenue", -0.3), off(None, "aov", -0.3)) == (None, "aov")


def test_segments_come_after_totals_and_the_largest_channel_leads() -> None:
    ordered = worst_first(
        [
            off("email", "orders", -0.9, device="mobile"),
            off("email", "orders", -0.5, expected=10),
            off("paid_search", "orders", -0.4, expected=500),
        ]
    )

    assert [(f.key.channel, f.key.depth) for f in ordered] == [("paid_search", 1), ("email", 1), ("email", 2)]


@given(findings.filter(bool), st.randoms())
def test_the_headline_does_not_depend_on_the_order(of: list[Finding], chance: random.Random) -> None:
    shuffled = list(of)
    chance.shuffle(shuffled)

    assert worst_first(of)[0].key == worst_first(shuffled)[0].key
    assert sorted(map(repr, worst_first(of))) == sorted(map(repr, of))


def by_hour(finding: Finding) -> Sighting:
    return Sighting(finding=finding, role=finding.key.kpi, period=timedelta(hours=1))


def test_hours_that_begin_within_three_hours_are_one_trouble_and_others_are_not() -> None:
    first, soon, later = (
        by_hour(off(None, kpi, -0.5, start=hour / 24, shape=Shape.DIP, check="hours"))
        for kpi, hour in (("orders", 14), ("revenue", 17), ("sessions", 20))
    )

    assert begin_together(first, soon)
    assert not begin_together(first, later)


def test_what_lasts_by_the_hour_may_have_begun_at_any_time_of_the_night() -> None:
    first, soon, later = (
        by_hour(off(None, kpi, change, start=hour / 24, shape=Shape.STEP_DOWN, check="hours"))
        for kpi, hour, change in (("cvr", 0, -0.4), ("orders", 8, -0.4), ("revenue", 20, -0.95))
    )

    assert begin_together(first, soon)
    assert not begin_together(first, later)


def test_the_days_sum_joins_the_hours_of_that_day_and_not_those_of_two_days_later() -> None:
    day_sum = sighted(off(None, "revenue", -0.2, start=0))[0]

    assert begin_together(by_hour(off(None, "orders", -0.9, start=14 / 24, check="hours")), day_sum)
    assert not begin_together(by_hour(off(None, "orders", -0.9, start=2 + 14 / 24, check="hours")), day_sum)


def test_what_one_channel_loses_and_another_gains_is_one_trouble() -> None:
    lost = off("paid_social", "sessions", -0.3)
    gained = off("direct", "sessions", 0.3)
    gained_much_more = off("direct", "sessions", 2.0)
    of_another_kind = off("direct", "clicks", 0.3)

    assert len(groups_of(lost, gained)) == 1
    assert len(groups_of(lost, gained_much_more)) == 2
    assert len(groups_of(lost, of_another_kind)) == 2


def test_what_a_slow_change_leads_to_weeks_later_belongs_to_it() -> None:
    fading = off("paid_social", "clicks", -0.2, start=0, shape=Shape.DRIFT_DOWN)

    assert len(groups_of(fading, off("paid_social", "orders", -0.2, start=20))) == 1
    assert len(groups_of(fading, off("paid_social", "cpc", 0.2, start=20))) == 1
    assert len(groups_of(fading, off("paid_social", "orders", 0.4, start=20))) == 2
    assert len(groups_of(fading, off("paid_social", "cpc", -0.2, start=20))) == 2
    assert len(groups_of(fading, off("email", "orders", -0.2, start=20))) == 2


def test_subscriptions_and_what_they_pay_are_one_trouble() -> None:
    assert len(groups_of(off(None, "subscriptions", -0.3), off(None, "revenue", -0.3))) == 1


def test_a_site_that_fares_badly_in_two_ways_is_one_trouble() -> None:
    assert len(groups_of(off(None, "page_load", 0.3), off(None, "error_rate", 4.0))) == 1
    assert len(groups_of(off(None, "page_load", 0.3), off(None, "uptime", -0.2))) == 1
    assert len(groups_of(off(None, "page_load", 0.3), off(None, "error_rate", -0.5))) == 2


def test_growth_in_several_channels_at_once_is_one_piece_of_news() -> None:
    growing = off("organic_search", "sessions", 0.3, start=0, shape=Shape.DRIFT_UP)

    def beside(*others: Finding) -> int:
        return len(groups_of(growing, *others))

    assert beside(off("email", "orders", 0.4, start=22, shape=Shape.DRIFT_UP)) == 1
    assert beside(off("email", "orders", 0.4, start=22, shape=Shape.STEP_UP)) == 1
    assert beside(off("email", "orders", 1.8, start=22, shape=Shape.STEP_UP)) == 2
    assert beside(off("email", "orders", 0.4, start=22, shape=Shape.SPIKE)) == 2
    assert beside(off("email", "aov", 0.4, start=22, shape=Shape.DRIFT_UP)) == 2


def test_ads_that_become_cheaper_in_two_channels_are_one_piece_of_news() -> None:
    cheaper = off("paid_search", "cpm", -0.15, start=0, shape=Shape.STEP_DOWN)

    assert len(groups_of(cheaper, off("paid_social", "cpm", -0.12, start=8, shape=Shape.STEP_DOWN))) == 1
    assert len(groups_of(cheaper, off("paid_social", "cpm", 0.12, start=8, shape=Shape.STEP_UP))) == 2


def test_what_comes_of_a_lasting_fall_joins_it_later_and_a_collapse_does_not() -> None:
    clicks = off("paid_social", "clicks", -0.2, expected=1000)
    orders, visits, whole = (
        off("paid_social", "orders", -0.3, start=9, shape=Shape.DIP),
        off("paid_social", "sessions", -0.9, start=9, shape=Shape.DIP),
        off(None, "clicks", -0.05, start=9, expected=5000),
    )

    assert [related(*sighted(clicks, late)) for late in (orders, visits, whole)] == [True, False, True]


def test_what_a_channel_loses_later_than_the_business_is_its_share_of_it_or_its_own_trouble() -> None:
    whole = off(None, "orders", -0.2)
    share, own = (off("email", "orders", change, start=9) for change in (-0.25, -0.6))

    assert [related(*sighted(whole, late)) for late in (share, own)] == [True, False]


def test_a_gap_between_two_checks_belongs_to_what_either_of_them_lost() -> None:
    parts = frozenset({"orders", "backoffice_orders"})
    gap = Sighting(finding=off(None, "share", -0.3, check="shop"), role="share", period=DAY, parts=parts, across=True)
    (seen,) = sighted(off("email", "orders", -0.4))
    (booked,) = sighted(off(None, "backoffice_orders", 0.4, check="shop"))
    (other,) = sighted(off("email", "spend", -0.4))

    assert related(gap, seen)
    assert related(booked, gap)
    assert not related(gap, other)
