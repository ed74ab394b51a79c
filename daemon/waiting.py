"""From when on a message may arrive, and what it waits for until then. Pure.

Three things make it wait: its route's quiet hours or time of day, what else may belong to an incident that has just begun, and
the time between two updates. An end waits for quiet hours alone, and so does what became critical, unless a route says otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from config.outputs import Severity
from config.routes import Route
from config.settings import Settings
from config.units import span
from daemon.arrival import is_quiet, may_arrive
from daemon.model import Change, Incident
from daemon.routing import routes_of, zone_of

_BEGINS = (Change.OPENED, Change.REOPENED)
_ENDS = (Change.RESOLVED, Change.RETRACTED)
QUIET, TIME_OF_DAY = "the end of quiet hours", "its time of day"
MORE, UPDATES, MUTE = "what else belongs to it", "the time between two updates", "the end of a mute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Until when a message waits, and what for, as people read it after `waits for`."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a destination knows of an incident. at: when the newest message was meant to arrive there; None: it knows nothing.

    due: when a first notice that still waits may arrive. severity: as it was told last.
    """

    at: datetime | None = None
    due: datetime | None = None
    severity: Severity | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the first notice itself still waits, so that nobody there knows of the incident."""
        return self.at is None and self.due is not None


UNKNOWN = Past()


def not_before(
    settings: Settings,
    incidents: Sequence[Incident],
    to: Sequence[str],
    now: datetime,
    *,
    change: Change = Change.OPENED,
    past: Mapping[str, Past] | None = None,
) -> Mapping[str, Wait]:
    """Destination -> until when a message about these incidents waits there, where it does. past: what is known there of the one it is about.

    Where several routes lead to one destination, the one that lets the message through first decides.
    """
    known = past or {}
    waits = {
        name: min(
            (_wait(settings, i, name, change, known.get(name, UNKNOWN), now) for i in incidents), key=lambda w: w.until
        )
        for name in to
    }
    return {name: wait for name, wait in waits.items() if wait.until > now}


def waits(settings: Settings, to: Sequence[str], severity: Severity, now: datetime) -> Mapping[str, Wait]:
    """As `not_before`, for a message about no incident: every route to a destination may let it through."""
    found = {}
    for name in to:
        own = [_quiet(r, severity, zone_of(r, settings), now, "") for r in settings.routes if name in r.to]
        if own and (first := min(own, key=lambda w: w.until)).until > now:
            found[name] = first
    return found


def _wait(settings: Settings, incident: Incident, name: str, change: Change, past: Past, now: datetime) -> Wait:
    own = [
        _of_route(r, incident.severity, change, past, zone_of(r, settings), now)
        for r in routes_of(settings, incident, name)
    ]
    return min(own, key=lambda w: w.until, default=Wait(until=now, why=""))


def _of_route(route: Route, severity: Severity, change: Change, past: Past, zone: ZoneInfo, now: datetime) -> Wait:
    until, why = now, ""
    is_new = (
        severity is Severity.CRITICAL and past.severity is not Severity.CRITICAL
    )  # what became critical waits for nothing
    if change in _ENDS or is_new:
        pass
    elif change in _BEGINS or past.at is None or past.due is not None:
        if route.wait is not None and severity is not Severity.CRITICAL:
            joins = past.due if change not in _BEGINS else None  # what waits already, and nothing waits longer for it
            until, why = joins or now + span(route.wait), MORE
    elif route.update_every is not None:
        until, why = past.at + span(route.update_every), UPDATES
    return _quiet(route, severity, zone, max(until, now), why)


def _quiet(route: Route, severity: Severity, zone: ZoneInfo, earliest: datetime, why: str) -> Wait:
    opens = may_arrive(route, severity, zone, earliest)
    if opens == earliest:
        return Wait(until=earliest, why=why)
    return Wait(until=opens, why=QUIET if is_quiet(route, zone, earliest) else TIME_OF_DAY)
