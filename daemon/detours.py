"""What is critical takes another way while its destination is out: `if_broken` of a route names it.

Whoever hears of an incident that way hears what becomes of it, too. The destination that was out gets its own message when it
takes messages again, which then says that it comes late.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from config.outputs import Severity
from config.settings import Settings
from daemon.alerts import dates
from daemon.model import Change, Incident, Status
from daemon.outbox import enqueue
from daemon.routing import routes_of
from daemon.store import Connection, Store, deliveries, incidents, undelivered
from daemon.store.deliveries import Delivery, State
from daemon.waiting import waits

log = structlog.get_logger(__name__)


def take(settings: Settings, store: Store, out: Mapping[str, datetime], now: datetime) -> int:
    """Queue what is critical and waits in vain for its stand-ins. Returns how many messages that were.

    out: the destinations that have taken nothing for long, and since when. Not beside a cycle, which would not see whom this
    has told.

    Raises:
        StoreError: the state cannot be read or written.
    """
    if not out or not any(route.if_broken for route in settings.routes):
        return 0
    with store.transaction() as connection:
        return sum(_around(connection, settings, name, since, out, now) for name, since in out.items())


def _around(
    connection: Connection, settings: Settings, name: str, since: datetime, out: Mapping[str, datetime], now: datetime
) -> int:
    newest = {d.incident_id: d for d in undelivered.critical(connection, name, now)}
    queued = 0
    for incident_id, delivery in newest.items():
        incident = incidents.load_tracked(connection, incident_id)
        if incident is None or incident.status is not Status.OPEN:
            continue
        to = _stand_ins(settings, incident, name, out)
        if to:
            queued += _sent(connection, settings, incident, delivery, to, since, now)
    return queued


def _stand_ins(settings: Settings, incident: Incident, name: str, out: Mapping[str, datetime]) -> list[str]:
    """Who is asked instead: those that work, and do not know of it already."""
    named = [other for route in routes_of(settings, incident, name) for other in route.if_broken]
    return [other for other in dict.fromkeys(named) if other not in out and other not in incident.told_to]


def _sent(
    connection: Connection,
    settings: Settings,
    incident: Incident,
    delivery: Delivery,
    to: list[str],
    since: datetime,
    now: datetime,
) -> int:
    zone = ZoneInfo(settings.timezone)
    why = f"Sent here because no message reaches {delivery.destination} since {dates.moment(since, zone, now)}."
    queued = enqueue(
        connection,
        {**delivery.payload, "possible_repeat": False, "facts": [*delivery.payload["facts"], why]},
        incident_id=incident.id,
        change=Change(delivery.change),
        destinations=to,
        now=now,
        not_before=waits(settings, to, Severity.CRITICAL, now),
    )
    incidents.record(
        connection,
        replace(incident, told_to=(*incident.told_to, *to)),
        at=now,
        change=Change.NOTHING,
        reason=f"told {', '.join(to)} as well: no message reaches {delivery.destination}",
    )
    if delivery.state is State.QUEUED:
        late = f"Told {', '.join(to)} {dates.moment(now, zone, now)}, while nothing could be sent here."
        facts = [*delivery.payload["facts"], late]
        deliveries.reword(connection, delivery.id, {**delivery.payload, "facts": facts})
    log.error("delivery_detoured", incident=incident.id, destination=delivery.destination, told=to)
    return queued
