"""The daemon's delivery threads: one a destination, so that a dead one delays no other."""

import threading
import time

import structlog

from daemon import progress
from daemon.errors import ChannelwatchError
from daemon.outbox.attempt import deliver_to
from daemon.outbox.post import Post
from daemon.store import claims

log = structlog.get_logger(__name__)

# How often, at least, each thread looks for what another program queued, and for leases that ran out.
_LOOK_EVERY_SECONDS = 5.0


class Deliverer:
    """Sends what is queued, from `start` until `stop`; `wake` after queueing makes it look at once."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._stopping = threading.Event()
        self._wakes = {name: threading.Event() for name in post.destinations}
        self._alive = {name: time.monotonic() for name in post.destinations}
        self._threads = [
            threading.Thread(target=self._run, args=(name,), name=f"deliver-{name}", daemon=True)
            for name in post.destinations
        ]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look for due deliveries now."""
        for wake in self._wakes.values():
            wake.set()

    def stop(self, timeout_seconds: float = 30.0) -> bool:
        """Finish the attempts under way and end; False where one takes longer. What is not sent stays queued."""
        self._stopping.set()
        self.wake()
        ends = time.monotonic() + timeout_seconds
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, ends - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def silent_seconds(self) -> dict[str, float]:
        """Destination -> seconds since its thread last made progress, for a watchdog."""
        now = time.monotonic()
        return {name: now - alive for name, alive in self._alive.items()}

    def _run(self, name: str) -> None:
        def alive() -> None:
            self._alive[name] = time.monotonic()

        def ends() -> bool:
            alive()  # asked between two deliveries
            return self._stopping.is_set()

        progress.tell(alive)  # and between two requests of one
        while not ends():
            self._wakes[name].clear()
            wait = _LOOK_EVERY_SECONDS
            try:
                deliver_to(self._post, name, ends)
                wait = self._seconds_to_next(name)
            except ChannelwatchError as error:  # a locked or full store passes
                log.error("delivery_round_failed", destination=name, reason=str(error))
            except Exception:  # the thread must live
                log.exception("delivery_round_crashed", destination=name)
            if not ends():
                self._wakes[name].wait(wait)

    def _seconds_to_next(self, name: str) -> float:
        with self._post.store.reading() as connection:
            due = claims.next_due(connection, name)
        if due is None:
            return _LOOK_EVERY_SECONDS
        return min(max(0.0, (due - self._post.clock()).total_seconds()), _LOOK_EVERY_SECONDS)
