"""Kinds of events and changes that causes understand: each is a context flag of the vocabulary."""

from collections.abc import Mapping

FLAG_OF_KIND: Mapping[str, str] = {
    "holiday": "calendar_event",
    "promo": "promo_flag",
    "budget_change": "budget_limit",
    "bid_change": "bid_change",
    "campaign_start": "launch",
    "campaign_end": "active_ads",
    "deploy": "deploy",
    "release": "deploy",
    "tracking_change": "deploy",
    "launch": "launch",
    "experiment": "experiment_flag",
    "offline_flight": "offline_flight",
    "local_event": "local_event",
}
# What is done at one moment. A feed tells of such alone: what lasts for days stands in the calendar.
MOMENTS = frozenset(
    {
        "budget_change",
        "bid_change",
        "campaign_start",
        "campaign_end",
        "deploy",
        "release",
        "tracking_change",
        "launch",
        "experiment",
    }
)
