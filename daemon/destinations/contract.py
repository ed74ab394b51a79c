"""What every destination is, and what it may need."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from daemon.alerts.alert import Alert
from daemon.destinations.pace import Target, Targets
from daemon.errors import DeliveryDelayed, StoreError
from daemon.store import Store, deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The destination took it. `external_id`: what it calls the message; None where it does not say.

    `afterwards` adds what may be missing, such as a chart, in steps of two seconds at most. They are taken once the receipt
    is stored, and whatever is due goes between them, so that nothing in them can delay, repeat or lose an alert; they raise
    DeliveryError, and are left undone where the incident has further news.
    """

    external_id: str | None = None
    afterwards: Callable[[], Iterable[None]] = tuple


class Again(StrEnum):
    """What a destination can do with an alert of which nobody knows whether it has arrived already."""

    KEYED = "keyed"  # the same key shows nothing twice
    LOOKS = "looks"  # told that it may be a repeat, it looks for the first one and sends only what is not there
    BLIND = "blind"  # it may be seen twice


class Destination(Protocol):
    """Where alerts go."""

    @property
    def again(self) -> Again:
        """What becomes of a second attempt when the first may have arrived."""

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime, /) -> Receipt:
        """Deliver one alert (`Alert.to_dict()`).

        Raises:
            DeliveryDelayed: nothing was delivered, later it may be.
            DeliveryRefused: it will never be taken.
            DeliveryUnclear: nobody can tell.
            DeliveryParked: nobody can tell about an earlier attempt, and it is not worth a repeat.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What destinations need besides their settings.

    `chart` draws an alert's picture as PNG (None: there is nothing to draw); `console` is where the terminal destination
    writes (None: standard error, since standard output belongs to answers).
    """

    store: Store
    chart: Callable[[Alert], bytes | None] | None = None
    console: Console | None = None
    folder: Path = Path()  # the configuration's: files that it names lie relative to it
    # Slack takes one message a second per channel, and requests need differently long to arrive; Teams takes four, Resend,
    # PagerDuty and most mail providers two.
    seconds_between_posts: float = 1.05
    targets: Targets = field(default_factory=Targets, repr=False)

    def target(self, name: str, *key: Hashable) -> Target:
        """What the vendor counts by, which other destinations may name, too."""
        return self.targets.of(key, name, self.seconds_between_posts)

    def last_message(self, destination: str, incident_id: str) -> str | None:
        """What a destination called the newest message of an incident that it took; None where there is none.

        Raises:
            DeliveryDelayed: the state cannot be read now.
        """
        try:
            with self.store.reading() as connection:
                return deliveries.last_external_id(connection, incident_id, destination)
        except StoreError as error:
            raise DeliveryDelayed(str(error)) from error
