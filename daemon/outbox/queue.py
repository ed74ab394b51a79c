"""Puts an alert into the queue, inside the transaction of the cycle that decided it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from daemon.alerts.alert import Alert
from daemon.model import Change
from daemon.store import Connection, deliveries
from daemon.store.deliveries import State

_ENDS = (Change.RESOLVED, Change.RETRACTED)
_BEGINS = (Change.OPENED, Change.REOPENED)
_LATE = "The first notice of this could not be delivered in time."
_QUIET = "The first notice of this waited for the end of quiet hours."


def enqueue(
    connection: Connection,
    alert: Mapping[str, Any],
    *,
    incident_id: str,
    change: Change,
    destinations: Iterable[str],
    now: datetime,
    not_before: Mapping[str, datetime] | None = None,
) -> int:
    """Queue an alert (`Alert.to_dict()`) once for each destination. Returns how many are new.

    not_before: destination -> when it may arrive there. Elsewhere it is sent at once, whatever `now` is, since a cycle
    may be run for another time than the present.

    The same alert is never queued twice. The end of an incident takes the place of notices that still wait: one message
    says both. So does later news of what waits for the end of quiet hours.
    """
    added = 0
    for destination in dict.fromkeys(destinations):
        key = _key(alert, incident_id, change, destination)
        payload = _taking_over(connection, dict(alert), change, key, incident_id, destination, now)
        added += deliveries.add(
            connection,
            incident_id=incident_id,
            change=str(change),
            destination=destination,
            key=key,
            payload=payload,
            now=now,
            not_before=(not_before or {}).get(destination),
        )
    return added


def announce(
    connection: Connection,
    alert: Alert,
    to: Iterable[str],
    now: datetime,
    not_before: Mapping[str, datetime] | None = None,
) -> int:
    """Queue finished words for their destinations; see `enqueue`."""
    return enqueue(
        connection,
        alert.to_dict(),
        incident_id=alert.incident_id,
        change=alert.change,
        destinations=to,
        now=now,
        not_before=not_before,
    )


def _taking_over(
    connection: Connection,
    payload: dict[str, Any],
    change: Change,
    key: str,
    incident_id: str,
    destination: str,
    now: datetime,
) -> dict[str, Any]:
    """The alert with a word on the notices whose place it takes: an end of all, other news of those held back."""
    waiting = deliveries.unsent(connection, incident_id, destination)
    if change in _BEGINS or any(d.key == key for d in waiting):
        return payload
    queued = [d for d in waiting if d.state is State.QUEUED]
    held = [d for d in queued if d.attempts == 0 and d.not_before > deliveries.AT_ONCE]
    deliveries.collapse(connection, [d.id for d in (queued if change in _ENDS else held)], into=key, now=now)
    said = payload["facts"]
    if any(d.change in _BEGINS or _QUIET in d.payload["facts"] for d in held):
        said = [*said, _QUIET]
    elif change in _ENDS and any(d.change in _BEGINS for d in waiting):
        said = [*said, _LATE]
    return {**payload, "facts": said}


def _key(alert: Mapping[str, Any], incident_id: str, change: Change, destination: str) -> str:
    """The same for the same words about the same change, whenever and however often they are queued."""
    text = json.dumps([incident_id, change, destination, alert], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:40]
