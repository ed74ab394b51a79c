"""A vendor's limit on messages in a time, kept by what the outbox has sent, so that a restart does not begin it anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.errors import DeliveryDelayed, StoreError
from daemon.store import Store, deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most so many messages to a destination in any time of this length."""

    store: Store
    destination: str
    most: int
    within: timedelta

    def claim(self, now: datetime) -> None:
        """Go on if there is room.

        Raises:
            DeliveryDelayed: there is none before `retry_at`.
        """
        try:
            with self.store.transaction() as connection:
                sent = deliveries.newest_sent(connection, self.destination, self.most)
        except StoreError as error:
            raise DeliveryDelayed(str(error)) from error
        if len(sent) == self.most and (free_at := min(sent) + self.within) > now:
            raise DeliveryDelayed(
                f'destination "{self.destination}" has had {self.most} messages in {self.within}, which is all it takes',
                free_at,
            )
