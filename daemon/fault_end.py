"""Whether a fault of the data is over, and until when it was seen. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from daemon.grouping import DATA_SHAPES, is_data_fault
from daemon.judging import View
from daemon.model import Incident
from detectors.finding import Finding


def seen_off_at(incident: Incident) -> datetime:
    """When an incident was last seen to go on."""
    return incident.updated_at or incident.first_detected_at


def stood_still_until(incident: Incident, views: Mapping[str, View]) -> datetime | None:
    """The end of the last period of which it was told that values stand still; None for other faults of the data."""
    finding = incident.findings[0]
    view = views.get(finding.key.check)
    if finding.shape in DATA_SHAPES or finding.end is not None or view is None:
        return None
    axis = view.panel.axis
    until = min(axis.position(seen_off_at(incident)), len(axis))
    return axis.start(until) if until > axis.position(finding.start) else None


def has_arrived(
    incident: Incident, findings: Sequence[Finding], views: Mapping[str, View], judged: Mapping[str, int]
) -> bool:
    """Whether a data fault is over: every cycle that reads the table reports it again for as long as it lasts.

    That values stand still is only seen where a period is judged.
    """
    checks = {f.key.check for f in incident.findings}
    read = checks & views.keys() if incident.findings[0].shape in DATA_SHAPES else {c for c in checks if judged.get(c)}
    return checks == read and not any(is_data_fault(f) for f in findings)
