"""Which destinations an incident goes to, and from when on it may arrive there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from config.outputs import Severity
from config.routes import Route
from config.settings import Settings
from config.tune import matches
from daemon.arrival import may_arrive
from daemon.model import Incident

_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}

# The name by which routes and overrides speak of measures without a channel.
BUSINESS = "business"


def destinations(settings: Settings, incident: Incident) -> tuple[str, ...]:
    """Names of the destinations of all routes that want the incident, each once, in the order of the routes."""
    return _to(_wanting(settings, *_of(incident), incident.severity))


def not_before(
    settings: Settings, incidents: Sequence[Incident], to: Sequence[str], now: datetime
) -> Mapping[str, datetime]:
    """Destination -> when a message about these incidents may arrive there, where that is later than `now`.

    Where several routes lead to one destination, the one that lets the message through first decides.
    """
    held = {name: min(_opens(settings, i, name, now) for i in incidents) for name in to}
    return {name: instant for name, instant in held.items() if instant > now}


def _opens(settings: Settings, incident: Incident, name: str, now: datetime) -> datetime:
    channels, kpis = _of(incident)
    routes = [r for r in _wanting(settings, channels, kpis, incident.severity) if name in r.to]
    # It was told of while it mattered more: then the routes that would have it at any severity decide.
    routes = routes or [r for r in settings.routes if name in r.to and _concerns(settings, r, channels, kpis)]
    return min((may_arrive(r, incident.severity, zone_of(r, settings), now) for r in routes), default=now)


def waits(settings: Settings, to: Sequence[str], severity: Severity, now: datetime) -> Mapping[str, datetime]:
    """As `not_before`, for a message about no incident: every route to a destination may let it through."""
    opens = {
        name: [may_arrive(r, severity, zone_of(r, settings), now) for r in settings.routes if name in r.to]
        for name in to
    }
    return {name: min(instants) for name, instants in opens.items() if instants and min(instants) > now}


def zone_of(route: Route, settings: Settings) -> ZoneInfo:
    """The zone of a route's quiet hours."""
    return ZoneInfo(route.timezone or settings.timezone)


def goes_to(settings: Settings, channel: str, kpi: str, severity: Severity) -> tuple[str, ...]:
    """Where an incident of one channel (or `business`) and KPI would go."""
    return _to(_wanting(settings, {channel}, {kpi}, severity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrouted:
    """What nobody would hear of: severities of these channels; kpis: only these, empty: all."""

    channels: tuple[str, ...]
    severities: tuple[Severity, ...]
    kpis: tuple[str, ...] = ()


def unrouted(settings: Settings) -> tuple[Unrouted, ...]:
    """Channels, severities and KPIs that no route wants; those that are alike together."""
    alike: dict[tuple[tuple[Severity, ...], tuple[str, ...]], list[str]] = {}
    for channel in (*settings.channels, BUSINESS):
        gaps: dict[tuple[str, ...], list[Severity]] = {}
        for severity in Severity:
            lost = tuple(kpi for kpi in settings.kpis if not goes_to(settings, channel, kpi, severity))
            if lost:
                gaps.setdefault(lost, []).append(severity)
        for kpis, severities in gaps.items():
            alike.setdefault((tuple(severities), kpis), []).append(channel)
    return tuple(
        Unrouted(
            channels=tuple(channels),
            severities=severities,
            kpis=() if len(kpis) == len(settings.kpis) else kpis,
        )
        for (severities, kpis), channels in alike.items()
    )


def _of(incident: Incident) -> tuple[set[str], set[str]]:
    return {f.key.channel or BUSINESS for f in incident.everything}, {f.key.kpi for f in incident.everything}


def _to(routes: Iterator[Route]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for route in routes for name in route.to))


def _wanting(settings: Settings, channels: set[str], kpis: set[str], severity: Severity) -> Iterator[Route]:
    """The routes that want it; the fallbacks where no other does."""

    def wanting(*, fallback: bool) -> list[Route]:
        return [
            route
            for route in settings.routes
            if route.fallback is fallback
            and _RANK[severity] >= _RANK[route.min_severity]
            and _concerns(settings, route, channels, kpis)
        ]

    yield from wanting(fallback=False) or wanting(fallback=True)


def _concerns(settings: Settings, route: Route, channels: set[str], kpis: set[str]) -> bool:
    owners = {settings.channels[c].owner or "" for c in channels if c in settings.channels}
    return (
        _any(route.channels, channels)
        and _any(route.kpis, kpis)
        and _any([o.removeprefix("@") for o in route.owners], {o.removeprefix("@") for o in owners})
    )


def _any(patterns: Sequence[str], words: set[str]) -> bool:
    return not patterns or any(matches(pattern, word) for pattern in patterns for word in words)
