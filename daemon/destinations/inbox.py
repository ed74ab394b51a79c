"""The local page: alerts are kept in the store, with their picture, for the console to show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daemon.alerts.alert import Alert
from daemon.destinations.contract import Again, Receipt
from daemon.destinations.drawing import drawn
from daemon.errors import DeliveryDelayed, StoreError
from daemon.store import Store, inbox


@dataclass(frozen=True, kw_only=True)
class InboxDestination:
    """Writes alerts into the store's inbox."""

    store: Store
    chart: Callable[[Alert], bytes | None] | None = None
    again: Again = Again.KEYED

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime) -> Receipt:
        """Keep an alert, once per key."""
        picture = drawn(self.chart, Alert.from_dict(alert))
        try:
            with self.store.transaction() as connection:
                number = inbox.add(
                    connection,
                    key=key,
                    received_at=now,
                    incident_id=str(alert["incident_id"]),
                    change=str(alert["change"]),
                    alert=dict(alert),
                    chart=picture,
                )
        except StoreError as error:
            raise DeliveryDelayed(str(error)) from error
        return Receipt(external_id=str(number))
