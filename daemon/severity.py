"""How much an incident matters: money first, then how much of what is gone."""

from config.outputs import Severity
from config.settings import Settings
from daemon.grouping import DATA_SHAPES
from daemon.model import Incident
from detectors.finding import Finding

# A loss of this part of the business' own daily money is critical; so is a total that lost half.
_CRITICAL_SHARE = 0.05
_CRITICAL_DROP = -0.5


def severity(incident: Incident, settings: Settings, *, money_per_day: float | None) -> Severity:
    """money_per_day: what the whole business is expected to make in a day, where known."""
    totals = [f for f in incident.findings if f.key.depth < 2] or list(incident.findings)
    if all(_is_good(f, settings) for f in totals):
        return Severity.INFO
    if incident.findings[0].shape in DATA_SHAPES:
        return Severity.WARNING
    impact = incident.impact
    if impact is not None and impact.per_day is not None and money_per_day:
        if impact.per_day <= -_CRITICAL_SHARE * money_per_day:
            return Severity.CRITICAL
        if impact.recorded_value == impact.value:
            return Severity.WARNING
    business = [f for f in totals if f.key.channel is None and not _is_good(f, settings)]
    return Severity.CRITICAL if any(f.relative_change <= _CRITICAL_DROP for f in business) else Severity.WARNING


def _is_good(finding: Finding, settings: Settings) -> bool:
    """Whether the change is good news, by the KPI's good direction."""
    kpi = settings.kpis.get(finding.key.kpi)
    good = kpi.good if kpi else "none"
    return finding.shape not in DATA_SHAPES and good == ("up" if finding.observed > finding.expected else "down")
