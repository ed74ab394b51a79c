"""One run of everything that is due, and its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daemon import answers
from daemon.changes import asked_feeds
from daemon.cycle import run_cycle
from daemon.errors import WrongUsage
from daemon.foresight.model import Pace
from daemon.gathering import Gatherer
from daemon.model import Change, Incident, Status
from daemon.replies import as_told
from daemon.sources.health import DataProblem
from daemon.store import incidents as stored
from daemon.store import judged
from daemon.watch import Watch
from detectors.finding import NotJudged


class EarlierThanBefore(WrongUsage):
    """`--now` lies before the last judged period: history is not rewritten."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a run found. `incidents`: all that are open, and those that this run changed, oldest first."""

    now: datetime
    incidents: Sequence[Incident]
    not_judged: Sequence[NotJudged]
    problems: Sequence[DataProblem]
    judged_series: int
    unreadable: Mapping[str, str]  # check -> why its source cannot be read
    paces: Sequence[Pace] = ()


def check_once(watch: Watch, gatherer: Gatherer, now: datetime, *, keep: bool = True) -> Checked:
    """Run every check that has a due period that was not judged yet, after asking its source.

    keep: False changes nothing in the state.

    Raises:
        EarlierThanBefore: `now` lies before what was judged.
    """
    with watch.store.reading() as connection:
        latest = max(judged.last_of_all(connection).values(), default=now)
    if now < latest:
        given, ended = (f"{instant.astimezone(watch.zone):%Y-%m-%d %H:%M}" for instant in (now, latest))
        raise EarlierThanBefore(
            f"--now {given} lies before {ended}, the end of the last judged period: give a later time, "
            "or look at the past with channelwatch backtest"
        )
    due = watch.with_unjudged_periods(watch.enabled, now)
    feeds = asked_feeds(watch.settings) if due else {}
    unanswered = gatherer.ask([*due, *feeds], now, patience_seconds=None)
    report = run_cycle(watch, due, now, kept=keep, unanswered=unanswered)
    seen = [(as_told(t.incident), t.change) for t in report.transitions]
    changed = {i.id: i for i, change in seen if i.status is Status.OPEN or change is not Change.NOTHING}
    with watch.store.reading() as connection:
        for incident in stored.recent(connection, status=Status.OPEN):
            changed.setdefault(incident.id, incident)
    return Checked(
        now=now,
        incidents=sorted(changed.values(), key=lambda i: (i.first_detected_at, i.id)),
        not_judged=report.not_judged,
        problems=report.problems,
        judged_series=report.judged_series,
        unreadable=report.unreadable,
        paces=report.foresight.paces,
    )


def answer(checked: Checked, watch: Watch) -> dict[str, Any]:
    """The JSON of `check`."""
    return {
        "now": checked.now.astimezone(watch.zone).isoformat(),
        "incidents": [answers.incident(i, watch.zone) for i in checked.incidents],
        "not_judged": answers.not_judged(checked.not_judged),
        "data_problems": [_problem(p) for p in checked.problems],
        "pacing": [answers.pace(p) for p in checked.paces],
    }


def _problem(value: DataProblem) -> dict[str, Any]:
    return {
        "check": value.check,
        "channel": value.channel,
        "kind": str(value.kind),
        "periods": list(value.periods),
        "detail": value.detail,
    }
