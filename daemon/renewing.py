"""What waits to be told for the first time says how things stood at the newest look, not when it began to wait."""

from dataclasses import replace
from datetime import datetime

from daemon import explaining
from daemon.model import Change, Status
from daemon.store import Connection, deliveries
from daemon.transition import Transition, Why
from daemon.watch import Watch


def renew(connection: Connection, watch: Watch, transition: Transition, now: datetime) -> None:
    """Reword the first notices of an incident that goes on, wherever they wait for their time (a quiet weekend)."""
    incident = transition.incident
    if transition.why is not Why.GOES_ON or incident.status is not Status.OPEN or incident.known_at_start:
        return
    waiting = [d for d in deliveries.waiting(connection, incident.id) if d.change == Change.OPENED]
    if not waiting:
        return
    anew = explaining.alert(watch, replace(transition, change=Change.OPENED, why=Why.FIRST_SEEN), now).to_dict()
    own = len(anew["facts"])
    for row in waiting:
        facts = [*anew["facts"], *row.payload["facts"][own:]]  # what was said of the day it began stays
        deliveries.reword(connection, row.id, {**anew, "facts": facts, "due": row.payload.get("due", "")})
