"""The chart of an alert for destinations that carry pictures. It is decoration: it may be missing, never be waited for."""

import threading
from collections.abc import Callable
from weakref import WeakKeyDictionary

import structlog

from daemon.alerts.alert import Alert

log = structlog.get_logger(__name__)

Draw = Callable[[Alert], bytes | None]

# Drawing takes some 0.1 s, the first time 0.5 s.
SECONDS = 1.5
# Drawings that somebody has given up waiting for, by what draws them.
_late: WeakKeyDictionary[Draw, threading.Thread] = WeakKeyDictionary()


def drawn(draw: Draw | None, alert: Alert, seconds: float = SECONDS) -> bytes | None:
    """The picture as PNG; None where there is none, or it cannot be drawn in time."""
    if draw is None:
        return None
    stuck = _late.get(draw)
    if stuck is not None and stuck.is_alive():  # the next would only wait behind it, alert after alert
        return None
    found: list[bytes | None] = []

    def work() -> None:
        try:
            found.append(draw(alert))
        except Exception:
            log.exception("chart_failed", incident=alert.incident_id)
            found.append(None)

    thread = threading.Thread(target=work, name="draw", daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        _late[draw] = thread
        log.warning("chart_late", incident=alert.incident_id, seconds=seconds)
        return None
    return found[0]
