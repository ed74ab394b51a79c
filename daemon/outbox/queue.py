"""Puts an alert into the queue, inside the transaction of the cycle that decided it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from daemon.model import Change
from daemon.store import Connection, deliveries
from daemon.store.deliveries import State

_ENDS = (Change.RESOLVED, Change.RETRACTED)
_BEGINS = (Change.OPENED, Change.REOPENED)
_LATE = "The first notice of this could not be delivered in time."


def enqueue(
    connection: Connection,
    alert: Mapping[str, Any],
    *,
    incident_id: str,
    change: Change,
    destinations: Iterable[str],
    now: datetime,
) -> int:
    """Queue an alert (`Alert.to_dict()`) once for each destination. Returns how many are new.

    The same alert is never queued twice. The end of an incident takes the place of notices that still wait: one message
    says both. It is sent at once whatever `now` is, since a cycle may be run for another time than the present.
    """
    added = 0
    for destination in dict.fromkeys(destinations):
        key = _key(alert, incident_id, change, destination)
        payload = dict(alert)
        if change in _ENDS:
            payload = _take_over(connection, payload, key, incident_id, destination, now)
        added += deliveries.add(
            connection,
            incident_id=incident_id,
            change=str(change),
            destination=destination,
            key=key,
            payload=payload,
            now=now,
        )
    return added


def _take_over(
    connection: Connection, payload: dict[str, Any], key: str, incident_id: str, destination: str, now: datetime
) -> dict[str, Any]:
    unsent = [d for d in deliveries.unsent(connection, incident_id, destination) if d.key != key]
    deliveries.collapse(connection, [d.id for d in unsent if d.state is State.QUEUED], into=key, now=now)
    if any(d.change in _BEGINS for d in unsent):
        return {**payload, "facts": [*payload["facts"], _LATE]}
    return payload


def _key(alert: Mapping[str, Any], incident_id: str, change: Change, destination: str) -> str:
    """The same for the same words about the same change, whenever and however often they are queued."""
    text = json.dumps([incident_id, change, destination, alert], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:40]
