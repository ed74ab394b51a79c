"""Alerts, a clock and destinations for the tests of delivery."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from config.outputs import Severity
from daemon.alerts.alert import Alert
from daemon.destinations import Again, Destination, Receipt
from daemon.errors import DeliveryError
from daemon.model import Change
from daemon.outbox import Policy, Post, enqueue
from daemon.store import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOOT = "here:1:first"


@dataclass
class Clock:
    """Stands still until told."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Recording:
    """Takes what it is given, after failing with `failures` in turn."""

    failures: list[Exception] = field(default_factory=list)
    again: Again = Again.BLIND
    taken: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime) -> Receipt:
        self.keys.append(key)
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(dict(alert))
        return Receipt(external_id=f"message-{len(self.taken)}")

    @property
    def headlines(self) -> list[str]:
        return [alert["headline"] for alert in self.taken]


def alert(
    incident: str = "i1",
    change: Change = Change.OPENED,
    severity: Severity = Severity.WARNING,
    headline: str | None = None,
) -> dict[str, Any]:
    words = headline or f"{incident} {change}"
    return Alert(incident_id=incident, change=change, severity=severity, headline=words, at=NOON.isoformat()).to_dict()


def put(
    store: Store,
    *destinations: str,
    incident: str = "i1",
    change: Change = Change.OPENED,
    severity: Severity = Severity.WARNING,
    now: datetime = NOON,
    headline: str | None = None,
) -> int:
    """Queue an alert in a transaction of its own."""
    with store.transaction() as connection:
        return enqueue(
            connection,
            alert(incident, change, severity, headline),
            incident_id=incident,
            change=change,
            destinations=destinations or ("slack",),
            now=now,
        )


def post(
    store: Store, clock: Clock, policy: Policy | None = None, boot: str = BOOT, **destinations: Destination
) -> Post:
    """Everything a delivery needs, without chance: every wait is its longest."""
    return Post(
        store=store,
        destinations=destinations,
        boot=boot,
        policy=policy or Policy(),
        clock=clock,
        uniform=lambda _, most: most,
    )


def unheard(error: type[DeliveryError]) -> DeliveryError:
    return error("the destination said no")
