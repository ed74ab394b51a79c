"""What a cycle found, and how all of it is kept in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.settings import Settings
from daemon import unread
from daemon.alerts.alert import Alert
from daemon.changes.asked import label
from daemon.foresight import telling
from daemon.foresight.telling import Foresight
from daemon.judging import View
from daemon.model import Change
from daemon.outbox import announce
from daemon.renewing import renew
from daemon.sources.problems import DataProblem
from daemon.store import Connection, activity, beginnings, judged, pending, told, troubles, verdicts
from daemon.store import incidents as stored
from daemon.transition import Transition
from daemon.verdicts import Aftermath, with_aftermath
from daemon.waiting import not_before, waits
from daemon.watch import Watch
from detectors.finding import NotJudged


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a cycle found."""

    now: datetime
    transitions: Sequence[Transition]
    alerts: Sequence[tuple[Alert, tuple[str, ...]]]
    not_judged: Sequence[NotJudged]
    problems: Sequence[DataProblem]
    judged: Mapping[str, int]  # check -> series of which it judged a period
    unreadable: Mapping[str, str]  # check -> why its source cannot be read now
    unread_feeds: Mapping[str, str]  # feed of changes -> why it cannot be read now, or in part
    foresight: Foresight
    aftermath: Sequence[Aftermath]

    @property
    def judged_series(self) -> int:
        """How many series had a period judged."""
        return sum(self.judged.values())


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One check of this cycle: its view, its periods [done, count), and whether this is the first sight of it."""

    view: View
    done: int
    count: int
    first_sight: bool


def keep(
    connection: Connection, watch: Watch, report: Report, due: Sequence[str], results: Mapping[str, Judged]
) -> None:
    """Write all that a cycle decided, inside its transaction: state, history, and what is to be said."""
    now, settings = report.now, watch.settings
    for check, result in results.items():
        _keep_judged(connection, check, result, now)
        if not watch.is_replay:
            told_already = [a for a in report.aftermath if a.finding.key.check == check]
            verdicts.keep(connection, check, now, with_aftermath(result.view.verdicts, told_already))
    for check in due:
        _keep_trouble(connection, settings, check, report.unreadable.get(check), now, known=check in watch.views)
    for feed in map(label, settings.changes):
        _keep_trouble(connection, settings, feed, report.unread_feeds.get(feed), now, known=False)
    judged.note_cycle(connection, now)
    activity.note(connection, now, series=report.judged, alerts=len(report.alerts) + len(report.foresight.alerts))
    for transition in report.transitions:
        stored.record(connection, transition.incident, at=now, change=transition.change, reason=transition.reason)
        if transition.change is Change.NOTHING:
            renew(connection, watch, transition, now)
        if (transition.begins or transition.held) and not watch.is_replay:
            beginnings.note(
                connection,
                transition.incident.id,
                transition.change,
                told=transition.begins,
                held=transition.held,
                now=now,
            )
    of = {t.incident.id: t for t in report.transitions}
    for alert, to in report.alerts:
        own = of.get(alert.incident_id)
        change = own.change if own else alert.change
        past = told.pasts(connection, alert.incident_id) if own else {}
        about = [own.incident] if own else [t.incident for t in report.transitions]
        if own is None and change is not Change.OPENED:  # of a list: about none of this cycle's alone
            wait = waits(settings, to, alert.severity, now)
        else:
            wait = not_before(settings, about, to, now, change=change, past=past)
        announce(connection, alert, to, now, wait, change=change)
    telling.keep(connection, report.foresight)
    for alert, to in report.foresight.alerts:  # after what has happened already
        announce(connection, alert, to, now, waits(settings, to, alert.severity, now))


def _keep_trouble(
    connection: Connection, settings: Settings, name: str, reason: str | None, now: datetime, *, known: bool
) -> None:
    """Remember whether a check or a feed of changes could be read (reason None); tell of it where nothing else can."""
    alert = None
    if reason is None:
        past = troubles.over(connection, name)
        alert = unread.ended(past, settings, now) if past and past.told_at else None
    elif unread.is_news(trouble := troubles.note(connection, name, reason, now), known=known, now=now):
        troubles.told(connection, name, now)
        alert = unread.begun(trouble, settings, now)
    if alert is not None:
        to = unread.recipients(settings, name)
        announce(connection, alert, to, now, waits(settings, to, alert.severity, now))


def _keep_judged(connection: Connection, check: str, result: Judged, now: datetime) -> None:
    axis = result.view.panel.axis
    pending.save(connection, check, result.view.waiting)
    if result.count > result.done:
        judged.mark(connection, check, axis.start(result.count), now)
