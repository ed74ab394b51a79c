"""Which destinations an incident goes to."""

from config.outputs import Route, Severity
from config.settings import Settings
from daemon.model import Incident

_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}

# The name by which routes and overrides speak of measures without a channel.
BUSINESS = "business"


def destinations(settings: Settings, incident: Incident) -> tuple[str, ...]:
    """Names of the destinations of all routes that want the incident, each once, in the order of the routes."""
    wanted = [name for route in settings.routes if _wants(route, incident) for name in route.to]
    return tuple(dict.fromkeys(wanted))


def _wants(route: Route, incident: Incident) -> bool:
    channels = {f.key.channel or BUSINESS for f in incident.findings}
    kpis = {f.key.kpi for f in incident.findings}
    return (
        _RANK[incident.severity] >= _RANK[route.min_severity]
        and (not route.channels or bool(channels & set(route.channels)))
        and (not route.kpis or bool(kpis & set(route.kpis)))
    )
