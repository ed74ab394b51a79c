"""Which findings belong together: pure rules on time, channel, KPI family and direction.

Two findings are one trouble when they begin together and share a channel, or move the same kind of KPI the same way in
several channels (one tag, one site, one market behind them). What begins much later than an open incident is a trouble
of its own, unless it is the same series: an incident never swallows the next one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log10

from detectors.finding import Finding, Shape
from detectors.panel import SeriesKey

# How far apart two onsets of one trouble may lie, in days; a weekly period adds its own length.
ONSET_TOLERANCE = timedelta(days=2)

# A slow change has no sharp beginning: its dating is this much vaguer, in periods.
_VAGUE_PERIODS = 10
_DRIFTS = frozenset({Shape.DRIFT_UP, Shape.DRIFT_DOWN})

DATA_SHAPES = frozenset({Shape.MISSING, Shape.DUPLICATE, Shape.RESTATED})

# Roles that tell of the same thing. A change shared by several channels is one trouble only within a family.
_FAMILIES: Mapping[str, Sequence[str]] = {
    "media": ("spend", "impressions", "clicks", "reach", "frequency", "grps", "platform_conversions"),
    "price": ("cpc", "cpm", "cpa", "platform_cpa", "roas", "ctr"),
    "traffic": ("sessions", "users", "new_users", "engaged_sessions", "product_views", "engagement_rate",
                "bounce_rate", "app_sessions", "active_users"),
    "sales": ("add_to_carts", "checkouts", "orders", "revenue", "backoffice_orders", "backoffice_revenue", "cvr",
              "click_cvr", "view_to_cart_rate", "cart_to_checkout_rate", "checkout_to_purchase_rate", "leads", "signups"),
    "basket": ("aov", "unit_price", "discount_rate", "basket_value"),
}
_FAMILY_OF = {role: family for family, roles in _FAMILIES.items() for role in roles}

# The stages through which people come. What is lost in one is missing in the next, so a change of the whole business is
# one trouble over all of them.
_JOURNEY = frozenset({"media", "traffic", "sales"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A finding with what grouping has to know about it.

    role: of its KPI. period: its period's length. parts: a ratio's numerator and denominator, by name.
    """

    finding: Finding
    role: str
    period: timedelta
    parts: frozenset[str] = frozenset()

    @property
    def family(self) -> str:
        """The kind of thing the KPI tells of; a role without a family stands alone."""
        return _FAMILY_OF.get(self.role, self.role)

    @property
    def sign(self) -> int:
        """+1 when more was observed than expected, else -1."""
        return 1 if self.finding.observed >= self.finding.expected else -1

    @property
    def is_data_fault(self) -> bool:
        """Whether the finding speaks of the data, not of the business."""
        return self.finding.shape in DATA_SHAPES


def related(one: Sighting, other: Sighting) -> bool:
    """Whether two sightings are the same trouble."""
    a, b = one.finding, other.finding
    if one.is_data_fault != other.is_data_fault:
        return False
    if one.is_data_fault:
        return a.key.check == b.key.check and a.shape is b.shape and _begin_together(one, other)
    if _same_line(a.key, b.key):
        return True
    if not _begin_together(one, other):
        return False
    if a.key.channel is not None and a.key.channel == b.key.channel:
        return True
    if _is_part(one, other) or _is_part(other, one):
        return True
    if one.sign != other.sign:
        return False
    of_business = a.key.channel is None or b.key.channel is None
    return one.family == other.family or (of_business and {one.family, other.family} <= _JOURNEY)


def _is_part(ratio: Sighting, part: Sighting) -> bool:
    """Whether a ratio of the whole business moved together with what it is made of, in some channel."""
    a, b = ratio.finding.key, part.finding.key
    return b.kpi in ratio.parts and a.check == b.check and None in (a.channel, b.channel)


def _same_line(a: SeriesKey, b: SeriesKey) -> bool:
    """The same KPI of the same channel, as a whole or in part."""
    return (a.check, a.channel, a.kpi) == (b.check, b.channel, b.kpi)


def _begin_together(one: Sighting, other: Sighting) -> bool:
    tolerance = ONSET_TOLERANCE + max(one.period, other.period) - timedelta(days=1)
    for sighting in (one, other):
        if sighting.finding.shape in _DRIFTS:
            tolerance += _VAGUE_PERIODS * sighting.period
    return abs(one.finding.start - other.finding.start) <= max(tolerance, min(one.period, other.period))


def group(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
    """Partition sightings into troubles: the connected components of `related`, each in the given order."""
    groups: list[list[Sighting]] = []
    for sighting in sightings:
        touching = [g for g in groups if any(related(sighting, member) for member in g)]
        merged = [member for g in touching for member in g] + [sighting]
        groups = [g for g in groups if g not in touching] + [merged]
    return groups


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Totals before segments, then the least likely, then the largest change."""
    return tuple(sorted(findings, key=lambda f: (
        f.key.depth == 2, -_surprise(f), -min(abs(f.relative_change), 10.0), str(f.key))))


def _surprise(finding: Finding) -> float:
    """How unlikely, in orders of magnitude, capped: beyond 12 a p-value only says "certainly"."""
    return round(min(-log10(max(finding.p_value, 1e-300)), 12.0), 1)


def onset(findings: Sequence[Finding]) -> datetime:
    """The first anomalous period of a trouble."""
    return min(f.start for f in findings)
