"""A thread that works in long steps says after each of them that it gets on, to whoever watches it."""

import threading
from collections.abc import Callable

_of_thread = threading.local()


def tell(watcher: Callable[[], None]) -> None:
    """From now on tell this thread's progress to `watcher`."""
    _of_thread.watcher = watcher


def made() -> None:
    """Say that a step has begun or ended. Where nobody watches the thread, nothing happens."""
    watcher: Callable[[], None] | None = getattr(_of_thread, "watcher", None)
    if watcher is not None:
        watcher()
