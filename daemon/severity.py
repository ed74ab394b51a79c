"""How much an incident matters: money first, then how much of what is gone."""

from collections.abc import Sequence
from math import log

from config.outputs import Severity
from config.settings import Settings
from daemon.grouping import is_data_fault
from daemon.model import Incident
from detectors.finding import Finding, Shape
from detectors.segments.movement import Moved, Movement

# The most urgent first.
RANK = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
# A loss of this part of the business' own daily money is critical; so is a total that lost half.
_CRITICAL_SHARE = 0.05
_CRITICAL_DROP = -0.5
# Causes that count what is not there, and how likely one of them is before good news is doubted.
_COUNTS_TOO_MUCH = frozenset({"duplicate_load", "tracking_double_fire", "bot_traffic", "lead_spam"})
_DOUBTED = 0.3
# Orders that rise by this much while their visits rise by less than this part of it are doubted too.
_MUCH_MORE = 0.25
_OWN_SHARE = 1 / 3
_ORDERS = frozenset({"orders", "platform_conversions", "revenue", "platform_revenue", "leads", "signups"})
# What a business without known money counts, the most telling first.
_OUTCOMES = ("subscriptions", "backoffice_orders", "orders", "bookings", "leads", "signups", "platform_conversions")
_VISITS = ("sessions", "clicks", "users")
_TILL = ("backoffice_orders", "backoffice_revenue")


def severity(
    incident: Incident, settings: Settings, *, money_per_day: float | None, moved: Sequence[Movement] = ()
) -> Severity:
    """money_per_day: what the whole business is expected to make in a day, where known. moved: what all series did."""
    totals = [f for f in incident.findings if f.key.depth < 2] or list(incident.findings)
    if is_data_fault(incident.findings[0]):
        return Severity.WARNING
    impact = incident.impact
    merits = {merit(f, settings) for f in totals}
    earns = impact is not None and impact.lower is not None and impact.lower > 0
    if 1 in merits and (earns or -1 not in merits):  # KPIs that are neither good nor bad, such as spend, do not count
        return Severity.WARNING if _is_doubtful(incident, moved) else Severity.INFO
    if impact is not None and impact.per_day is not None and money_per_day:
        surely = impact.upper is None or impact.upper <= 0  # 0: unless only the record of it is lost
        if surely and impact.per_day <= -_CRITICAL_SHARE * money_per_day:
            return Severity.CRITICAL
        if impact.recorded_value == impact.value:
            return Severity.WARNING
    if not money_per_day and _lost_share(incident, moved) >= _CRITICAL_SHARE:
        return Severity.CRITICAL
    halved = any(
        f.key.channel is None and merit(f, settings) <= 0 and f.relative_change <= _CRITICAL_DROP for f in totals
    )
    return Severity.CRITICAL if halved else Severity.WARNING


def urgency(incident: Incident) -> tuple[int, float, float]:
    """By what incidents are put in order, the most urgent first: severity, money that is surely lost, money that probably is."""
    rank = RANK.index(incident.severity)
    impact = incident.impact
    if impact is None:
        return rank, 0.0, 0.0
    return rank, min(impact.upper or 0.0, 0.0), impact.value or 0.0


def _lost_share(incident: Incident, moved: Sequence[Movement]) -> float:
    """Where no money is known: the part that is surely lost of what the whole business counts in its place."""
    totals = [m for m in moved if not m.key.segment and m.role in _OUTCOMES and m.expected > 0]
    for role in _OUTCOMES:
        own = {f.key for f in incident.findings if f.key.depth < 2}
        lost = [m for m in totals if m.role == role and m.key in own and m.state in (Moved.DOWN, Moved.ZERO)]
        whole = [m for m in totals if m.role == role and m.key.channel is None] or [m for m in totals if m.role == role]
        above = [m for m in lost if m.key.channel is None] or lost  # never the whole and its parts
        if lost:
            return sum(m.expected - m.observed for m in above) / sum(m.expected for m in whole)
    return 0.0


def _is_doubtful(incident: Incident, moved: Sequence[Movement]) -> bool:
    """Whether good news may be a number that counts too much: by its causes, or because only the orders rose."""
    if any(c.id in _COUNTS_TOO_MUCH and c.probability > _DOUBTED for c in incident.causes):
        return True
    by_place = {(m.role, m.key.channel): m for m in moved if not m.key.segment}
    till = [by_place[role, None] for role in _TILL if (role, None) in by_place]
    if any(m.state is Moved.UP for m in till):
        return False
    own = {f.key for f in incident.findings if f.key.depth < 2}
    rose = [m for m in moved if m.key in own and m.role in _ORDERS and m.change >= log(1 + _MUCH_MORE)]
    return any(_stands_still(m, by_place, till) for m in rose)


def _stands_still(rose: Movement, by_place: dict[tuple[str, str | None], Movement], till: Sequence[Movement]) -> bool:
    """Whether the visits did not rise with the orders of a place; without visits, whether the back office stood still."""
    visits = [by_place[role, rose.key.channel] for role in _VISITS if (role, rose.key.channel) in by_place]
    if visits:
        return visits[0].change < _OWN_SHARE * rose.change
    return any(m.state is Moved.FLAT for m in till)


def merit(finding: Finding, settings: Settings) -> int:
    """+1 for good news, -1 for bad, 0 where the KPI has no good direction, or only its scatter changed."""
    kpi = settings.kpis.get(finding.key.kpi)
    if kpi is None or kpi.good == "none" or finding.shape is Shape.VARIANCE:
        return 0
    return 1 if kpi.good == ("up" if finding.observed > finding.expected else "down") else -1
