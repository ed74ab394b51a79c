"""The service: runs a configuration until it is told to stop, and takes a new one when it is told to.

1. Be the only one on this state. 2. Deliver what an earlier run left queued, catch up missed periods, go on by schedule.
3. SIGHUP: a new configuration takes the place of the old one if it is valid; else the old one stays, and the log says why.
4. SIGTERM: no new cycle begins, the one under way and deliveries under way finish, the rest stays queued.
"""

import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import FrameType

import structlog

from config.problems import ConfigError
from daemon import notify, reloading
from daemon.answering.serving import Hearing
from daemon.app import App, reopen_app, utc_now
from daemon.errors import ChannelwatchError
from daemon.heart import Heart
from daemon.logs import set_up
from daemon.running import CLOCK_JUMP_SECONDS, Running
from daemon.vitals import Vitals
from daemon.web import Monitoring

log = structlog.get_logger(__name__)

# How long deliveries and a cycle under way may take to finish after SIGTERM, together; and deliveries at a reload.
_STOP_SECONDS = 28.0
_DRAIN_SECONDS = 20.0
_LOOP_SECONDS = 1.0
_STATUS_SECONDS = 60.0


def serve(config: Path, app: App) -> bool:
    """Run until SIGTERM or SIGINT; True when everything under way was finished.

    Raises:
        StoreError: another channelwatch works on the state.
    """
    wake, stop, reload = threading.Event(), threading.Event(), threading.Event()

    def on_signal(number: int, _: FrameType | None) -> None:
        (reload if number == signal.SIGHUP else stop).set()
        wake.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    busy, vitals = threading.Lock(), Vitals()
    with app.store.sole():
        running = Running(app, busy, vitals)
        beat, heart = _Beat(), Heart()  # before the schedule begins: a clock set from then on is noticed
        running.start()
        monitoring, hearing = Monitoring(lambda: running, vitals), Hearing(lambda: running, vitals)
        monitoring.listen(app.settings.upkeep.web)
        hearing.listen(app.settings)
        log.info("ready", checks=len(app.watch.enabled), destinations=sorted(app.settings.destinations))
        notify.ready(running.summary())
        while not stop.is_set():
            wake.wait(_LOOP_SECONDS)
            wake.clear()
            if reload.is_set() and not stop.is_set():
                reload.clear()
                notify.reloading()
                running, beat.refused = _reloaded(config, running, lambda app: Running(app, busy, vitals))
                reloading.answer(running.app.redact(beat.refused))
                monitoring.listen(running.app.settings.upkeep.web)
                hearing.listen(running.app.settings)
                vitals.forget_others(running.app.watch.enabled)
                notify.ready(beat.line(running))
            beat.once(running)
            heart.once(running)
        hearing.stop()
        monitoring.stop()
        return _stopped(running, busy)


def _reloaded(config: Path, running: Running, put_to_work: Callable[[App], Running]) -> tuple[Running, str]:
    """The new configuration at work, or the old one and what is wrong with the new one."""
    try:
        app = reopen_app(config, running.app)
    except (ConfigError, ChannelwatchError) as error:
        reason = str(error)
    except Exception as error:
        log.exception("reload_crashed")
        reason = f"unexpected {type(error).__name__}: please report this with the log"
    else:
        set_up(app.redact)
        running.stop(_DRAIN_SECONDS)
        successor = put_to_work(app)
        successor.start()  # its first cycle waits for the one under way, which keeps what it found
        log.info("reloaded", checks=len(app.watch.enabled), destinations=sorted(app.settings.destinations))
        return successor, ""
    log.error("reload_refused", reason=reason, todo="the old configuration goes on; mend the file and reload again")
    return running, reason


def _stopped(running: Running, busy: threading.Lock) -> bool:
    notify.stopping()
    log.info("stopping")
    ends = time.monotonic() + _STOP_SECONDS
    drained = running.stop(_STOP_SECONDS)
    finished = busy.acquire(timeout=max(1.0, ends - time.monotonic()))
    if finished:
        running.app.close()
        busy.release()
    else:  # nothing of it is kept: it is run again at the next start
        log.warning("cycle_abandoned")
    log.info("stopped", drained=drained and finished)
    return drained and finished


class _Beat:
    """Proves progress to systemd, and notices a clock that was set."""

    def __init__(self) -> None:
        seconds = notify.watchdog_seconds()
        self._ping_every = seconds / 3 if seconds else None
        self._pinged = self._told = 0.0
        self._ahead = utc_now().timestamp() - time.monotonic()
        self._stuck: str | None = None
        self.refused = ""  # what is wrong with the configuration that was last refused

    def once(self, running: Running) -> None:
        """Look at everything once."""
        now = time.monotonic()
        ahead = utc_now().timestamp() - now
        jump = ahead - self._ahead
        if abs(jump) <= CLOCK_JUMP_SECONDS or _goes_by_new_clock(running, jump):
            self._ahead = ahead
        stuck = running.stuck()
        if stuck and stuck != self._stuck:
            log.error("stands_still", part=stuck, todo="systemd restarts the service if its watchdog is on")
        self._stuck = stuck
        if stuck is None and self._ping_every is not None and now - self._pinged >= self._ping_every:
            notify.watchdog()
            self._pinged = now
        if now - self._told >= _STATUS_SECONDS:
            self._told = now
            notify.status(self.line(running))

    def line(self, running: Running) -> str:
        """How it stands, for `systemctl status`."""
        if self.refused:
            return f"new configuration refused, the old one goes on: {self.refused}"
        try:
            return running.summary()
        except ChannelwatchError as error:
            return str(error)


def _goes_by_new_clock(running: Running, jump: float) -> bool:
    """Whether what waits was told of the new clock; where the state cannot be written now, the next beat tries again."""
    try:
        running.the_clock_was_set(timedelta(seconds=jump))
    except ChannelwatchError as error:
        log.error("clock_not_heeded", seconds=round(jump), reason=str(error))
        return False
    log.warning("clock_was_set", seconds=round(jump))
    return True
