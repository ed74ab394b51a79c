"""A short simulated time that the tests share, and one problem of each kind for it."""

from datetime import date
from functools import cache

from simulator.planted import Planted
from simulator.retailer import retailer
from simulator.simulation import Ledger, simulate

START, DAYS = date(2025, 7, 7), 70
DAY_OF_PROBLEM, LASTS = 40, 4
_WHEN = date(2025, 8, 16)


def problem(kind: str, severity: float = 0.4, **scope: tuple[str, ...]) -> Planted:
    return Planted(kind=kind, start=_WHEN, days=LASTS, severity=severity, scope=scope)


PROBLEMS = {
    planted.kind: planted
    for planted in (
        problem("checkout_failure", device=("mobile",)),
        problem("site_outage"),
        problem("landing_page_broken", campaign=("sofas",)),
        problem("promo_start"),
        problem("demand_decline"),
        problem("budget_exhausted", campaign=("brand",), channel=("paid_search",)),
        problem("budget_cut_or_pause", 1.0, campaign=("catalogue",)),
        problem("creative_fatigue", campaign=("prospecting",)),
        problem("auction_competition", channel=("paid_search",)),
        problem("seo_algorithm"),
        problem("email_deliverability", provider=("gmail",)),
        problem("news_or_viral", 1.5),
        problem("tracking_break_site", 0.9),
        problem("tracking_conversion_only", 0.9),
        problem("tracking_double_fire", 0.8),
        problem("utm_misattribution", channel=("affiliate",)),
        problem("unit_or_currency", 0.19, channel=("affiliate",)),
        problem("bot_traffic", 1.2),
        problem("duplicate_load", 1.0, table=("stores",)),
        problem("data_late", 1.0, table=("backoffice",)),
        problem("call_queue_overload", site=("cork",)),
        problem("call_line_outage", 1.0, site=("galway",)),
        problem("store_closed", 1.0, store=("sligo",)),
        problem("ad_disapproved", 1.0, campaign=("sofas",)),
        problem("ads_account_stopped", 1.0, channel=("display",)),
        problem("budget_increase", 0.8, channel=("paid_social",)),
        problem("bid_strategy_change", channel=("paid_search",)),
        problem("invalid_clicks", 1.5, campaign=("native",)),
        problem("targeting_too_broad", 1.0, campaign=("prospecting",)),
        problem("deindexed"),
        problem("list_fatigue"),
        problem("send_missed", 1.0, campaign=("lifecycle",)),
        problem("cannibalisation", 0.8, channel=("paid_search",), campaign=("brand",)),
        problem("release_bug", device=("mobile",)),
        problem("site_slow"),
        problem("competitor_offer"),
        problem("out_of_stock", campaign=("sofas",)),
        problem("price_change", 0.2),
        problem("promo_end"),
        problem("app_release_crash", device=("ios_app",)),
        problem("mix_shift", 1.2, campaign=("creators",)),
        problem("weather", region=("west",)),
        problem("consent_change", region=("west",)),
        problem("attribution_change", channel=("affiliate",)),
        problem("flight_start"),
        problem("direct_mail_drop"),
    )
}


@cache
def ledger(*kinds: str, seed: int = 3, days: int = DAYS) -> Ledger:
    return simulate(retailer(START, DAYS), [PROBLEMS[kind] for kind in kinds], seed, days, START)
