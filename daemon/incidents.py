"""The life of an incident: a pure state machine.

`advance(incident, seen, now)` compares what is open with what this cycle saw and answers with the next state, the
change and its reason. It knows nothing of stores, clocks or words. Every answer, also "nothing", has a named reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from daemon.grouping import worst_first
from daemon.model import Change, Incident, Status
from detectors.finding import Finding

# A change this much larger than at the last message, relative to expectation, is news: -20 % grew to -35 %.
WORSE_BY = 0.15
# Periods in a row back in range before a trouble counts as over; one good day is no recovery.
CALM_PERIODS = 2


class Why(StrEnum):
    """The reason of a transition, stored with it."""

    FIRST_SEEN = "first seen"
    BEFORE_START = "began before channelwatch first saw it"
    NEW_SERIES = "more channels or KPIs joined"
    LARGER = "the change grew"
    SMALLER = "the change shrank by half"
    GOES_ON = "goes on unchanged"
    CALM = "back in range"
    NOT_YET_CALM = "one period back in range, waiting for the next"
    NEW_BASE = "the new level is the normal one now"
    DATA_ARRIVED = "the data arrived"
    RESTATED = "the source corrected the numbers"
    CAME_BACK = "the same trouble came back"
    NO_NEWS = "no new period was judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one cycle saw of an incident's series.

    findings: those of its series and those that joined, as they stand now.
    calm: periods in a row, up to the newest judged one, in which its totals were back in range; None: nothing new judged.
    restated: its anomalous periods are back in range because the source changed them.
    absorbed: its level has become the base.
    last_bad_end: end of the last anomalous period.
    """

    findings: Sequence[Finding]
    calm: int | None = None
    restated: bool = False
    absorbed: bool = False
    data_arrived: bool = False
    last_bad_end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """The next state of an incident, what changed, and why."""

    incident: Incident
    change: Change
    why: Why


def advance(incident: Incident, seen: Seen, now: datetime) -> Transition:
    """The next state of an open (or, for a comeback, resolved) incident.

    Growth is measured against what people were last told, so that many small steps add up to news.
    """
    if seen.restated:
        return _ended(incident, Status.RETRACTED, Change.RETRACTED, Why.RESTATED, seen, now)
    if seen.data_arrived:
        return _ended(incident, Status.RESOLVED, Change.RESOLVED, Why.DATA_ARRIVED, seen, now)
    if seen.absorbed:
        return _ended(incident, Status.RESOLVED, Change.RESOLVED, Why.NEW_BASE, seen, now)
    if seen.calm is None and not seen.findings:
        return Transition(incident=incident, change=Change.NOTHING, why=Why.NO_NEWS)
    if seen.calm is not None and seen.calm >= CALM_PERIODS:
        return _ended(incident, Status.RESOLVED, Change.RESOLVED, Why.CALM, seen, now)
    if seen.calm:
        return Transition(incident=replace(incident, calm_periods=seen.calm), change=Change.NOTHING, why=Why.NOT_YET_CALM)
    return _goes_on(incident, seen, now)


def _goes_on(incident: Incident, seen: Seen, now: datetime) -> Transition:
    updated = replace(incident, findings=_merge(incident.findings, seen.findings), calm_periods=0, ended_at=None,
                      status=Status.OPEN, updated_at=now)
    if incident.status is not Status.OPEN:
        return Transition(incident=told(updated), change=Change.REOPENED, why=Why.CAME_BACK)
    if len(_channels(updated)) >= max(2, 1.5 * incident.told_channels):
        return Transition(incident=told(updated), change=Change.GROWN, why=Why.NEW_SERIES)
    if size(seen.findings) - incident.told_size >= WORSE_BY:
        return Transition(incident=told(updated), change=Change.WORSE, why=Why.LARGER)
    return Transition(incident=updated, change=Change.NOTHING, why=Why.GOES_ON)


def told(incident: Incident) -> Incident:
    """The incident with its present size as the yardstick for the next message."""
    return replace(incident, told_size=size(incident.findings), told_channels=len(_channels(incident)))


def size(findings: Sequence[Finding]) -> float:
    """The largest relative change among totals (segments only where there is no total)."""
    totals = [f for f in findings if f.key.depth < 2] or findings
    return max((min(abs(f.relative_change), 5.0) for f in totals), default=0.0)


def _channels(incident: Incident) -> set[str | None]:
    return {f.key.channel for f in incident.findings}


def _ended(incident: Incident, status: Status, change: Change, why: Why, seen: Seen, now: datetime) -> Transition:
    ended = seen.last_bad_end or now
    findings = tuple(replace(f, end=f.end or ended) for f in _merge(incident.findings, seen.findings))
    consequences = tuple(replace(f, end=f.end or ended) for f in incident.consequences)
    return Transition(change=change, why=why, incident=replace(
        incident, status=status, ended_at=ended, findings=findings, consequences=consequences, calm_periods=seen.calm or 0, updated_at=now))


def _merge(older: Sequence[Finding], newer: Sequence[Finding]) -> tuple[Finding, ...]:
    """Newer findings replace older ones of the same series; an onset never moves later."""
    by_key = {f.key: f for f in older}
    for finding in newer:
        known = by_key.get(finding.key)
        by_key[finding.key] = finding if known is None else replace(finding, start=min(known.start, finding.start))
    return worst_first(list(by_key.values()))

