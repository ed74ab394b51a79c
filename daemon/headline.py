"""Which finding names a trouble: people speak of the first thing in the journey that explains the rest.

"Orders -41 %", not "Revenue -41 %" nor "Conversion rate -41 %" of some channel; but "Sessions -40 %" when fewer came.
"""

from collections.abc import Sequence
from math import log, log10

from detectors.finding import Finding

# KPIs that head a trouble, in the order in which one follows from another; a later one is told when nothing before it
# moved as much. KPIs are named by their roles.
_JOURNEY = (
    "spend",
    "grps",
    "sent",
    "impressions",
    "organic_impressions",
    "clicks",
    "organic_clicks",
    "footfall",
    "calls",
    "sessions",
    "users",
    "new_users",
    "engaged_sessions",
    "product_views",
    "add_to_carts",
    "checkouts",
    "answered",
    "orders",
    "leads",
    "signups",
    "demos",
    "bookings",
    "installs",
    "subscriptions",
    "store_transactions",
    "backoffice_orders",
    "mqls",
    "platform_conversions",
    "aov",
    "basket_value",
    "backoffice_aov",
    "revenue",
    "store_revenue",
    "call_revenue",
    "backoffice_revenue",
    "platform_revenue",
)
_STAGE = {kpi: stage for stage, kpi in enumerate(_JOURNEY)}
# What moved by this part of the largest change (in logs) and in this part of its channels explains it.
_AS_MUCH, _AS_WIDE = 0.7, 0.7
# What is less sure than this part of the surest (in orders of magnitude) names nothing.
_AS_SURE = 0.5
# A change is never read as more than -98 % or times 50: beyond that it only says "all of it".
_MOST = log(50.0)


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What names the trouble first; then totals before segments, the least likely, the largest change."""
    ordered = sorted(
        findings,
        key=lambda f: (f.key.depth == 2, -_surprise(f), -min(abs(f.relative_change), 10.0), str(f.key), f.start),
    )
    named = _leading_kpi([f for f in ordered if f.key.depth < 2] or ordered)
    first = sorted(
        (f for f in ordered if f.key.kpi == named and f.key.depth < 2),
        key=lambda f: (f.key.channel is not None, -abs(f.observed - f.expected), str(f.key), f.start),
    )
    first = first or [f for f in ordered if f.key.kpi == named]
    return tuple(first + [f for f in ordered if f not in first])


def _leading_kpi(ordered: Sequence[Finding]) -> str | None:
    """The KPI of the headline; None where nothing is found."""
    if not ordered:
        return None
    surest = max((_surprise(f) for f in ordered if f.key.kpi in _STAGE), default=0.0)
    kpis: dict[str, list[Finding]] = {}
    for finding in ordered:
        if finding.key.kpi in _STAGE and _surprise(finding) >= _AS_SURE * surest:
            kpis.setdefault(finding.key.kpi, []).append(finding)
    if not kpis:
        return ordered[0].key.kpi
    largest, widest = (max(measure(f) for f in kpis.values()) for measure in (_size, _width))
    able = [kpi for kpi, f in kpis.items() if _size(f) >= _AS_MUCH * largest and _width(f) >= _AS_WIDE * widest]
    return min(able, key=_STAGE.__getitem__) if able else max(kpis, key=lambda k: (_width(kpis[k]) * _size(kpis[k]), k))


def _size(findings: Sequence[Finding]) -> float:
    """Log change of the whole business, else of the channels together."""
    whole = [f for f in findings if f.key.channel is None and not f.key.segment] or findings
    observed, expected = sum(f.observed for f in whole), sum(f.expected for f in whole)
    if observed <= 0 or expected <= 0:
        return 0.0 if observed == expected else _MOST
    return min(abs(log(observed / expected)), _MOST)


def _width(findings: Sequence[Finding]) -> int:
    """In how many channels; the whole business is wider than any of them."""
    channels = {f.key.channel for f in findings}
    return 1000 if None in channels else len(channels)


def _surprise(finding: Finding) -> float:
    """How unlikely, in orders of magnitude, capped: beyond six a p-value only says "certainly"."""
    return round(min(-log10(max(finding.p_value, 1e-300)), 6.0), 1)
