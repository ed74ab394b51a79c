"""What may be missing in a message that has arrived, such as its chart: added in short steps, whenever nothing waits to be sent."""

from collections.abc import Iterator

import structlog

from daemon.destinations import Receipt
from daemon.errors import DeliveryError
from daemon.outbox.post import Post, named
from daemon.respite import until
from daemon.store import holds
from daemon.store.deliveries import Delivery

log = structlog.get_logger(__name__)


class Later:
    """The additions that one destination still lacks, oldest first: one an incident, that of its newest message."""

    def __init__(self, post: Post, name: str) -> None:
        self._post, self._name = post, name
        self._waiting: dict[str, tuple[Delivery, Iterator[None]]] = {}

    def add(self, delivery: Delivery, receipt: Receipt | None) -> None:
        """Note what a message lacks. An older one of its incident is left as it is: the message says something else by now."""
        self._waiting.pop(delivery.incident_id, None)
        if receipt is not None:
            self._waiting[delivery.incident_id] = delivery, iter(receipt.afterwards())

    def step(self) -> bool:
        """Go one step on; False where nothing is left to do. What fails stays missing, and whoever asks to be left alone is."""
        if not self._waiting:
            return False
        with self._post.store.reading() as connection:
            hold = holds.load(connection, self._name)
        if hold.until is not None and hold.until > self._post.clock():
            self._waiting.clear()
            return False
        incident, (delivery, steps) = next(iter(self._waiting.items()))
        try:
            next(steps)
        except StopIteration:
            del self._waiting[incident]
        except DeliveryError as error:
            del self._waiting[incident]
            reason = self._post.redact(str(error))
            log.warning("delivery_incomplete", **named(delivery), error=reason)
            if error.wait is not None:
                held = until(error.wait, self._post.clock())
                with self._post.store.transaction() as connection:
                    holds.extend(connection, self._name, held, 0, reason)
        except Exception:
            del self._waiting[incident]
            log.exception("delivery_incomplete", **named(delivery))
        return True
