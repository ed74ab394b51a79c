"""Puts an alert into the queue, inside the transaction of the cycle that decided it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from daemon.alerts.alert import Alert
from daemon.model import Change
from daemon.store import Connection, deliveries
from daemon.store.deliveries import Delivery, State
from daemon.waiting import MORE, QUIET, Wait

_ENDS = (Change.RESOLVED, Change.RETRACTED)
_BEGINS = (Change.OPENED, Change.REOPENED)
_FIRST = "The first notice of this"
_LATE = f"{_FIRST} could not be delivered in time."
_UNSURE = f"{_FIRST} may not have arrived."
_WAITED = f"{_FIRST} waited for {{}}."


def enqueue(
    connection: Connection,
    alert: Mapping[str, Any],
    *,
    incident_id: str,
    change: Change,
    destinations: Iterable[str],
    now: datetime,
    not_before: Mapping[str, Wait] | None = None,
) -> int:
    """Queue an alert (`Alert.to_dict()`) once for each destination. Returns how many are new.

    not_before: destination -> until when it waits, and what for. Elsewhere it is sent at once, whatever `now` is, since a
    cycle may be run for another time than the present.

    The same alert is never queued twice. The end of an incident takes the place of notices that still wait: one message
    says both. So does later news of what waits for its time (quiet hours, what else belongs to it, the next update). A
    comeback takes no place: what waits longer than it goes out before it.
    """
    added = 0
    for destination in dict.fromkeys(destinations):
        key = _key(alert, incident_id, change, destination)
        payload = _taking_over(connection, dict(alert), change, key, incident_id, destination, now)
        if (wait := (not_before or {}).get(destination)) is not None:
            payload["due"] = wait.until.isoformat()
        is_new = deliveries.add(
            connection,
            incident_id=incident_id,
            change=str(change),
            destination=destination,
            key=key,
            payload=payload,
            now=now,
            not_before=wait.until if wait else None,
            waits_for=wait.why if wait else "",
        )
        if is_new:
            deliveries.hasten(connection, incident_id, destination, wait.until if wait else deliveries.AT_ONCE)
        added += is_new
    return added


def announce(
    connection: Connection,
    alert: Alert,
    to: Iterable[str],
    now: datetime,
    not_before: Mapping[str, Wait] | None = None,
    *,
    change: Change | None = None,
) -> int:
    """Queue finished words for their destinations; see `enqueue`. change: what happened, where the words tell it as a beginning."""
    return enqueue(
        connection,
        alert.to_dict(),
        incident_id=alert.incident_id,
        change=change or alert.change,
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
    overtaken = queued if change in _ENDS else held
    deliveries.collapse(connection, [d.id for d in overtaken], into=key, now=now)
    given_up = [d for d in waiting if d.state is not State.QUEUED]
    if arrived := [place for d in (*given_up, *overtaken) for place in _may_be_there(d)]:
        payload["overtakes"] = arrived
    said = payload["facts"]
    waited = next((w for d in held if (w := _waited(d))), "")
    if waited and (change in _ENDS or waited != _WAITED.format(MORE)):  # what joined it meanwhile is what it waited for
        said = [*said, waited]
    elif change in _ENDS and (first := [d for d in waiting if _is_first(d)]):
        said = [*said, _UNSURE if all(_is_unsure(d) for d in first) else _LATE]
    return {**payload, "facts": said}


def _may_be_there(overtaken: Delivery) -> list[dict[str, Any]]:
    """The messages, by key and time, that may have arrived although what takes their place says otherwise: who can looks for them."""
    before = [*overtaken.payload.get("overtakes", ())]
    own = {"key": overtaken.key, "at": overtaken.payload["at"]}
    return [*before, own] if _is_unsure(overtaken) else before


def _is_unsure(waiting: Delivery) -> bool:
    return waiting.state is State.AMBIGUOUS or bool(waiting.payload.get("possible_repeat"))


def _waited(held: Delivery) -> str:
    """What a first notice that is overtaken waited for; empty where it is none."""
    before = _said_of_first(held)
    return before if before or not _is_first(held) else _WAITED.format(held.waits_for or QUIET)


def _is_first(waiting: Delivery) -> bool:
    """Whether it is a first notice, or has taken the place of one: without it nobody knows of the incident."""
    begins = waiting.change in _BEGINS or waiting.payload.get("change") in _BEGINS
    return begins or bool(_said_of_first(waiting))


def _said_of_first(waiting: Delivery) -> str:
    return next((fact for fact in waiting.payload["facts"] if fact.startswith(_FIRST)), "")


def _key(alert: Mapping[str, Any], incident_id: str, change: Change, destination: str) -> str:
    """The same for the same words about the same change, whenever and however often they are queued."""
    text = json.dumps([incident_id, change, destination, alert], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:40]
