"""Memory that is free but still counted as ours: after much work it goes back to the machine."""

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Return what the C library keeps for later, where it can; a service rests after its work."""
    _trim()(0)


@cache
def _trim() -> Callable[[int], object]:
    # glibc has it, others do not.
    trim: Callable[[int], object] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim or (lambda _: None)
