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
    end = start + timedelta(days=days)
    plan = [
        ("auction_competition", 52, 9, 0.45, {"channel": ("paid_search",), "campaign": ("solar_roof",)}),
        ("landing_page_broken", 34, 4, 0.8, {"channel": ("paid_social",), "campaign": ("homeowners",)}),
        ("call_line_outage", 22, 2, 0.95, {"site": ("tralee",)}),
        ("tracking_conversion_only", 12, 3, 0.8, {}),
    ]
    return [
        Planted(kind=kind, start=end - timedelta(days=before), days=lasts, severity=severity, scope=scope)
        for kind, before, lasts, severity, scope in plan
    ]
