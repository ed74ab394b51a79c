"""A finding with what grouping has to know about it: its family, and which way it counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from detectors.finding import Finding

# Roles that tell of the same thing. A change shared by several channels is one trouble only within a family.
_FAMILIES: Mapping[str, Sequence[str]] = {
    "media": (
        "spend",
        "impressions",
        "clicks",
        "reach",
        "frequency",
        "grps",
        "platform_conversions",
        "platform_revenue",
    ),
    "price": ("cpc", "cpm", "cpa", "cpl", "platform_cpa", "roas", "platform_roas", "ctr"),
    "traffic": (
        "sessions",
        "users",
        "new_users",
        "engaged_sessions",
        "product_views",
        "engagement_rate",
        "bounce_rate",
        "organic_impressions",
        "organic_clicks",
        "app_sessions",
        "active_users",
    ),
    "sales": (
        "add_to_carts",
        "checkouts",
        "orders",
        "revenue",
        "backoffice_orders",
        "backoffice_revenue",
        "cvr",
        "click_cvr",
        "view_to_cart_rate",
        "cart_to_checkout_rate",
        "checkout_to_purchase_rate",
        "tracked_share",
        "leads",
        "mqls",
        "demos",
        "installs",
        "signups",
        "subscriptions",
    ),
    "basket": ("aov", "unit_price", "discount_rate", "basket_value"),
}
_FAMILY_OF = {role: family for family, roles in _FAMILIES.items() for role in roles}

# The stages through which people come. What is lost in one is missing in the next, so a change of the whole business is
# one trouble over all of them.
JOURNEY = frozenset({"media", "traffic", "sales"})

# What one visit, lead or sale costs: it rises as they get fewer.
COSTS = frozenset({"cpc", "cpa", "cpl", "platform_cpa"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A finding with what grouping has to know about it.

    role: of its KPI. period: its period's length. parts: a ratio's numerator and denominator, by name. source: of its
    check, by name; empty where nobody knows.
    """

    finding: Finding
    role: str
    period: timedelta
    parts: frozenset[str] = frozenset()
    across: bool = False  # its parts are those of two checks
    source: str = ""

    @property
    def family(self) -> str:
        """The kind of thing the KPI tells of; a role without a family stands alone."""
        return _FAMILY_OF.get(self.role, self.role)

    @property
    def sign(self) -> int:
        """+1 when more was observed than expected, else -1."""
        return 1 if self.finding.observed >= self.finding.expected else -1

    @property
    def worth(self) -> int:
        """The same, where what something costs counts the other way round: -1 is less for the money."""
        return -self.sign if self.role in COSTS else self.sign
