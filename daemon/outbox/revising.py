"""What people said, shown in the messages that can still be changed: an edit is queued like an alert, and notifies nobody."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from daemon.store import Connection, deliveries
from daemon.store.deliveries import SAID, State


def revise(
    connection: Connection, incident_id: str, said: Sequence[str], destinations: Iterable[str], now: datetime
) -> tuple[str, ...]:
    """Queue the newest message of an incident once more, with what people said. Returns the destinations that show it.

    destinations: those that can change a message. Where none was sent there is nothing to change.
    """
    return tuple(name for name in destinations if _revise(connection, incident_id, said, name, now))


def _revise(connection: Connection, incident_id: str, said: Sequence[str], destination: str, now: datetime) -> bool:
    newest = deliveries.newest_of(connection, incident_id, destination)
    if newest is None:
        return False
    payload = {**_anew(newest.payload, now), "said": list(said), "silent": True, "possible_repeat": False}
    key = _key(newest.id, destination, payload)
    if newest.change == SAID and newest.state is State.QUEUED:
        deliveries.collapse(connection, [newest.id], into=key, now=now)
    return deliveries.add(
        connection,
        incident_id=incident_id,
        change=SAID,
        destination=destination,
        key=key,
        payload=payload,
        now=now,
    )


def _anew(payload: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Made now, so that its links are fresh."""
    at = payload.get("at")
    made = now.astimezone(datetime.fromisoformat(at).tzinfo).isoformat() if at else at
    return {**payload, "at": made, "due": ""}


def _key(newest: int, destination: str, payload: object) -> str:
    text = json.dumps([SAID, newest, destination, payload], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:40]
