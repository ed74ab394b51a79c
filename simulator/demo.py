"""The six problems of the demo, in the last eight weeks of the simulated time, between things that are harmless."""

from datetime import date, timedelta

from simulator.planted import Planted

DEMO_START = date(2024, 9, 2)
DEMO_DAYS = 425
"""Fourteen months, up to and including 31 October 2025."""
FIRST_PULL_DAYS_BEFORE_END = 63


def planted(start: date = DEMO_START, days: int = DEMO_DAYS) -> list[Planted]:
    """Return the demo's problems, placed by their distance from the end."""
    end = start + timedelta(days=days)

    def before_end(number: int) -> date:
        return end - timedelta(days=number)

    return [
        Planted(
            kind="budget_exhausted",
            start=before_end(54),
            days=5,
            severity=0.52,
            scope={"channel": ("paid_search",), "campaign": ("shopping_furniture",)},
        ),
        Planted(
            kind="email_deliverability", start=before_end(39), days=8, severity=0.72, scope={"provider": ("gmail",)}
        ),
        Planted(kind="duplicate_load", start=before_end(29), days=3, severity=1.0, scope={"table": ("stores",)}),
        Planted(kind="call_queue_overload", start=before_end(24), days=4, severity=0.45, scope={"site": ("cork",)}),
        Planted(kind="checkout_failure", start=before_end(18), days=3, severity=0.44, scope={"device": ("mobile",)}),
        Planted(kind="tracking_break_site", start=before_end(11), days=3, severity=0.86),
    ]


def lead_planted(start: date = DEMO_START, days: int = DEMO_DAYS) -> list[Planted]:
    """Return the lead business's problems."""
    return _placed(
        [
            ("auction_competition", 52, 9, 0.45, {"channel": ("paid_search",), "campaign": ("solar_roof",)}),
            ("landing_page_broken", 34, 4, 0.8, {"channel": ("paid_social",), "campaign": ("homeowners",)}),
            ("call_line_outage", 22, 2, 0.95, {"site": ("tralee",)}),
            ("tracking_conversion_only", 12, 3, 0.8, {}),
        ],
        start + timedelta(days=days),
    )


def app_planted(start: date = DEMO_START, days: int = DEMO_DAYS) -> list[Planted]:
    """Return the app's problems."""
    return _placed(
        [
            ("creative_fatigue", 56, 28, 0.5, {"channel": ("paid_social",)}),
            ("checkout_failure", 21, 4, 0.7, {"device": ("android",)}),
            ("unit_or_currency", 10, 5, 0.4, {"channel": ("apple_search_ads",)}),
        ],
        start + timedelta(days=days),
    )


def local_planted(start: date = DEMO_START, days: int = DEMO_DAYS) -> list[Planted]:
    """Return the local service's problems."""
    return _placed(
        [
            ("budget_cut_or_pause", 40, 7, 0.8, {"channel": ("paid_search",)}),
            ("call_line_outage", 20, 2, 1.0, {"site": ("north_shore",)}),
            ("utm_misattribution", 12, 8, 0.6, {"channel": ("paid_search",)}),
        ],
        start + timedelta(days=days),
    )


def _placed(plan: list[tuple[str, int, int, float, dict[str, tuple[str, ...]]]], end: date) -> list[Planted]:
    """Place problems by their distance from the end: kind, days before it, days that it lasts, severity, scope."""
    return [
        Planted(kind=kind, start=end - timedelta(days=before), days=lasts, severity=severity, scope=scope)
        for kind, before, lasts, severity, scope in plan
    ]
