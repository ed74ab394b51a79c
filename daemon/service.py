"""The service: runs cycles on schedule and delivers, until it is told to stop."""

import signal
import threading
from collections.abc import Sequence
from types import FrameType

import structlog

from daemon import schedule
from daemon.app import App, utc_now
from daemon.cycle import run_cycle
from daemon.errors import ChannelwatchError
from daemon.outbox import Deliverer

log = structlog.get_logger(__name__)

# How long a delivery under way may take to finish after SIGTERM.
_DRAIN_SECONDS = 45.0


def serve(app: App) -> bool:
    """Run until SIGTERM or SIGINT; True when everything under way was finished.

    1. Deliver what an earlier run left queued. 2. Catch up missed periods. 3. Run on schedule.
    4. On a signal: no new cycle begins, the one under way and deliveries under way finish, the rest stays queued.
    """
    stopping, busy = threading.Event(), threading.Lock()

    def stop(number: int, _: FrameType | None) -> None:
        log.info("stopping", signal=signal.Signals(number).name)
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    deliverer = Deliverer(app.post)
    deliverer.start()

    def run(checks: Sequence[str]) -> None:
        with busy:
            if not stopping.is_set():
                _cycle(app, checks)
        deliverer.wake()

    scheduler = schedule.start(app.settings, run)
    log.info("ready", checks=len(app.watch.enabled), destinations=sorted(app.settings.destinations))
    while not stopping.wait(1.0):
        pass
    scheduler.shutdown(wait=False)
    with busy:
        pass
    drained = deliverer.stop(_DRAIN_SECONDS)
    app.watch.workers.close()
    app.store.close()
    log.info("stopped", drained=drained)
    return drained


def _cycle(app: App, checks: Sequence[str]) -> None:
    """One cycle; what fails is told and tried again at the next time, other checks go on."""
    now = utc_now()
    due = app.watch.with_unjudged_periods(checks, now)
    if not due:
        log.info("nothing_due", checks=checks)
        return
    try:
        report = run_cycle(app.watch, due, now)
    except ChannelwatchError as error:
        log.error("cycle_failed", checks=due, reason=str(error))
    except Exception:
        log.exception("cycle_crashed", checks=due)
    else:
        log.info(
            "cycle",
            checks=due,
            judged_series=report.judged_series,
            not_judged=len(report.not_judged),
            changes=[f"{t.incident.id} {t.change}: {t.why}" for t in report.transitions],
            data_problems=len(report.problems),
        )
