"""Which silences hold now, and whether by them an incident is told to nobody."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from config.outputs import Severity
from config.settings import Settings
from daemon import explaining
from daemon.model import Incident
from daemon.silences import Silence, planned, silencing
from daemon.store import Connection, silences
from daemon.watch import Watch


def known(connection: Connection, settings: Settings, now: datetime) -> list[Silence]:
    """The silences that are not over, those to come among them: those of the configuration, then those made by command."""
    written = planned(settings.silences, ZoneInfo(settings.timezone))
    return [s for s in written if s.until > now] + silences.load_all(connection, after=now)


def in_force(watch: Watch, now: datetime) -> list[Silence]:
    """The silences that hold in a cycle. None does in a replay: it shows what would have been told."""
    if watch.is_replay:
        return []
    with watch.store.reading() as connection:
        return [s for s in known(connection, watch.settings, now) if s.holds(now)]


def why_silent(watch: Watch, held: Sequence[Silence], incident: Incident, now: datetime) -> str:
    """By which silence nobody is told of an incident as it stands now; empty: by none."""
    keys = [f.key for f in incident.findings]
    found = silencing(held, keys, Severity.INFO)
    if any(s.max_severity is not Severity.CRITICAL for s in found):
        seen = all(f.key.check in watch.views for f in incident.findings)
        severity = explaining.explain(watch, incident, now).severity if seen else incident.severity
        found = silencing(held, keys, severity)
    return "; ".join(s.why(watch.zone) for s in found)
