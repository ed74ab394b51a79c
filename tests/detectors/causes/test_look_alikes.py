"""Causes that look the same, and the one observation that parts them. Each scenario is told in business facts."""

from dataclasses import replace

import pytest

from config.causes import shipped
from detectors.causes.evidence import Evidence, Flag, Health, gather
from detectors.causes.rank import Ranked, rank
from detectors.finding import Shape
from detectors.segments.movement import Form, Movement
from tests.builders.movements import CHANNELS, KINDS, everywhere, evidence, finding_of, moved

RECORDS = shipped().records()
STEADY_ADS = {"spend": 0.0, "impressions": 0.0, "clicks": 0.01}
STEADY_WEB = {**STEADY_ADS, "sessions": 0.01, "engaged_sessions": 0.0, "add_to_carts": 0.0, "checkouts": 0.0}
DRIFT = frozenset({Form.DRIFT})


def _web(**changes: float) -> list[Movement]:
    return [row for role, change in changes.items() for row in everywhere(role, change)]


def _shop(change: float) -> list[Movement]:
    return [
        moved("backoffice_orders", change, check="shop", expected=5000.0),
        moved("backoffice_revenue", change, check="shop", expected=500_000.0),
    ]


def _in_channel(channel: str, whole: float = 0.2, **changes: float) -> list[Movement]:
    """One channel moves, its siblings do not, the whole moves by its share."""
    siblings = ("paid_search", "paid_social") if set(changes) <= {"spend", "impressions", "clicks"} else CHANNELS
    rows = []
    for role, change in changes.items():
        others = ("paid_social",) if role in STEADY_ADS else [c for c in siblings if c != channel]
        rows += [moved(role, change, channel=channel), *(moved(role, 0.0, channel=c) for c in others)]
        if role not in STEADY_ADS:
            rows.append(moved(role, change * whole, expected=5000.0))
    return rows


def _of(rows: list[Movement], role: str = "orders", channel: str | None = None, **known: object) -> Evidence:
    lead = next(m for m in rows if m.role == role and m.key.channel == channel and not m.key.segment)
    return evidence(rows, lead, **known)  # type: ignore[arg-type]


def _ranked(found: Evidence) -> dict[str, Ranked]:
    return {r.id: r for r in rank(RECORDS, found)}


def _first(found: Evidence) -> str:
    return rank(RECORDS, found)[0].id


def test_orders_vanish_from_analytics_but_not_from_the_shop_so_the_tag_is_broken() -> None:
    ranked = _ranked(_of(_web(**STEADY_WEB, orders=-0.95, revenue=-0.95) + _shop(0.0)))

    assert next(iter(ranked)) == "tracking_conversion_only"
    assert ranked["tracking_conversion_only"].probability > 0.7
    assert ranked["checkout_failure"].probability < 0.05


def test_the_shop_lost_the_orders_too_so_the_checkout_fails() -> None:
    ranked = _ranked(_of(_web(**STEADY_WEB, orders=-0.5, revenue=-0.5) + _shop(-0.45)))

    assert next(iter(ranked)) == "checkout_failure"
    assert ranked["tracking_conversion_only"].probability < 0.05


@pytest.mark.parametrize("size", [-0.5, -0.95])
def test_a_poor_company_without_a_back_office_hears_of_both_tag_and_checkout(size: float) -> None:
    found = rank(RECORDS, _of(_web(**STEADY_ADS, sessions=0.0, orders=size, revenue=size)))
    named = [r.id for r in found if r.id != "unknown"][:2]

    assert set(named) == {"tracking_conversion_only", "checkout_failure"}
    assert found[0].probability < 0.65


def test_a_funnel_without_a_back_office_still_names_both() -> None:
    ranked = _ranked(_of(_web(**STEADY_WEB, orders=-0.5, revenue=-0.5)))

    assert ranked["tracking_conversion_only"].probability > 0.2
    assert ranked["checkout_failure"].probability > 0.2


GONE = {
    "sessions": -0.7,
    "engaged_sessions": -0.7,
    "add_to_carts": -0.7,
    "checkouts": -0.7,
    "orders": -0.7,
    "revenue": -0.7,
}


def test_sessions_vanish_but_the_shop_sells_on_so_the_analytics_tag_is_missing() -> None:
    assert _first(_of(_web(**STEADY_ADS, **GONE) + _shop(0.0), "sessions")) == "tracking_break_site"


def test_sessions_and_shop_orders_vanish_with_errors_so_the_site_is_down() -> None:
    rows = _web(**STEADY_ADS, **GONE) + _shop(-0.7) + [moved("error_rate", 2.0, check="site")]

    assert _first(_of(rows, "sessions")) == "site_outage"


def test_everything_doubled_with_spend_so_the_data_were_loaded_twice() -> None:
    rows = _web(spend=1.0, impressions=1.0, clicks=1.0, sessions=1.0, orders=1.0, revenue=1.0)

    assert _first(_of(rows)) == "duplicate_load"
    assert _first(_of(rows, health=[Health(kind="duplicate", check="web")])) == "duplicate_load"


def test_rows_known_to_be_doubled_are_told_by_the_record_whatever_other_tables_say() -> None:
    stores = moved("store_revenue", 1.2, channel="stores", check="stores")
    found = _of([stores, *_web(**STEADY_WEB, orders=0.0, revenue=0.0), *_shop(0.0)], "store_revenue", "stores")
    doubled = replace(found, lead_shape=Shape.DUPLICATE, health=(Health(kind="duplicate", check="stores"),))

    assert _ranked(doubled)["duplicate_load"].probability > 0.8


def test_only_orders_doubled_and_the_shop_knows_nothing_so_they_are_counted_twice() -> None:
    assert _first(_of(_web(**STEADY_WEB, orders=1.0, revenue=1.0) + _shop(0.0))) == "tracking_double_fire"


def test_orders_rise_in_the_shop_during_a_promotion_so_it_is_the_promotion() -> None:
    rows = _web(**STEADY_ADS, sessions=0.2, orders=0.5, revenue=0.4) + _shop(0.5)

    assert _first(_of(rows, flags=[Flag(role="promo_flag", title="Spring sale")])) == "promo_start"


def test_sessions_rise_without_engagement_or_orders_so_they_are_bots() -> None:
    assert (
        _first(_of(_web(**STEADY_ADS, sessions=0.8, engaged_sessions=0.0, orders=0.0, revenue=0.0), "sessions"))
        == "bot_traffic"
    )


def test_a_channel_loses_sessions_that_direct_gains_while_ad_clicks_hold_so_links_are_tagged_wrongly() -> None:
    rows = [
        m
        for m in _in_channel("paid_search", 0.0, spend=0.0, clicks=0.0, sessions=-0.6, orders=-0.6)
        if m.key.channel != "direct"
    ]
    rows += [moved("sessions", 0.6, channel="direct"), moved("orders", 0.6, channel="direct"), *_shop(0.0)]

    assert _first(_of(rows, "sessions", "paid_search")) == "utm_misattribution"


def test_a_channel_loses_ad_clicks_and_sessions_so_it_is_a_real_loss_of_delivery() -> None:
    rows = _in_channel("paid_search", spend=-0.6, impressions=-0.6, clicks=-0.6, sessions=-0.6, orders=-0.6) + _shop(
        -0.1
    )

    assert _first(_of(rows, "spend", "paid_search")) == "budget_cut_or_pause"


def test_all_delivery_of_an_ad_channel_is_zero_so_the_account_is_stopped() -> None:
    rows = _in_channel("paid_search", spend=-1.0, impressions=-1.0, clicks=-1.0, sessions=-1.0, orders=-1.0)

    assert _first(_of(rows, "spend", "paid_search")) == "ads_account_stopped"


def test_clicks_cost_more_at_the_same_click_rate_so_the_auction_got_more_expensive() -> None:
    rows = _in_channel("paid_search", spend=0.3, impressions=0.0, clicks=0.0, sessions=0.0, orders=0.0)

    assert _first(_of(rows, "spend", "paid_search")) == "auction_competition"


def test_the_click_rate_of_one_campaign_wears_off_at_a_rising_price_so_its_ads_are_worn_out() -> None:
    rows = [
        moved("ctr", -0.3, channel="paid_social", forms=DRIFT, segment={"campaign": "a"}),
        moved("ctr", 0.0, channel="paid_social", segment={"campaign": "b"}),
        moved("cpm", 0.2, channel="paid_social", forms=DRIFT, segment={"campaign": "a"}),
    ]

    assert _first(evidence(rows)) == "creative_fatigue"


def test_pages_load_slowly_and_every_step_loses_a_little_so_the_site_is_slow() -> None:
    changes = {**STEADY_WEB, "add_to_carts": -0.1, "checkouts": -0.1}
    rows = _web(**changes, orders=-0.2, revenue=-0.2) + _shop(-0.2) + [moved("page_load", 0.6, check="site")]

    assert _first(_of(rows)) == "site_slow"


def test_search_position_worsens_so_it_is_a_ranking_update() -> None:
    rows = [
        moved("organic_clicks", -0.3, channel="organic_search"),
        moved("organic_impressions", -0.25, channel="organic_search"),
        moved("avg_position", 0.3, channel="organic_search"),
        moved("sessions", -0.3, channel="organic_search"),
        moved("sessions", 0.0, channel="direct"),
    ]

    assert _first(evidence(rows)) == "seo_algorithm"


def test_search_clicks_fade_at_the_same_position_and_impressions_so_the_results_page_keeps_them() -> None:
    rows = [
        moved("organic_clicks", -0.25, channel="organic_search", forms=DRIFT),
        moved("organic_impressions", 0.0, channel="organic_search"),
        moved("avg_position", 0.0, channel="organic_search"),
    ]

    assert _first(evidence(rows)) == "serp_layout"


MAIL = {"channel": "email", "check": "mail"}


def test_nothing_was_sent_so_the_mailing_was_missed() -> None:
    rows = [moved(role, -1.0, channel="email", check="mail") for role in ("sent", "delivered", "opens", "clicks")]

    assert _first(evidence([*rows, moved("sessions", -0.8, channel="email")])) == "send_missed"


def test_all_was_sent_but_much_bounced_so_mail_goes_to_spam() -> None:
    changes = {"clicks": -0.5, "opens": -0.5, "sent": 0.0, "delivered": -0.2, "bounces": 3.0}
    rows = [moved(role, change, channel="email", check="mail") for role, change in changes.items()]

    assert _first(evidence([*rows, moved("sessions", -0.5, channel="email")])) == "email_deliverability"


def test_the_counter_reads_zero_while_the_tills_ring_so_the_counter_is_broken() -> None:
    rows = [
        moved("footfall", -1.0, channel="stores"),
        moved("store_transactions", 0.0, channel="stores"),
        moved("store_revenue", 0.0, channel="stores"),
    ]

    assert _first(evidence(rows)) == "footfall_counter_fault"


def test_no_calls_are_offered_so_the_line_is_down_and_long_waits_are_a_queue() -> None:
    down = [
        moved("calls", -1.0, channel="call_centre"),
        moved("answered", -1.0, channel="call_centre"),
        *everywhere("sessions", 0.0),
    ]
    queue = [
        moved("avg_wait", 1.5, channel="call_centre"),
        moved("calls", 0.05, channel="call_centre"),
        moved("answered", -0.3, channel="call_centre"),
        moved("bookings", -0.3, channel="call_centre"),
    ]

    assert _first(evidence(down)) == "call_line_outage"
    assert _first(evidence(queue)) == "call_queue_overload"


def test_a_holiday_in_the_calendar_explains_a_fall_everywhere() -> None:
    rows = _web(spend=-0.28, impressions=-0.3, clicks=-0.3, sessions=-0.3, orders=-0.35, revenue=-0.35) + _shop(-0.35)

    assert _first(_of(rows, flags=[Flag(role="calendar_event", title="Christmas")])) == "holiday_seasonality"


def test_late_rows_explain_low_numbers_before_any_business_cause() -> None:
    rows = _web(spend=-0.5, impressions=-0.5, clicks=-0.5, sessions=-0.5, orders=-0.5)

    assert _first(_of(rows, health=[Health(kind="late", check="web")])) == "data_late"


def test_a_checkout_that_fails_on_mobile_alone_at_a_release_names_release_and_checkout() -> None:
    rows = []
    for role, change in {"sessions": 0.0, "checkouts": 0.0, "orders": -0.6}.items():
        for channel in CHANNELS:
            rows += [
                moved(role, change, channel=channel, noise=0.04, segment={"device": "mobile"}),
                moved(role, 0.0, channel=channel, noise=0.04, segment={"device": "desktop"}),
                moved(role, change / 2, channel=channel, noise=0.03),
            ]
        rows.append(moved(role, change / 2, expected=5000.0))

    named = [r.id for r in rank(RECORDS, _of(rows, flags=[Flag(role="deploy", title="v2")]))[:2]]

    assert set(named) == {"release_bug", "checkout_failure"}


def test_where_nothing_fits_unknown_wins() -> None:
    assert _first(_of(everywhere("nps", -0.3), "nps")) == "unknown"


def _missed(rows: list[Movement]) -> Evidence:
    """A mailing that was planned and brought no visits."""
    lead = next(m for m in rows if m.role == "sessions" and m.key.channel == "email")
    return gather(rows, findings=[replace(finding_of(lead), shape=Shape.MISSING_LIFT)], kinds=KINDS, checked=["web"])


def test_a_planned_mailing_that_moved_nothing_was_not_sent_or_reached_nobody() -> None:
    rows = _in_channel("email", 0.05, sessions=-0.4, orders=-0.4) + _web(spend=0.0)

    ranked = _ranked(_missed(rows))

    assert next(iter(ranked)) == "planned_missed"
    assert ranked["planned_missed"].probability > 0.5
    assert ranked["utm_misattribution"].probability < 0.05


def test_no_cause_of_a_missing_lift_is_named_where_nothing_was_planned() -> None:
    rows = _in_channel("email", 0.05, sessions=-0.4, orders=-0.4) + _web(spend=0.0)

    assert _ranked(_of(rows, "sessions", "email"))["planned_missed"].probability < 0.05


def test_a_planned_mailing_whose_visits_direct_gained_has_links_tagged_wrongly() -> None:
    rows = [m for m in _in_channel("email", 0.0, sessions=-0.5, orders=-0.5) if m.key.channel != "direct"]
    rows += [moved("sessions", 0.5, channel="direct"), moved("orders", 0.5, channel="direct"), *_shop(0.0)]

    assert _first(_missed(rows)) == "utm_misattribution"


@pytest.mark.parametrize(("gained", "noise"), [(-0.06, 0.05), (0.0, 0.05)])
def test_visits_that_verifiably_did_not_turn_up_elsewhere_rule_out_wrong_tags(gained: float, noise: float) -> None:
    rows = [m for m in _in_channel("paid_search", 0.0, sessions=-0.6) if m.key.channel != "direct"]
    quiet = [*rows, moved("sessions", gained, channel="direct", noise=noise)]
    unseen = [*rows, moved("sessions", gained, channel="direct", noise=0.9)]

    wrong, unclear = (_ranked(_of(r, "sessions", "paid_search"))["utm_misattribution"] for r in (quiet, unseen))

    assert wrong.score < unclear.score - 2.0


@pytest.mark.parametrize("flags", [(), (Flag(role="promo_flag", present=False),)])
def test_more_orders_without_a_promotion_in_the_calendar_or_the_shop_are_counted_twice(flags: tuple[Flag, ...]) -> None:
    rows = _web(sessions=0.01, orders=0.5, revenue=0.5) + _shop(0.0)

    ranked = _ranked(_of(rows, flags=flags))

    assert next(iter(ranked)) == "tracking_double_fire"
    assert ranked["promo_start"].probability < 0.05
