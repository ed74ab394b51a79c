"""The heartbeat: a dead man's switch elsewhere is told that all is well, or what is not.

All is well when nothing stands still (the proof that systemd's watchdog gets), looks at checks end and go on, and every
destination takes what is sent to it. Nothing is said before the first look has ended: a service that dies at every start is
silent, and so is one that hangs.
"""

import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import structlog

from config.units import span
from config.upkeep import Heartbeat
from daemon import outages
from daemon.app import utc_now
from daemon.errors import ChannelwatchError
from daemon.http_client import NotAllowed, NotSent, Unclear, request
from daemon.vitals import Counts

if TYPE_CHECKING:
    from daemon.running import Running

log = structlog.get_logger(__name__)

# As long as for destinations: a look that fails is repeated twice within it.
_FAILS_FOR_SECONDS = outages.TOLD_AFTER.total_seconds()
# Every check is looked at once a day at least; on the day on which clocks go back 25 hours lie between, and sources take time.
_LONGEST_BETWEEN_LOOKS = 27 * 3600.0
_AGAIN_SECONDS, _SOON_SECONDS = 60.0, 1.0


class Heart:
    """Beats as often as the configuration says; `once` is called every second or so, and never waits."""

    def __init__(self) -> None:
        self._next = 0.0
        self._beat: threading.Thread | None = None
        self._was_heard = True

    def once(self, running: "Running") -> None:
        """Beat if it is time. While one beat is under way there is no other: one that hangs is the last."""
        heartbeat = running.app.settings.upkeep.heartbeat
        if heartbeat is None or time.monotonic() < self._next or (self._beat is not None and self._beat.is_alive()):
            return
        self._beat = threading.Thread(target=self._run, args=(running, heartbeat), name="heartbeat", daemon=True)
        self._beat.start()

    def _run(self, running: "Running", heartbeat: Heartbeat) -> None:
        every = span(heartbeat.every).total_seconds()
        trouble = trouble_of(running)
        if trouble is None and running.vitals.counts().looked is None:
            self._next = time.monotonic() + _SOON_SECONDS  # nothing is proven yet
            return
        heard = tell(heartbeat, trouble)
        self._next = time.monotonic() + (every if heard is None else min(every, _AGAIN_SECONDS))
        if heard is not None and self._was_heard:
            log.error("heartbeat_not_heard", reason=heard)
        self._was_heard = heard is None


def trouble_of(running: "Running") -> str | None:
    """What is not well, in words; None: all is."""
    if (stuck := running.stuck()) is not None:
        return f"{stuck} stands still"
    if (unwell := unwell_looks(running.vitals.counts(), time.monotonic())) is not None:
        return unwell
    try:
        with running.app.store.reading() as connection:
            broken = outages.broken(connection, running.app.settings, utc_now())
    except ChannelwatchError as error:
        return running.app.redact(str(error))
    return f"no message reaches {', '.join(broken)}" if broken else None


def unwell_looks(counts: Counts, now: float) -> str | None:
    """What is not well with the looks at checks; None: they end and go on. now: as time.monotonic tells it. Pure."""
    failing = sorted(check for check, since in counts.failing.items() if now - since >= _FAILS_FOR_SECONDS)
    if failing:
        return f"looking at {', '.join(failing)} fails: see the log"
    if counts.looked is not None and now - counts.looked > _LONGEST_BETWEEN_LOOKS:
        return f"no check was looked at for {(now - counts.looked) / 3600:.0f} hours"
    return None


def tell(heartbeat: Heartbeat, trouble: str | None) -> str | None:
    """Post to the switch; returns why it did not hear, None where it did."""
    url = heartbeat.url.get_secret_value().strip()
    headers = {"content-type": "text/plain; charset=utf-8"}
    try:
        reply = request(
            "POST",
            url if trouble is None else failing_address(url),
            headers=headers,
            content=(trouble or "ok").encode(),
            allow_private=heartbeat.allow_private,
        )
    except (NotAllowed, NotSent, Unclear) as error:
        return str(error)
    return None if reply.status < 300 else f"the address of upkeep.heartbeat answers {reply.status}"


def failing_address(url: str) -> str:
    """Where it is told that something is wrong: /fail behind the path."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/fail"))
