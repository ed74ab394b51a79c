"""The warning before a silence ends while what it keeps from people still stands: else it would end with a bang. Each is given once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2s
from zoneinfo import ZoneInfo

from config.outputs import Severity
from config.settings import Settings
from daemon.alerts import dates
from daemon.alerts.alert import Alert
from daemon.model import Change, Incident, Status
from daemon.outbox import announce
from daemon.routing import destinations, without_pagers
from daemon.silences import Silence, silencing
from daemon.silencing import known
from daemon.store import Connection, Store, incidents, undelivered
from daemon.store.deliveries import SILENCE
from daemon.waiting import waits

# A day is time to look and to prolong it; of a short silence a quarter is left.
_BEFORE, _PART = timedelta(days=1), 4
_MOST_ITEMS = 10


def warn(settings: Settings, store: Store, now: datetime) -> int:
    """Queue a warning for every silence that ends soon and has not been warned of. Returns how many were queued.

    Raises:
        StoreError: the state cannot be read or written.
    """
    with store.reading() as connection:
        held = known(connection, settings, now)
        soon = [
            s
            for s in held
            if s.holds(now) and is_soon(s, now) and undelivered.told_of(connection, _id(s), Change.OPENED)[0] is None
        ]
    if not soon:
        return 0
    with store.transaction() as connection:
        return sum(_warn(connection, settings, silence, held, now) for silence in soon)


def is_soon(silence: Silence, now: datetime) -> bool:
    """Whether it is time to warn of its end."""
    whole = silence.until - silence.begun if silence.begun is not None else _BEFORE * _PART
    return now < silence.until <= now + min(_BEFORE, whole / _PART)


def standing(silence: Silence, held: Sequence[Silence], found: Sequence[Incident]) -> list[Incident]:
    """The open incidents that people will hear of when the silence is over, unless they end before. Pure."""
    held = [s for s in held if s is silence or s.holds(silence.until) or s.until == silence.until]
    longer = [s for s in held if s.until > silence.until]

    def is_told_then(incident: Incident) -> bool:
        keys = [f.key for f in incident.findings]
        by = silencing([s for s in held if s.until >= silence.until], keys, incident.severity)
        return silence in by and not silencing(longer, keys, incident.severity)

    return [i for i in found if i.status is Status.OPEN and not i.known_at_start and is_told_then(i)]


def _warn(connection: Connection, settings: Settings, silence: Silence, held: Sequence[Silence], now: datetime) -> int:
    stands = standing(silence, held, incidents.recent(connection, status=Status.OPEN))
    concerned = {i.id: destinations(settings, i) for i in stands}
    queued = 0
    for name in without_pagers(settings, (n for to in concerned.values() for n in to)):
        own = [i for i in stands if name in concerned[i.id]]
        alert = _alert(silence, own, ZoneInfo(settings.timezone), now)
        queued += announce(connection, alert, [name], now, waits(settings, [name], alert.severity, now))
    return queued


def _alert(silence: Silence, stands: Sequence[Incident], zone: ZoneInfo, now: datetime) -> Alert:
    more = [f"and {len(stands) - _MOST_ITEMS} more"] if len(stands) > _MOST_ITEMS else []
    trouble = "the trouble" if len(stands) == 1 else f"{len(stands)} troubles"
    stand = "stands" if len(stands) == 1 else "stand"
    return Alert(
        incident_id=_id(silence),
        change=Change.OPENED,
        severity=Severity.INFO,
        headline=f"A silence ends {dates.moment(silence.until, zone, now)}, and {trouble} it hides still {stand}",
        subject=f"The silence of {silence.what}",
        numbers=f"{silence.author} silenced {silence.what}: {silence.reason}.",
        items=(*(i.title for i in stands[:_MOST_ITEMS]), *more),
        verify=("channelwatch incidents: what is open, silenced or not",),
        action="Let it end and be told, or make another silence",
        at=now.astimezone(zone).isoformat(),
    )


def _id(silence: Silence) -> str:
    """The same for a silence whatever its place in the configuration, another when its end is put off."""
    end = f"{silence.until:%Y%m%d-%H%M}"
    name = silence.name if silence.begun else f"planned-{blake2s(silence.what.encode(), digest_size=4).hexdigest()}"
    return f"{SILENCE}{name}-{silence.author[:20]}-{end}"[:64]
