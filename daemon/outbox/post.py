"""What delivery works with, and how a delivery is called in the log."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from daemon.destinations import Destination
from daemon.outbox.policy import Policy, Uniform
from daemon.store import Store
from daemon.store.deliveries import Delivery

_POLICY = Policy()


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _unchanged(text: str) -> str:
    return text


@dataclass(frozen=True, kw_only=True)
class Post:
    """What a delivery needs. `boot` names this run; `redact` takes secrets out of what is stored and logged."""

    store: Store
    destinations: Mapping[str, Destination]
    boot: str
    policy: Policy = _POLICY
    clock: Callable[[], datetime] = _utc_now
    uniform: Uniform = random.uniform
    redact: Callable[[str], str] = _unchanged


def named(delivery: Delivery) -> dict[str, str | int]:
    """Which delivery a line of the log is about."""
    return {
        "delivery": delivery.id,
        "incident": delivery.incident_id,
        "change": delivery.change,
        "destination": delivery.destination,
        "attempt": delivery.attempts,
    }
