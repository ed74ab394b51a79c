"""A vendor's limit on messages in a time, kept by what the outbox has sent, so that a restart does not begin it anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.errors import DeliveryDelayed, StoreError
from daemon.store import Store, outbox_totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most so many messages in any time of this length, by all the destinations that lead to one address."""

    store: Store
    destinations: Sequence[str]
    most: int
    within: timedelta

    def claim(self, now: datetime) -> None:
        """Go on if there is room. What is on its way elsewhere counts; what asks is not counted itself.

        Raises:
            DeliveryDelayed: there is none before `wait`.
        """
        try:
            with self.store.reading() as connection:
                used = outbox_totals.newest_used(connection, self.destinations, self.most, since=now - self.within)
        except StoreError as error:
            raise DeliveryDelayed(str(error)) from error
        others = max(0, used.sending - 1)
        if len(used.sent) + others >= self.most:
            free_at = min(used.sent, default=now) + self.within
            raise DeliveryDelayed(
                f"{' and '.join(self.destinations)} had {self.most} messages in {self.within}, which is all it takes",
                free_at,
            )
