"""The kinds of problems that can be planted, and planting them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from simulator import causes_media, causes_offline, causes_records, causes_site
from simulator.planted import LOADING, Onset, Planted, Span, span
from simulator.world import World


@dataclass(frozen=True)
class Kind:
    """A mechanism and how it grows."""

    act: Callable[[World, Span], World]
    onset: Onset = Onset.STEP


KINDS: Mapping[str, Kind] = {
    "checkout_failure": Kind(causes_site.checkout_failure),
    "site_outage": Kind(causes_site.site_outage),
    "landing_page_broken": Kind(causes_site.landing_page_broken),
    "promo_start": Kind(causes_site.promo_start),
    "demand_decline": Kind(causes_site.demand_decline, Onset.DRIFT),
    "budget_exhausted": Kind(causes_media.budget_exhausted),
    "budget_cut_or_pause": Kind(causes_media.budget_cut_or_pause),
    "creative_fatigue": Kind(causes_media.creative_fatigue, Onset.DRIFT),
    "auction_competition": Kind(causes_media.auction_competition, Onset.ROLL_OUT),
    "seo_algorithm": Kind(causes_media.seo_algorithm, Onset.ROLL_OUT),
    "email_deliverability": Kind(causes_media.email_deliverability),
    "news_or_viral": Kind(causes_media.news_or_viral, Onset.PULSE),
    "tracking_break_site": Kind(causes_records.tracking_break_site),
    "tracking_conversion_only": Kind(causes_records.tracking_conversion_only),
    "tracking_double_fire": Kind(causes_records.tracking_double_fire),
    "utm_misattribution": Kind(causes_records.utm_misattribution),
    "unit_or_currency": Kind(causes_records.unit_or_currency),
    "bot_traffic": Kind(causes_records.bot_traffic),
    "ad_disapproved": Kind(causes_media.ads_account_stopped),
    "ads_account_stopped": Kind(causes_media.ads_account_stopped),
    "budget_increase": Kind(causes_media.budget_increase),
    "bid_strategy_change": Kind(causes_media.bid_strategy_change),
    "invalid_clicks": Kind(causes_media.invalid_clicks),
    "targeting_too_broad": Kind(causes_media.targeting_too_broad),
    "deindexed": Kind(causes_media.deindexed),
    "list_fatigue": Kind(causes_media.list_fatigue, Onset.DRIFT),
    "send_missed": Kind(causes_media.send_missed),
    "cannibalisation": Kind(causes_media.cannibalisation),
    "release_bug": Kind(causes_site.release_bug),
    "site_slow": Kind(causes_site.site_slow),
    "competitor_offer": Kind(causes_site.competitor_offer),
    "out_of_stock": Kind(causes_site.out_of_stock),
    "price_change": Kind(causes_site.price_change),
    "promo_end": Kind(causes_site.promo_end),
    "app_release_crash": Kind(causes_site.app_release_crash),
    "mix_shift": Kind(causes_site.mix_shift),
    "weather": Kind(causes_site.weather),
    "consent_change": Kind(causes_records.consent_change),
    "attribution_change": Kind(causes_records.attribution_change),
    "flight_start": Kind(causes_offline.flight_start),
    "direct_mail_drop": Kind(causes_offline.direct_mail_drop, Onset.PULSE),
    "duplicate_load": Kind(causes_records.nothing),
    "data_late": Kind(causes_records.nothing),
    "call_queue_overload": Kind(causes_offline.call_queue_overload),
    "call_line_outage": Kind(causes_offline.call_line_outage),
    "store_closed": Kind(causes_offline.store_closed),
}


def plant(world: World, incidents: Iterable[Planted]) -> World:
    """Return the world with all problems in it.

    Raises:
        ValueError: a kind or a place is unknown, or a problem lasts no day.

    """
    for planted in incidents:
        _refuse_nonsense(planted, world)
        kind = KINDS[planted.kind]
        world = kind.act(world, span(planted, world, kind.onset))
    return world


def _refuse_nonsense(planted: Planted, world: World) -> None:
    if planted.kind not in KINDS:
        near = get_close_matches(planted.kind, KINDS, 1)
        raise ValueError(
            f"{planted.kind!r} is no kind of problem{f', is it {near[0]!r}?' if near else ''}; known are {', '.join(sorted(KINDS))}"
        )
    if planted.days < 1:
        raise ValueError(f"{planted.kind} of {planted.start} lasts {planted.days} days; a problem lasts at least one")
    if planted.kind in LOADING and not planted.scope.get("table"):
        raise ValueError(f'{planted.kind} of {planted.start} names no table; write scope={{"table": ("stores",)}}')
    known = world.places()
    for name, wanted in planted.scope.items():
        if name != "table" and (missing := set(wanted) - known.get(name, set())):
            raise ValueError(
                f"{planted.kind} of {planted.start}: this business has no {name} {', '.join(sorted(missing))}"
            )
