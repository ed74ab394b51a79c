"""What people say about incidents, and what it changes. Pure.

Replies are rows of their own and never change an incident's document, which a cycle under way would overwrite: whoever
reads an incident takes them in. A closed incident goes on being followed in silence for as long as its trouble lasts,
so that it neither opens anew nor teaches what is normal.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from daemon.model import Change, Impact, Incident, Said, Status, Verdict
from daemon.news import WORSE_BY, carriers, grown_since_told, told
from daemon.transition import Transition, Why

# What was acknowledged or closed speaks again when it grows by so many times what is news otherwise, or spreads to so
# many times the channels; what was expected when it is so many times as large.
_CLEARLY_LARGER = 1.5
_CLEARLY_WIDER = 2
_UNEXPECTED = 2
_ENDS = (Change.RESOLVED, Change.RETRACTED)
_GROWS = (Change.WORSE, Change.GROWN)
_AT_LAST = {Change.OPENED: Why.FIRST_SEEN, Change.REOPENED: Why.CAME_BACK, Change.GROWN: Why.NEW_SERIES}
_CLOSING = (Verdict.EXPECTED, Verdict.NEW_NORMAL)


class Kind(StrEnum):
    """What somebody did."""

    ACK = "ack"
    MUTE = "mute"
    RESOLVE = "resolve"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One thing that one person said at an instant. verdict: of feedback alone; until: of a mute alone."""

    incident_id: str
    at: datetime
    kind: Kind
    who: str
    verdict: Verdict | None = None
    until: datetime | None = None
    comment: str = ""
    id: int = 0  # in the order in which they were said; 0: not kept yet

    @property
    def closes(self) -> bool:
        """Whether people hear no more of the incident from here on, unless something new begins."""
        return self.kind is Kind.RESOLVE or self.verdict in _CLOSING


def heard(incident: Incident, replies: Sequence[Reply]) -> Incident:
    """The incident with what was said of it; its status stays that of its trouble. replies: all of its own, in order."""
    now = [r for r in replies if r.id > incident.earlier_replies]
    acks = [r for r in now if r.kind is Kind.ACK or r.verdict is Verdict.DATA_FAULT]
    mutes = [r for r in replies if r.kind is Kind.MUTE]
    closing = next((r for r in now if r.closes), None)
    verdicts = [r for r in now if r.verdict is not None]
    comments = [r.comment for r in now if r.comment]
    return replace(
        incident,
        said=Said(
            acknowledged_by=acks[-1].who if acks else "",
            acknowledged_at=acks[-1].at if acks else None,
            muted_by=mutes[-1].who if mutes else "",
            muted_until=mutes[-1].until if mutes else None,
            closed_by=closing.who if closing else "",
            closed_at=closing.at if closing else None,
            verdict=verdicts[-1].verdict if verdicts else None,
            verdict_by=verdicts[-1].who if verdicts else "",
            comment=comments[-1] if comments else "",
            newest=max((r.id for r in replies), default=0),
        ),
    )


def as_told(incident: Incident) -> Incident:
    """The incident as people see it: closed by a person is closed; faulty data are no lost money."""
    said = incident.said
    if said.verdict is Verdict.DATA_FAULT and incident.impact is not None:
        incident = replace(incident, impact=recorded_only(incident.impact))
    closed = said.closed_at
    if closed is None or incident.status is not Status.OPEN:
        return incident
    ended = max(closed, *(f.start for f in incident.everything), incident.started_at)
    return replace(
        incident,
        status=Status.RESOLVED,
        ended_at=ended,
        findings=tuple(replace(f, end=f.end or ended) for f in incident.findings),
        consequences=tuple(replace(f, end=f.end or ended) for f in incident.consequences),
    )


def recorded_only(impact: Impact) -> Impact:
    """The impact of a fault in the data: what is missing in the record, and no money lost."""
    if impact.value is None or (impact.value == 0 and impact.recorded_value is not None):
        return impact
    return replace(impact, value=0.0, lower=0.0, upper=0.0, recorded_value=impact.recorded_value or impact.value)


def is_muted(incident: Incident, now: datetime) -> bool:
    """Whether nothing but its end may be told, for now; what stands when it is over is told again (`reminding`)."""
    return incident.said.muted_until is not None and now < incident.said.muted_until


def is_accepted(incident: Incident) -> bool:
    """Whether an open incident's level was called the new normal, so that nothing is left to follow."""
    return incident.status is Status.OPEN and incident.said.verdict is Verdict.NEW_NORMAL


def accept(incident: Incident, now: datetime) -> Transition:
    """The end of an incident whose level is the base from its start on. People were told when it was said."""
    closed = replace(as_told(incident), held_back=None, updated_at=now)
    return Transition(incident=closed, change=Change.NOTHING, why=Why.NEW_BASE)


def begun(transition: Transition, *, silence: str) -> Transition:
    """The beginning of an incident; where a silence keeps it from people it is told when that is over, if it lasts."""
    if not silence:
        return transition
    held = replace(transition.incident, held_back=Change.OPENED)
    return replace(transition, change=Change.NOTHING, incident=held, silence=silence)


def filtered(before: Incident, transition: Transition, now: datetime, *, silence: str = "") -> Transition:
    """What of a transition is still told, given what people said of the incident before it.

    silence: by which silence nobody is told of it; empty: by none.
    """
    kept = _filtered(before, transition, muted=bool(silence) or is_muted(before, now))
    is_kept_back = kept.change is Change.NOTHING and (transition.change is not Change.NOTHING or before.is_unheard)
    return replace(kept, silence=silence or _silenced_by(before, now)) if is_kept_back else kept


def _silenced_by(before: Incident, now: datetime) -> str:
    said = before.said
    if said.closed_at is not None:
        return f"closed by {said.closed_by}"
    if is_muted(before, now):
        return f"muted by {said.muted_by}"
    return f"acknowledged by {said.acknowledged_by}" if said.acknowledged_by else ""


def _filtered(before: Incident, transition: Transition, *, muted: bool) -> Transition:
    change = transition.change
    is_over = transition.incident.status is not Status.OPEN
    if before.is_unheard:
        if is_over or muted or before.said.closed_at is not None:
            return _silent(before, transition, None if is_over else before.held_back)
        return _at_last(transition, before.held_back or Change.OPENED)
    if before.status is not Status.OPEN and change in _ENDS:  # taken back: whoever closed it by hand knew that
        return _silent(before, transition) if before.said.closed_at is not None else transition
    if before.status is not Status.OPEN and change is not Change.NOTHING:
        return _again(before, transition, muted=muted)
    if before.said.closed_at is not None and change is not Change.NOTHING:
        if is_over or not _is_clearly_worse(before, transition):
            return _silent(before, transition)
        return _again(before, replace(transition, change=Change.REOPENED, why=Why.WORSE_AFTER_CLOSED), muted=muted)
    if change in _ENDS:
        return replace(transition, incident=replace(transition.incident, held_back=None))
    if muted:
        return _silent(before, transition, change if change in _GROWS else before.held_back)
    if before.held_back is not None and change is Change.NOTHING:
        return _at_last(transition, before.held_back) if _is_news_still(transition.incident) else transition
    if before.said.acknowledged_by and not _is_clearly_worse(before, transition):
        return _silent(before, transition)
    return replace(transition, incident=replace(transition.incident, held_back=None))


def _at_last(transition: Transition, change: Change) -> Transition:
    """What a mute held back, told now that the silence is over."""
    why = _AT_LAST.get(change, Why.LARGER)
    return Transition(incident=told(replace(transition.incident, held_back=None)), change=change, why=why)


def _is_news_still(incident: Incident) -> bool:
    """Whether it is still clearly larger or wider than when people were last told."""
    least = WORSE_BY * max(1.0, incident.told_size)
    wider = not incident.told_everywhere and len(carriers(incident)) > incident.told_channels
    return wider or grown_since_told(incident, incident) >= least


def _again(before: Incident, transition: Transition, *, muted: bool) -> Transition:
    """A comeback. What was said before spoke of the earlier time, but for a mute, which holds until its date."""
    if muted:
        transition = _silent(before, transition, Change.REOPENED)
        transition = replace(transition, incident=replace(transition.incident, told_to=()))
    return replace(transition, incident=replace(transition.incident, earlier_replies=before.said.newest))


def _silent(before: Incident, transition: Transition, held_back: Change | None = None) -> Transition:
    """The transition, told to nobody: what is told later is measured against what people know."""
    return Transition(
        change=Change.NOTHING,
        why=transition.why,
        incident=replace(
            transition.incident,
            told_size=before.told_size,
            told_newest=before.told_newest,
            told_channels=before.told_channels,
            told_everywhere=before.told_everywhere,
            told_severity=before.told_severity,
            known_at_start=before.known_at_start,
            first_detected_at=before.first_detected_at,
            held_back=held_back,
        ),
    )


def _is_clearly_worse(before: Incident, transition: Transition) -> bool:
    """Whether it is so much worse than what people know that what they said of it may not hold."""
    if transition.change is Change.GROWN:
        return len(carriers(transition.incident)) >= _CLEARLY_WIDER * max(before.told_channels, 1)
    if transition.change is not Change.WORSE:
        return False
    grown = grown_since_told(transition.incident, before)
    least = _CLEARLY_LARGER * WORSE_BY * max(1.0, before.told_size)
    if before.said.verdict is Verdict.EXPECTED:
        least = max(least, (_UNEXPECTED - 1) * before.told_size)
    return round(grown - least, 6) >= 0


def verdicts(replies: Iterable[Reply]) -> Mapping[Verdict, int]:
    """How many incidents people judged to be what; the last word on each counts."""
    last = {r.incident_id: r.verdict for r in replies if r.verdict is not None}
    return Counter(last.values())


def sentence(reply: Reply, until: str = "") -> str:
    """A reply in the history of its incident: `acknowledged by ana: on it`. until: the end of a mute, in words."""
    match reply.kind:
        case Kind.ACK:
            done = "acknowledged"
        case Kind.MUTE:
            done = f"muted until {until}" if until else "muted"
        case Kind.RESOLVE:
            done = "closed"
        case Kind.FEEDBACK:
            done = f"called {VERDICT_WORDS[reply.verdict or Verdict.REAL]}"
    return f"{done} by {reply.who}" + (f": {reply.comment}" if reply.comment else "")


def counted(found: Mapping[str, int]) -> str:
    """How often people agreed: `12 judged by you: 9 real, 2 expected, 1 data fault`."""
    kinds = ", ".join(f"{found[v]} {v.replace('_', ' ')}" for v in Verdict if found.get(v))
    return f"{sum(found.values())} judged by you: {kinds}"


VERDICT_WORDS = {
    Verdict.REAL: "a real problem",
    Verdict.EXPECTED: "expected",
    Verdict.DATA_FAULT: "a data fault",
    Verdict.NEW_NORMAL: "the new normal",
}
