"""What the causes know about roles: how to compute those that no table has, what may stand in, and what tells of the same thing.

Data, not code: extend by the same rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quotient:
    """A role as numerator / denominator; `trust` below 1 marks a documented proxy, `really` what that is by its own name."""

    numerator: str
    denominator: str
    trust: float = 1.0
    really: str | None = None


@dataclass(frozen=True, slots=True)
class StandIn:
    """Another role that moves alike (sign 1) or the other way (sign -1), and how far it can be trusted."""

    role: str
    sign: int
    trust: float


@dataclass(frozen=True, slots=True)
class Place:
    """A role that is another role at certain channels or segment values: by channel kind, words in the name, or value words."""

    roles: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    dimension: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    not_values: tuple[str, ...] = ()


# The first that can be computed holds.
QUOTIENTS: Mapping[str, tuple[Quotient, ...]] = {
    "ctr": (Quotient("clicks", "impressions"),),
    "cpc": (Quotient("spend", "clicks"),),
    "cpm": (Quotient("spend", "impressions"),),
    "cvr": (
        Quotient("orders", "sessions"),
        Quotient("orders", "clicks", 0.8, "click_cvr"),
        Quotient("platform_conversions", "clicks", 0.8, "click_cvr"),
    ),
    "click_cvr": (Quotient("platform_conversions", "clicks"),),
    "cpa": (Quotient("spend", "orders"), Quotient("spend", "platform_conversions", 0.8, "platform_cpa")),
    "cpl": (Quotient("spend", "leads"),),
    "roas": (Quotient("revenue", "spend"),),
    "blended_cac": (Quotient("spend", "backoffice_orders"),),
    "aov": (Quotient("revenue", "orders"), Quotient("backoffice_revenue", "backoffice_orders", 0.8, "backoffice_aov")),
    "sessions_per_click": (Quotient("sessions", "clicks"),),
    "engagement_rate": (Quotient("engaged_sessions", "sessions"),),
    "view_to_cart_rate": (
        Quotient("add_to_carts", "product_views"),
        Quotient("add_to_carts", "engaged_sessions", 0.8),
        Quotient("add_to_carts", "sessions", 0.8),
    ),
    "cart_to_checkout_rate": (Quotient("checkouts", "add_to_carts"),),
    "checkout_to_purchase_rate": (
        Quotient("orders", "checkouts"),
        Quotient("orders", "add_to_carts", 0.8, "cart_to_order_rate"),
        Quotient("orders", "sessions", 0.5, "cvr"),
    ),
    "delivered_rate": (Quotient("delivered", "sent"),),
    "bounce_rate_email": (Quotient("bounces", "sent"),),
    "open_rate": (Quotient("opens", "delivered"),),
    "click_rate_email": (Quotient("clicks", "delivered"), Quotient("clicks", "sent", 0.8)),
    "unsubscribe_rate": (Quotient("unsubscribes", "delivered"), Quotient("unsubscribes", "sent", 0.8)),
    "spam_complaint_rate": (Quotient("spam_complaints", "delivered"), Quotient("spam_complaints", "sent", 0.8)),
    "answer_rate": (Quotient("answered", "calls"),),
    "booking_rate": (Quotient("bookings", "answered"), Quotient("bookings", "calls", 0.8)),
    "store_conversion": (Quotient("store_transactions", "footfall"),),
    "basket_value": (Quotient("store_revenue", "store_transactions"),),
    "organic_ctr": (Quotient("organic_clicks", "organic_impressions"),),
    "tracked_share": (Quotient("orders", "backoffice_orders"), Quotient("revenue", "backoffice_revenue", 0.8)),
    "unattributed_share": (Quotient("unattributed_sessions", "sessions"),),
    "lead_quality_rate": (
        Quotient("mqls", "leads"),
        Quotient("bookings", "leads", 0.8),
        Quotient("demos", "leads", 0.8),
    ),
}

# Documented proxies: used only where the role itself is not observed.
STAND_INS: Mapping[str, tuple[StandIn, ...]] = {
    "uptime": (StandIn("error_rate", -1, 0.8),),
    "bounce_rate": (StandIn("engagement_rate", -1, 0.9),),
    "abandon_rate": (StandIn("answer_rate", -1, 1.0),),
    "crash_free_rate": (StandIn("crash_rate", -1, 1.0),),
    "frequency": (StandIn("cpm", 1, 0.6),),
    "search_demand": (StandIn("brand_search", 1, 0.8), StandIn("organic_impressions", 1, 0.7)),
    "discount_rate": (StandIn("coupon_share", 1, 0.8), StandIn("promo_flag", 1, 0.9)),
    "promo_flag": (StandIn("discount_rate", 1, 0.7),),
    "grps": (StandIn("offline_flight", 1, 0.9),),
    "active_ads": (StandIn("launch", 1, 0.9),),
    "app_purchases": (StandIn("app_orders", 1, 0.9),),
    "email_revenue": (StandIn("email_orders", 1, 0.9),),
    "direct_sessions": (StandIn("unattributed_sessions", 1, 0.9),),
    "brand_search": (StandIn("paid_brand_clicks", 1, 0.7),),
    "is_lost_rank": (StandIn("impression_share", -1, 0.6),),
    "new_users": (StandIn("users", 1, 0.7),),
    "leads": (StandIn("demos", 1, 0.8),),
    "backoffice_orders": (StandIn("backoffice_revenue", 1, 0.9),),
}

# Roles that are another role at a place.
PLACES: Mapping[str, Place] = {
    "sessions_total": Place(("sessions",)),
    "direct_sessions": Place(("sessions",), kinds=("direct",), words=("direct",)),
    "unattributed_sessions": Place(
        ("sessions",), kinds=("direct",), words=("direct", "unassigned", "not_set", "none", "other")
    ),
    "referral_sessions": Place(("sessions",), kinds=("referral",), words=("referral",)),
    "organic_social_sessions": Place(("sessions",), words=("organic_social", "social_organic")),
    "app_sessions": Place(("sessions",), words=("app",)),
    "app_orders": Place(("orders",), words=("app",)),
    "email_revenue": Place(("revenue",), words=("email", "mail", "newsletter")),
    "email_orders": Place(("orders",), words=("email", "mail", "newsletter")),
    "affiliate_orders": Place(("orders",), words=("affiliate", "affiliates", "partner")),
    "affiliate_clicks": Place(("clicks", "sessions"), words=("affiliate", "affiliates", "partner")),
    "sms_clicks": Place(("clicks",), words=("sms",)),
    "organic_clicks": Place(("clicks",), words=("organic_search", "seo")),
    "organic_impressions": Place(("impressions",), words=("organic_search", "seo")),
    "brand_search": Place(
        ("organic_impressions", "impressions"),
        words=("organic_search", "seo"),
        dimension=("query_type",),
        values=("brand", "branded"),
        not_values=("non", "generic"),
    ),
    "brand_clicks": Place(
        ("organic_clicks", "clicks"),
        words=("organic_search", "seo"),
        dimension=("query_type",),
        values=("brand", "branded"),
        not_values=("non", "generic"),
    ),
    "paid_brand_clicks": Place(
        ("clicks",),
        kinds=("paid",),
        dimension=("campaign", "ad_group", "query_type"),
        values=("brand", "branded"),
        not_values=("non", "generic"),
    ),
}

# Roles whose plain name means the paid channels, wherever channel kinds are known.
AT_PAID = frozenset(
    {"spend", "impressions", "clicks", "reach", "frequency", "ctr", "cpc", "cpm", "platform_conversions", "click_cvr"}
)

# Roles that tell of the same thing: their agreement is one observation seen several times.
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "sales": (
        "orders",
        "revenue",
        "cvr",
        "click_cvr",
        "checkout_to_purchase_rate",
        "platform_conversions",
        "platform_revenue",
        "cpa",
        "platform_cpa",
        "cart_to_order_rate",
        "roas",
        "conversions",
        "affiliate_orders",
        "app_purchases",
        "email_revenue",
        "email_orders",
        "leads",
        "signups",
        "subscriptions",
        "bookings",
        "demos",
        "cpl",
    ),
    "basket": ("aov", "backoffice_aov", "unit_price", "basket_value", "items_per_order"),
    "traffic": (
        "sessions",
        "sessions_total",
        "users",
        "new_users",
        "engaged_sessions",
        "product_views",
        "app_sessions",
    ),
    "attribution": (
        "direct_sessions",
        "referral_sessions",
        "unattributed_share",
        "unattributed_sessions",
        "sessions_elsewhere",
    ),
    "quality": ("engagement_rate", "bounce_rate"),
    "delivery": ("impressions", "clicks", "spend", "reach", "affiliate_clicks"),
    "price": ("cpc", "cpm"),
    "response": ("ctr", "frequency"),
    "auction": ("is_lost_rank", "is_lost_budget", "impression_share"),
    "funnel": ("add_to_carts", "checkouts", "view_to_cart_rate", "cart_to_checkout_rate"),
    "back office": ("backoffice_orders", "backoffice_revenue", "tracked_share"),
    "site": ("page_load", "error_rate", "uptime", "payment_success_rate"),
    "record": ("row_count", "freshness_lag", "duplicate_ratio", "fetch_errors", "value"),
    "organic": ("organic_clicks", "organic_impressions", "organic_ctr", "avg_position", "indexed_pages"),
    "brand": ("brand_search", "brand_clicks", "paid_brand_clicks", "search_demand"),
    "mail": (
        "click_rate_email",
        "open_rate",
        "delivered_rate",
        "bounce_rate_email",
        "unsubscribe_rate",
        "spam_complaint_rate",
        "sent",
    ),
    "sms": ("sms_delivered_rate", "sms_clicks"),
    "calls": ("calls", "answered", "answer_rate", "abandon_rate", "avg_wait", "booking_rate", "repeat_calls", "aht"),
    "stores": ("footfall",),
    "tills": ("store_transactions", "store_revenue", "store_conversion", "stores_reporting"),
    "offer": ("discount_rate", "coupon_share", "promo_flag", "promo_recent"),
    "mix": ("within_segment_rates", "traffic_mix"),
    "app": ("crash_rate", "crash_free_rate", "app_rating", "uninstalls"),
    "installs": ("installs", "organic_installs", "paid_installs", "store_page_views", "install_cvr"),
}
_GROUP_OF = {role: group for group, roles in _GROUPS.items() for role in roles}

HEALTH_ROLES = frozenset({"row_count", "freshness_lag", "duplicate_ratio", "fetch_errors"})
FLAG_ROLES = frozenset(
    {
        "calendar_event",
        "promo_flag",
        "promo_recent",
        "deploy",
        "experiment_flag",
        "budget_limit",
        "bid_change",
        "account_status",
        "active_ads",
        "disapproved_ads",
        "bucket_open",
        "quality_flag",
        "local_event",
        "weather_index",
        "price_gap",
        "launch",
        "offline_flight",
        "missing_lift",
    }
)
MIX_ROLES = frozenset({"within_segment_rates", "traffic_mix"})


def group_of(role: str) -> str:
    """What a role tells of; a role without relatives stands alone."""
    return _GROUP_OF.get(role, role)
