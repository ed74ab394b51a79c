"""Which destinations an incident goes to; `waiting` says from when on it may arrive there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from config.outputs import Severity, is_pager
from config.routes import Route
from config.settings import Settings
from config.tune import matches
from daemon.model import Incident

_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}

# The name by which routes and overrides speak of measures without a channel.
BUSINESS = "business"


def destinations(settings: Settings, incident: Incident) -> tuple[str, ...]:
    """Names of the destinations of all routes that want the incident, each once, in the order of the routes."""
    return _to(_wanting(settings, *_of(incident), incident.severity))


def routes_to(settings: Settings, incident: Incident, name: str) -> list[Route]:
    """The routes that want the incident at a destination."""
    return [r for r in _wanting(settings, *_of(incident), incident.severity) if name in r.to]


def routes_of(settings: Settings, incident: Incident, name: str) -> list[Route]:
    """The same; of what was told while it mattered more, those that would have it at any severity."""
    of = _of(incident)
    return routes_to(settings, incident, name) or [
        r for r in settings.routes if name in r.to and _concerns(settings, r, *of)
    ]


def concerns(settings: Settings, incident: Incident, name: str) -> bool:
    """Whether an incident is a matter of a destination at any severity; where no route leads everything is."""
    leading = [r for r in settings.routes if name in r.to]
    of = _of(incident)
    if not leading or name in incident.told_to:
        return True
    if any(not r.fallback and _concerns(settings, r, *of) for r in leading):
        return True
    return bool(routes_to(settings, incident, name))


def concerned(settings: Settings, name: str) -> Callable[[str | None, str], bool]:
    """The same of totals: a function of a channel (None: the whole business) and a KPI."""
    leading = [r for r in settings.routes if name in r.to]

    def is_concerned(channel: str | None, kpi: str) -> bool:
        return not leading or any(_concerns(settings, r, {channel or BUSINESS}, {kpi}) for r in leading)

    return is_concerned


def without_pagers(settings: Settings, names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, but for those where a message opens something that somebody has to close: what has no end is not for them."""
    known = settings.destinations
    return tuple(n for n in dict.fromkeys(names) if n not in known or not is_pager(known[n]))


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
