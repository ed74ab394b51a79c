"""One run of everything that is due, and its answer."""

from datetime import datetime
from typing import Any

from daemon import answers
from daemon.cycle import run_cycle
from daemon.errors import WrongUsage
from daemon.model import Status
from daemon.sources.health import DataProblem
from daemon.store import incidents as stored
from daemon.store import judged
from daemon.watch import Watch


class EarlierThanBefore(WrongUsage):
    """`--now` lies before the last judged period: history is not rewritten."""


def check_once(watch: Watch, now: datetime, *, keep: bool = True) -> dict[str, Any]:
    """Run every check that has a due period that was not judged yet.

    keep: False changes nothing in the state.

    Raises:
        EarlierThanBefore: `now` lies before what was judged.
        SourceError: a table cannot be read.
    """
    with watch.store.reading() as connection:
        latest = judged.last_of_all(connection)
    if latest and now < max(latest.values()):
        raise EarlierThanBefore(f"--now {now.isoformat()} lies before the last judged period, which ended {max(latest.values()).isoformat()}: "
                                "give a later time, or use backtest for the past")
    report = run_cycle(watch, watch.with_unjudged_periods(watch.enabled, now), now, keep=keep)
    changed = {t.incident.id: t.incident for t in report.transitions}
    with watch.store.reading() as connection:
        for incident in stored.recent(connection, status=Status.OPEN):
            changed.setdefault(incident.id, incident)
    return {
        "now": now.astimezone(watch.zone).isoformat(),
        "incidents": [answers.incident(i, watch.zone) for i in sorted(changed.values(), key=lambda i: (i.first_detected_at, i.id))],
        "not_judged": answers.not_judged(report.not_judged),
        "data_problems": [_problem(p) for p in report.problems],
        "judged_series": report.judged_series,
    }


def _problem(value: DataProblem) -> dict[str, Any]:
    return {"check": value.check, "channel": value.channel, "kind": str(value.kind), "periods": list(value.periods),
            "detail": value.detail, "overdue": value.overdue}
