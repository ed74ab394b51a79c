"""Waits for something that may hang, in a thread of its own, and gives up on it."""

import queue
import threading
import time
from collections.abc import Callable, Generator
from typing import TypeVar

T = TypeVar("T")

# Items that wait to be taken.
_AHEAD = 4
# How often a thread looks whether anybody still waits for it.
_LOOK_SECONDS = 0.5


class _Abandoned(Exception):
    """Nobody waits any more."""


def patiently(
    produce: Callable[[Callable[[T], None]], None], seconds: float, too_slow: Exception
) -> Generator[T, None, None]:
    """What `produce` hands on, for so many seconds in all; then `too_slow` is raised and the thread left to itself.

    Whatever `produce` raises is raised here.
    """
    items: queue.Queue[tuple[T | None, BaseException | None, bool]] = queue.Queue(_AHEAD)
    abandoned = threading.Event()

    def put(item: tuple[T | None, BaseException | None, bool]) -> None:
        while not abandoned.is_set():
            try:
                items.put(item, timeout=_LOOK_SECONDS)
            except queue.Full:
                continue
            return
        raise _Abandoned

    def run() -> None:
        try:
            produce(lambda item: put((item, None, False)))
            put((None, None, True))
        except _Abandoned:
            return
        except BaseException as error:  # noqa: BLE001 (raised again where it is waited for)
            if not abandoned.is_set():
                items.put((None, error, True))

    ends = time.monotonic() + seconds
    # Never waited for at the end: a database that hangs must not keep the program from ending.
    threading.Thread(target=run, name="sql", daemon=True).start()
    try:
        while True:
            try:
                item, error, last = items.get(timeout=max(0.0, ends - time.monotonic()))
            except queue.Empty:
                raise too_slow from None
            if error is not None:
                raise error
            if last:
                return
            yield item  # type: ignore[misc]  # only the last one is None
    finally:
        abandoned.set()
