"""How much an incident matters: money first, then how much of what is gone."""

from config.outputs import Severity
from config.settings import Settings
from daemon.grouping import is_data_fault
from daemon.model import Incident
from detectors.finding import Finding, Shape

# A loss of this part of the business' own daily money is critical; so is a total that lost half.
_CRITICAL_SHARE = 0.05
_CRITICAL_DROP = -0.5


def severity(incident: Incident, settings: Settings, *, money_per_day: float | None) -> Severity:
    """money_per_day: what the whole business is expected to make in a day, where known."""
    totals = [f for f in incident.findings if f.key.depth < 2] or list(incident.findings)
    if is_data_fault(incident.findings[0]):
        return Severity.WARNING
    impact = incident.impact
    merits = {_merit(f, settings) for f in totals}
    earns = impact is not None and impact.lower is not None and impact.lower > 0
    if 1 in merits and (earns or -1 not in merits):  # KPIs that are neither good nor bad, such as spend, do not count
        return Severity.INFO
    if impact is not None and impact.per_day is not None and money_per_day:
        surely = impact.upper is None or impact.upper < 0  # what may be no loss at all wakes nobody
        if surely and impact.per_day <= -_CRITICAL_SHARE * money_per_day:
            return Severity.CRITICAL
        if impact.recorded_value == impact.value:
            return Severity.WARNING
    halved = any(
        f.key.channel is None and _merit(f, settings) <= 0 and f.relative_change <= _CRITICAL_DROP for f in totals
    )
    return Severity.CRITICAL if halved else Severity.WARNING


def _merit(finding: Finding, settings: Settings) -> int:
    """+1 for good news, -1 for bad, 0 where the KPI has no good direction, or only its scatter changed."""
    kpi = settings.kpis.get(finding.key.kpi)
    if kpi is None or kpi.good == "none" or finding.shape is Shape.VARIANCE:
        return 0
    return 1 if kpi.good == ("up" if finding.observed > finding.expected else "down") else -1
