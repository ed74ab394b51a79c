"""The life of an incident: a pure state machine.

`advance(incident, seen, now)` compares what is open with what this cycle saw and answers with the next state, the
change and its reason. It knows nothing of stores, clocks or words. Every answer, also "nothing", has a named reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from daemon import news
from daemon.joining import joined, line
from daemon.model import Change, Incident, Status
from daemon.transition import Transition, Why
from detectors.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one cycle saw of an incident's series.

    findings: those of its series and those that joined, as they stand now.
    calm: periods in a row, up to the newest judged one, in which its totals were back in range; None: nothing new was
    judged. calm_needed: so many in a row make a recovery; one good day is none.
    restated: its anomalous periods are back in range because the source changed them.
    absorbed: its level has become the base. grows: it is clearly further off than it was told. newest_size: relative change of
    the KPI at its head in the newest periods, where those are clearly further off than before; else 0.
    spreads: series that were not in it before are off now.
    last_bad_end: end of the last anomalous period.
    """

    findings: Sequence[Finding]
    calm: int | None = None
    calm_needed: int = 2
    restated: bool = False
    absorbed: bool = False
    grows: bool = False
    newest_size: float = 0.0
    data_arrived: bool = False
    spreads: bool = False
    last_bad_end: datetime | None = None


def advance(incident: Incident, seen: Seen, now: datetime) -> Transition:
    """The next state of an open (or, for a comeback or a correction, resolved) incident.

    Growth is measured against what people were last told, so that many small steps add up to news.
    """
    if incident.status is not Status.OPEN:
        # KPIs that settle late still tell of the time before its end: only what began afterwards is a comeback.
        over = incident.ended_at or now
        if incident.status is Status.RESOLVED and any(f.end is None and f.start >= over for f in seen.findings):
            return _goes_on(incident, seen, now)
        if incident.status is Status.RESOLVED and seen.restated:
            return _ended(incident, Status.RETRACTED, Change.RETRACTED, Why.RESTATED, seen, now)
        return Transition(incident=incident, change=Change.NOTHING, why=Why.NO_NEWS)
    if seen.restated:
        return _ended(incident, Status.RETRACTED, Change.RETRACTED, Why.RESTATED, seen, now)
    if seen.data_arrived:
        return _ended(incident, Status.RESOLVED, Change.RESOLVED, Why.DATA_ARRIVED, seen, now)
    if seen.absorbed:
        return _ended(incident, Status.RESOLVED, Change.RESOLVED, Why.NEW_BASE, seen, now)
    if seen.calm is None and not seen.findings:
        return Transition(incident=incident, change=Change.NOTHING, why=Why.NO_NEWS)
    if seen.calm and not seen.spreads:
        if seen.calm >= seen.calm_needed:
            return _ended(incident, Status.RESOLVED, Change.RESOLVED, Why.CALM, seen, now)
        return Transition(
            incident=replace(_closing(incident, seen), calm_periods=seen.calm),
            change=Change.NOTHING,
            why=Why.NOT_YET_CALM,
        )
    return _goes_on(incident, seen, now)


def returned(incident: Incident, since: datetime, now: datetime) -> Transition:
    """The true end of an incident whose level had become the base: the series is back where it was before."""
    whole = replace(
        incident,
        ended_at=since,
        new_base=False,
        updated_at=now,
        findings=tuple(replace(f, end=since) for f in incident.findings),
        consequences=tuple(replace(f, end=since) for f in incident.consequences),
    )
    return Transition(incident=whole, change=Change.RESOLVED, why=Why.OLD_LEVEL)


def _goes_on(incident: Incident, seen: Seen, now: datetime) -> Transition:
    updated = replace(
        joined(incident, seen.findings),
        calm_periods=0,
        ended_at=None,
        new_base=False,
        status=Status.OPEN,
        newest_size=seen.newest_size,
        updated_at=now,
    )
    change, why = news.between(incident, updated)
    if seen.grows or change in (Change.WORSE, Change.REOPENED):
        updated = replace(updated, grew_at=now)
    same = news.has_same_head(incident, updated)
    if not same or change in (Change.BETTER, Change.REOPENED):  # a bad day is news again
        updated = replace(updated, told_newest=0.0)
    if change is Change.NOTHING:
        yardstick = incident.told_size * news.wider(incident, updated) if same else news.size(updated.findings)
        return Transition(incident=replace(updated, told_size=yardstick), change=change, why=why)
    if (
        incident.known_at_start and change is Change.BETTER
    ):  # nobody was told of it by itself, so it stays in its summary
        return Transition(incident=news.told(updated), change=Change.NOTHING, why=why)
    if incident.known_at_start:  # it began before the first sight, but this is new
        updated = replace(updated, known_at_start=False, first_detected_at=now)
    return Transition(incident=news.told(updated), change=change, why=why)


def _ended(incident: Incident, status: Status, change: Change, why: Why, seen: Seen, now: datetime) -> Transition:
    whole = _closing(incident, seen)
    known = [f.end for f in whole.everything if f.end is not None]
    ended = incident.ended_at or seen.last_bad_end or max(known, default=now)

    def closed(findings: Sequence[Finding]) -> tuple[Finding, ...]:
        return tuple(replace(f, end=f.end or (ended if ended > f.start else now)) for f in findings)

    return Transition(
        change=change,
        why=why,
        incident=replace(
            whole,
            status=status,
            ended_at=ended,
            findings=closed(whole.findings),
            consequences=closed(whole.consequences),
            new_base=why is Why.NEW_BASE,
            calm_periods=seen.calm or 0,
            updated_at=now,
        ),
    )


def _closing(incident: Incident, seen: Seen) -> Incident:
    """The incident with what was seen now, but for steps that are measured on: they take in the calm days by now."""
    before = {line(f) for f in incident.everything}
    return joined(incident, [f for f in seen.findings if f.end is not None or line(f) not in before])
