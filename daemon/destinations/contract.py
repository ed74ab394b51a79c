"""What every destination is, and what it may need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from daemon.alerts.alert import Alert
from daemon.errors import DeliveryDelayed, StoreError
from daemon.store import Store, deliveries


def _nothing() -> None:
    """All is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The destination took it. `external_id`: what it calls the message; None where it does not say.

    `afterwards` adds what may be missing, such as a chart. It is called once the receipt is stored, so that nothing in it
    can delay, repeat or lose the alert; it raises DeliveryError.
    """

    external_id: str | None = None
    afterwards: Callable[[], None] = _nothing


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
    seconds_between_posts: float = 1.0  # Slack takes about one message a second per channel, Teams four

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
