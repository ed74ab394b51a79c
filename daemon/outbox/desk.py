"""What a person sees of the outbox, and can do about it."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from daemon.model import Status
from daemon.store import Store, beginnings, deliveries, holds, incidents, outbox_totals
from daemon.store.deliveries import Delivery, State
from daemon.store.holds import Hold

# What waits for a person, and what waits for time.
UNDELIVERED = (State.DEAD, State.AMBIGUOUS, State.QUEUED, State.SENDING)
UNDER_WAY = (State.QUEUED, State.SENDING)
_OVER = (State.SENT, State.COLLAPSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Deliveries, newest first; how many there are of each destination and state; and destinations that are left alone."""

    deliveries: list[Delivery]
    counts: dict[tuple[str, State], int]
    holds: list[Hold]


def overview(
    store: Store, *, states: Iterable[State] = UNDELIVERED, destination: str | None = None, limit: int | None = 100
) -> Overview:
    """What is in the outbox; by default whatever has not been delivered."""
    with store.reading() as connection:
        return Overview(
            deliveries=deliveries.listing(connection, states=tuple(states), destination=destination, limit=limit),
            counts=outbox_totals.counts(connection),
            holds=holds.load_all(connection),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBack:
    """News of an open incident that nobody (destination None), or one destination, was told, and why: nothing is queued of it."""

    incident_id: str
    destination: str | None
    reason: str

    @property
    def state(self) -> str:
        """By a silence, or by a budget until the digest."""
        return "silenced" if self.destination is None else "held"


def kept_back(store: Store) -> list[KeptBack]:
    """What silences and budgets keep from people."""
    with store.reading() as connection:
        silent = [i.id for i in incidents.recent(connection, status=Status.OPEN) if i.held_back is not None]
        reasons = [(name, incidents.silence(connection, name)) for name in silent]
        waiting = beginnings.waiting(connection)
    return [
        *(
            KeptBack(incident_id=name, destination=None, reason=reason)
            for name, reason in reasons
            if reason is not None
        ),
        *(KeptBack(incident_id=h.incident_id, destination=h.destination, reason=h.reason) for h in waiting),
    ]


def show(store: Store, delivery_id: int) -> Delivery | None:
    """One delivery with its alert; None where there is none of that id."""
    with store.reading() as connection:
        return deliveries.load(connection, delivery_id)


def next_step(delivery: Delivery, now: datetime, known: Container[str] | None = None) -> str:
    """What happens next with a delivery that has not arrived, or what somebody has to do for it. known: the destinations there are."""
    if known is not None and delivery.destination not in known:
        return f"nobody sends it: no destination is called {delivery.destination} any more; give one that name again"
    match delivery.state:
        case State.DEAD:
            return f"put {delivery.destination} right, then: channelwatch outbox redrive {delivery.id}"
        case State.AMBIGUOUS:
            return f"look there; if it is missing: channelwatch outbox redrive {delivery.id}"
        case State.SENDING:
            return "being sent"
        case State.QUEUED if delivery.not_before > now:
            return f"tried by itself at {delivery.not_before:%Y-%m-%d %H:%M} UTC"
        case State.QUEUED:
            return "tried by itself, with the next run or as soon as its destination may be asked"
    return ""


def redrive(
    store: Store, *, now: datetime, delivery_id: int | None = None, destination: str | None = None
) -> list[int]:
    """Queue dead and parked deliveries again: one, those to a destination, or all. Returns the ids of those that were.

    Keys stay, so that a receiver who knows them shows nothing twice. A notice is not sent again when later news of its
    incident has arrived. Whoever sends again has put the destination right: its hold is lifted.
    """
    with store.transaction() as connection:
        waiting = deliveries.listing(connection, states=(State.DEAD, State.AMBIGUOUS), destination=destination)
        chosen = [d for d in reversed(waiting) if delivery_id in (None, d.id)]
        queued = [d for d in chosen if deliveries.requeue(connection, d.id, now=now)]
        for name in {d.destination for d in queued}:
            holds.lift(connection, name)
    return [d.id for d in queued]


def purge(store: Store, *, before: datetime, states: Iterable[State] = _OVER) -> int:
    """Forget deliveries that last changed before an instant; by default those that are over. Returns how many.

    Raises:
        ValueError: deliveries on their way cannot be purged.
    """
    chosen = tuple(states)
    if State.SENDING in chosen:
        raise ValueError("a delivery that is being sent cannot be purged")
    with store.transaction() as connection:
        return outbox_totals.purge(connection, states=chosen, before=before)
