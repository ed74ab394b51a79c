"""One configuration at work: its schedule, its questions to sources, its cycles, its deliveries.

A cycle that fails keeps nothing and is tried again; a check that fails does not take the others with it.
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from threading import Event, Lock

import structlog

from daemon import detours, left_behind, outages, upkeep
from daemon.app import App, utc_now
from daemon.changes import asked_feeds
from daemon.cycle import run_cycle
from daemon.errors import ChannelwatchError
from daemon.keeping import Report
from daemon.model import Change, Status
from daemon.outbox import Deliverer
from daemon.schedule import Schedule
from daemon.store import claims, holds, incidents, judged
from daemon.vitals import Vitals

log = structlog.get_logger(__name__)

# How long the checks of one time wait for the slowest of their sources. It is looked at alone once it has answered.
_PATIENCE_SECONDS = 60.0
# When a check is looked at again that could not be read, or whose newest period had not come: soon, then hourly.
_AGAIN_AFTER = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
# Longer silences mean that a part stands still. A request or a mail may take most of a minute, a cold cycle of many series several.
_MOST_SILENT_SCHEDULE = 60.0
_MOST_SILENT_DELIVERY = 60.0
_LONGEST_CYCLE = 1800.0
# The wall clock and the one that only counts part by more than this: somebody set the clock, or the machine slept.
CLOCK_JUMP_SECONDS = 60.0


class Running:
    """A configuration at work, from `start` until `stop`."""

    def __init__(self, app: App, busy: Lock, vitals: Vitals) -> None:
        """`busy` is held during a cycle: cycles follow each other, also over a change of configuration."""
        self.app = app
        self._busy = busy
        self._vitals = vitals
        self._stopping = Event()
        self._deliverer = Deliverer(app.post)
        self._schedule = Schedule(app.settings, self._look, self._upkeep, self._look_at_deliveries)
        self._attempts: dict[str, int] = {}
        self._cycle_began: float | None = None

    @property
    def vitals(self) -> Vitals:
        """What is counted while it runs."""
        return self._vitals

    def start(self) -> None:
        """Deliver what is queued, catch up what was missed, and go on by schedule."""
        self._deliverer.start()
        self._schedule.start()

    def stop(self, drain_seconds: float) -> bool:
        """Begin nothing new, and finish deliveries under way; False where one takes longer."""
        self._stopping.set()
        self._schedule.stop()
        return self._deliverer.stop(drain_seconds)

    def deliver_now(self) -> None:
        """Look at once for what is queued."""
        self._deliverer.wake()

    def the_clock_was_set(self, by: timedelta) -> None:
        """Find out anew what is due; after a step back, also keep waits as short as they were meant."""
        if by > timedelta(0):
            self._schedule.look_now()
            return
        with self.app.store.transaction() as connection:
            claims.clock_set(connection, by)
            holds.clock_set(connection, by)
        self._schedule.plan_anew()
        self._deliverer.wake()

    def stuck(self) -> str | None:
        """What stands still, for a watchdog; None: everything makes progress."""
        if self._schedule.silent_seconds() > _MOST_SILENT_SCHEDULE:
            return "the schedule"
        began = self._cycle_began
        if began is not None and time.monotonic() - began > _LONGEST_CYCLE:
            return "the cycle"
        silent = [n for n, s in self._deliverer.silent_seconds().items() if s > _MOST_SILENT_DELIVERY]
        return f"delivery to {', '.join(silent)}" if silent else None

    def summary(self) -> str:
        """One line: how it stands."""
        with self.app.store.reading() as connection:
            open_incidents = len(incidents.recent(connection, status=Status.OPEN))
            last = judged.last_now(connection)
        when = f"{last.astimezone(self.app.watch.zone):%Y-%m-%d %H:%M}" if last else "none yet"
        return f"watching {len(self.app.watch.enabled)} checks, {open_incidents} open incidents, last cycle {when}"

    def _upkeep(self) -> None:
        """Backups, retention, the note of a quiet week: whatever is due, between cycles."""
        with self._busy:
            if self._stopping.is_set():
                return
            try:
                done = upkeep.run_due(self.app.settings, self.app.folder, self.app.store, utc_now())
            except ChannelwatchError as error:
                log.error("upkeep_failed", reason=str(error))
                return
        if done.note or done.warned or done.digests:
            self._deliverer.wake()

    def _look_at_deliveries(self) -> None:
        """Tell by another destination of one that has taken nothing for long, and send around it what is critical."""
        settings, store = self.app.settings, self.app.store
        try:
            told = outages.look(settings, store, utc_now())
            left_behind.look(settings, store, utc_now())
            with store.reading() as connection:
                out = outages.broken(connection, settings, utc_now())
            if self._busy.acquire(blocking=False):  # after a cycle that is under way, in a minute
                try:
                    told += detours.take(settings, store, out, utc_now())
                finally:
                    self._busy.release()
        except ChannelwatchError as error:
            log.error("outages_not_looked_at", reason=str(error))
            return
        if told:
            self._deliverer.wake()

    def _look(self, checks: Sequence[str]) -> None:
        """What the schedule runs; a state that cannot be read now is looked at again soon."""
        try:
            self._look_at(checks)
        except ChannelwatchError as error:
            self._vitals.looked(checks, well=False)
            log.error("look_failed", checks=checks, reason=str(error))
            self._plan_again(checks)

    def _look_at(self, checks: Sequence[str]) -> None:
        """Ask the sources, judge, deliver, and look again where something is outstanding."""
        began, stopwatch = utc_now(), time.monotonic()
        due = self.app.watch.with_unjudged_periods(checks, began)
        if not due:
            self._vitals.looked(checks, well=True)
            log.info("nothing_due", checks=checks)
            return
        asked = [*due, *asked_feeds(self.app.settings)]
        unanswered = self.app.gatherer.ask(asked, began, patience_seconds=_PATIENCE_SECONDS)
        with self._busy:
            if self._stopping.is_set() or self._is_before_the_last_cycle(due):
                return
            passed = (utc_now() - began).total_seconds()
            if abs(passed - (time.monotonic() - stopwatch)) > CLOCK_JUMP_SECONDS:
                # What was asked for is not what is due by now, and would look late.
                self._schedule.again(due, utc_now())
                return
            self._cycle_began = time.monotonic()
            try:
                self._cycle(due, unanswered)
            finally:
                self._cycle_began = None
        self._deliverer.wake()
        outstanding = self.app.watch.with_due_periods(due, utc_now())
        self._attempts = {check: n for check, n in self._attempts.items() if check in outstanding or check not in due}
        self._plan_again(outstanding)

    def _cycle(self, due: Sequence[str], unanswered: dict[str, str]) -> None:
        began = time.monotonic()
        try:
            report = run_cycle(self.app.watch, due, utc_now(), unanswered=unanswered)
        except ChannelwatchError as error:
            self._vitals.failed_cycle()
            self._vitals.looked(due, well=False)
            log.error("cycle_failed", checks=due, reason=str(error))
        except Exception:
            self._vitals.failed_cycle()
            self._vitals.looked(due, well=False)
            log.exception("cycle_crashed", checks=due)
            if len(due) > 1:  # the one at fault must not take the others with it
                for check in due:
                    self._cycle([check], unanswered)
        else:
            seconds = round(time.monotonic() - began, 3)
            self._vitals.looked(due, well=True)
            self._vitals.cycle(
                report.now,
                checks=due,
                unreadable=report.unreadable,
                seconds=seconds,
                series=report.judged_series,
                alerts=len(report.alerts),
            )
            _tell(report, due, seconds)

    def _is_before_the_last_cycle(self, due: Sequence[str]) -> bool:
        """Whether the clock was set back: what was judged stays judged, and nothing is judged until it has caught up."""
        with self.app.store.reading() as connection:
            last = judged.last_now(connection)
        if last is None or utc_now() >= last:
            return False
        log.warning("clock_behind", checks=due, last_cycle=last.isoformat(), todo="look whether the clock is right")
        return True

    def _plan_again(self, checks: Sequence[str]) -> None:
        """Plan another look at each of the checks: unread, late, or failed."""
        for check in checks:
            attempt = self._attempts.get(check, 0)
            self._attempts[check] = attempt + 1
            if not self._stopping.is_set():
                self._schedule.again([check], utc_now() + _AGAIN_AFTER[min(attempt, len(_AGAIN_AFTER) - 1)])


def _tell(report: Report, due: Sequence[str], seconds: float) -> None:
    """One line a cycle, one for each check and feed that cannot be read, one for each incident that changed."""
    for check, reason in report.unreadable.items():
        log.error("check_unreadable", check=check, reason=reason)
    for feed, reason in report.unread_feeds.items():
        log.error("changes_unreadable", feed=feed, reason=reason)
    for transition in [t for t in report.transitions if t.change is not Change.NOTHING]:
        log.info("incident", incident=transition.incident.id, change=str(transition.change), why=str(transition.why))
    log.info(
        "cycle",
        checks=due,
        judged_series=report.judged_series,
        not_judged=len(report.not_judged),
        data_problems=len(report.problems),
        alerts=len(report.alerts),
        seconds=seconds,
    )
