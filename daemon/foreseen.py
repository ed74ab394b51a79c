"""The calendar lines that would have explained an incident beforehand. Pure."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

from daemon.model import Incident


def calendar_lines(incident: Incident, title: str, zone: ZoneInfo) -> list[str]:
    """Lines of `calendar: events:` in YAML, one event for each channel; without a channel where the business is off."""
    named = {f.key.channel for f in incident.findings}
    channels = [None] if None in named else sorted(c for c in named if c is not None)
    start = incident.started_at.astimezone(zone).date()
    end = max(start, ((incident.ended_at or incident.started_at) - timedelta(seconds=1)).astimezone(zone).date())
    lines = ["calendar:", "  events:"]
    for channel in channels:
        told = json.dumps(title or incident.title, ensure_ascii=False)
        whose = f", channel: {channel}" if channel else ""
        lines.append(f"    - {{title: {told}, start: {start}, end: {end}{whose}, action: explain}}")
    return lines
