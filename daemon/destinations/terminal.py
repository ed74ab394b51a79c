"""The terminal, or the journal, that the service runs in. Standard error: standard output belongs to answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console

from daemon.alerts.alert import Alert
from daemon.alerts.terminal import layout
from daemon.destinations.contract import Again, Receipt
from daemon.errors import DeliveryDelayed


@dataclass(frozen=True, kw_only=True)
class TerminalDestination:
    """Prints alerts."""

    console: Console = field(default_factory=lambda: Console(stderr=True))
    again: Again = Again.KEYED  # a line twice in a journal harms nobody

    def deliver(self, alert: Mapping[str, Any], _key: str, _now: datetime, /) -> Receipt:
        """Print an alert."""
        try:
            self.console.print(layout(Alert.from_dict(alert)))
        except OSError as error:
            raise DeliveryDelayed(f"the terminal cannot be written ({error.strerror})") from error
        return Receipt()
