"""The life of an incident: a pure state machine.

`advance(incident, seen, now)` compares what is open with what this cycle saw and answers with the next state, the
change and its reason. It knows nothing of stores, clocks or words. Every answer, also "nothing", has a named reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from daemon.grouping import is_data_fault
from daemon.headline import worst_first
from daemon.model import Change, Incident, Status
from detectors.finding import Finding, Shape
from detectors.panel import SeriesKey

# A change this much larger than at the last message, relative to expectation, is news: -20 % grew to -35 %. What has
# more than doubled must grow by as much of its own size: +300 % is no other news than +330 %.
WORSE_BY = 0.15
# A change this part of what was last told is good news.
BETTER_AT = 0.5
# A channel carries a trouble with this part of what the one that lost (or gained) most of a KPI did; less may be chance.
CARRIES = 0.25
# Beyond this size a relative change only says "many times as much".
_LARGEST = 5.0


# How the reason of a look begins at which there was news, and a silence kept it from people.
ENDS = (Change.RESOLVED, Change.RETRACTED)
NOT_TOLD = "not told, "
SUMMED = "told in one message with others, since many began at once"
BY_ITS_LIST = "told with its list, once all of that is over"


class Why(StrEnum):
    """The reason of a transition, stored with it."""

    FIRST_SEEN = "first seen"
    BEFORE_START = "began before channelwatch first saw it"
    NEW_SERIES = "more channels or KPIs joined"
    LARGER = "the change grew"
    BECAME_CRITICAL = "it has become critical"
    MUTE_OVER = "it still stands as a mute ends"
    SMALLER = "the change shrank by half"
    GOES_ON = "goes on unchanged"
    CALM = "back in range"
    NOT_YET_CALM = "one period back in range, waiting for the next"
    NEW_BASE = "the new level is the normal one now"
    OLD_LEVEL = "back at the level of before"
    DATA_ARRIVED = "the data arrived"
    RESTATED = "the source corrected the numbers"
    CAME_BACK = "the same trouble came back"
    BY_HAND = "closed by a person"
    WORSE_AFTER_CLOSED = "clearly worse than when a person closed it"
    NO_NEWS = "no new period was judged"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """The next state of an incident, what changed, and why. silence: by what people are kept from hearing of it.

    Of those that are told, once `hearing` has decided: to: destinations that hear of it; begins: those of them for whom it is a
    beginning, of which newcomers never heard of the incident; held: destination -> why it waits there for the digest; summed:
    destinations that are told of it in one message with others.
    """

    incident: Incident
    change: Change
    why: Why
    silence: str = ""
    to: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    newcomers: tuple[str, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    summed: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why, or why it was not told, and where not: as its history keeps it."""
        if self.silence:
            return f"{NOT_TOLD}{self.silence} ({self.why})"
        why = f"{self.why}; {SUMMED}, at {', '.join(self.summed)}" if self.summed else str(self.why)
        if self.change in ENDS and self.incident.listed:
            why = (
                f"{why}; {BY_ITS_LIST}, at {', '.join(dict.fromkeys(n for of in self.incident.listed for n in of.to))}"
            )
        if not self.held:
            return why
        kept: dict[str, list[str]] = {}
        for name, words in self.held.items():
            kept.setdefault(words, []).append(name)
        said = "; ".join(f"{words}, at {', '.join(names)}" for words, names in kept.items())
        return f"{why}; {NOT_TOLD}{said}" if self.to or self.summed else f"{NOT_TOLD}{said} ({why})"


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
        _joined(incident, seen.findings),
        calm_periods=0,
        ended_at=None,
        new_base=False,
        status=Status.OPEN,
        newest_size=seen.newest_size,
        updated_at=now,
    )
    change, why = _news(incident, updated)
    if seen.grows or change in (Change.WORSE, Change.REOPENED):
        updated = replace(updated, grew_at=now)
    if change is Change.NOTHING:
        same = incident.findings[0].key.kpi == updated.findings[0].key.kpi
        yardstick = incident.told_size * _wider(incident, updated) if same else size(updated.findings)
        return Transition(incident=replace(updated, told_size=yardstick), change=change, why=why)
    if (
        incident.known_at_start and change is Change.BETTER
    ):  # nobody was told of it by itself, so it stays in its summary
        return Transition(incident=told(updated), change=Change.NOTHING, why=why)
    if incident.known_at_start:  # it began before the first sight, but this is new
        updated = replace(updated, known_at_start=False, first_detected_at=now)
    return Transition(incident=told(updated), change=change, why=why)


def _news(before: Incident, after: Incident) -> tuple[Change, Why]:
    """What people would want to hear of an incident that goes on."""
    if before.status is not Status.OPEN:
        return Change.REOPENED, Why.CAME_BACK
    if _has_spread(before, after):
        return Change.GROWN, Why.NEW_SERIES
    if is_data_fault(after.findings[0]):  # how much of it there is, is no size of a trouble
        return Change.NOTHING, Why.GOES_ON
    was, now = size(before.findings), _same_lines(before, after)
    known = _yardstick(before, after)
    # Of what has gone on for long a day tells little in the mean of all of them: the newest ones speak for themselves, once.
    least = max(known, before.told_newest)
    if (now > was and _is_news(round(now - least, 6), least)) or _is_news(round(after.newest_size - least, 6), least):
        return Change.WORSE, Why.LARGER
    grown = round(now - known, 6)
    same = before.findings[0].key.kpi == after.findings[0].key.kpi
    if same and now < was and -grown >= WORSE_BY and now <= BETTER_AT * known:
        return Change.BETTER, Why.SMALLER
    return Change.NOTHING, Why.GOES_ON


def _is_news(grown: float, known: float) -> bool:
    return grown >= WORSE_BY * max(1.0, known)


def _yardstick(before: Incident, after: Incident) -> float:
    """The size that is compared with: what people were told; of another KPI that heads it now its own size before, if that was
    in it already. An answer rate 40 % down and a waiting time 140 % up are one trouble, and not the one worse than the other.
    """
    head = after.findings[0].key.kpi
    if head == before.findings[0].key.kpi:
        return before.told_size
    alike = [f for f in before.findings if f.key.kpi == head and _sign(f) == _sign(after.findings[0])]
    return size(alike) if alike else before.told_size


def _same_lines(before: Incident, after: Incident) -> float:
    """The size after, of the series that were in it before."""
    lines = {f.key for f in before.findings}
    return size([f for f in after.findings if f.key in lines] or after.findings)


def _wider(before: Incident, after: Incident) -> float:
    """Size after by size before, of the KPI at the head: once the whole business is in it, its size is that of the whole."""
    same = _same_lines(before, after)
    return size(after.findings) / same if same else 1.0


def _has_spread(before: Incident, after: Incident) -> bool:
    """Whether clearly more channels carry it than people were told; what was said of the whole business holds them all."""
    return not before.told_everywhere and len(carriers(after)) >= max(2, 1.5 * before.told_channels)


def told(incident: Incident) -> Incident:
    """The incident as it stands now as the yardstick for the next message."""
    return replace(
        incident,
        told_size=size(incident.findings),
        told_newest=max(incident.told_newest, incident.newest_size),
        told_channels=len(carriers(incident)),
        told_everywhere=_is_everywhere(incident),
        told_severity=incident.severity,
    )


def grown_since_told(now: Incident, told_as: Incident) -> float:
    """By how much it, or its newest periods, are further off than people were told of."""
    return max(size(now.findings), now.newest_size) - max(told_as.told_size, told_as.told_newest)


def size(findings: Sequence[Finding]) -> float:
    """The relative change of the KPI that heads the findings: of the whole business, else of its channels together."""
    totals = [f for f in findings if f.key.depth < 2] or findings
    if not totals:
        return 0.0
    alike = [f for f in totals if f.key.kpi == totals[0].key.kpi and _sign(f) == _sign(totals[0])]
    alike = [f for f in alike if f.key.channel is None] or alike
    observed, expected = sum(f.observed for f in alike), sum(f.expected for f in alike)
    if expected == 0:
        return 0.0 if observed == 0 else _LARGEST
    return min(abs(observed - expected) / abs(expected), _LARGEST)


def carriers(incident: Incident) -> set[str]:
    """The channels that carry it: of each KPI those that moved as much as a quarter of what the one that moved most did."""
    moved: dict[tuple[str, str], dict[str, float]] = {}
    for f in incident.findings:
        if f.key.channel is not None:
            of = moved.setdefault((f.key.check, f.key.kpi), {})
            of[f.key.channel] = max(of.get(f.key.channel, 0.0), abs(f.observed - f.expected))
    return {name for of in moved.values() for name, size in of.items() if size >= CARRIES * max(of.values())}


def _is_everywhere(incident: Incident) -> bool:
    """Whether its message speaks of the whole business, and names no channel."""
    named = any(dimension == "channel" for w in incident.where for dimension, _ in w.segment)
    return incident.findings[0].key.channel is None and not named


def _ended(incident: Incident, status: Status, change: Change, why: Why, seen: Seen, now: datetime) -> Transition:
    joined = _closing(incident, seen)
    known = [f.end for f in joined.everything if f.end is not None]
    ended = incident.ended_at or seen.last_bad_end or max(known, default=now)

    def closed(findings: Sequence[Finding]) -> tuple[Finding, ...]:
        return tuple(replace(f, end=f.end or (ended if ended > f.start else now)) for f in findings)

    return Transition(
        change=change,
        why=why,
        incident=replace(
            joined,
            status=status,
            ended_at=ended,
            findings=closed(joined.findings),
            consequences=closed(joined.consequences),
            new_base=why is Why.NEW_BASE,
            calm_periods=seen.calm or 0,
            updated_at=now,
        ),
    )


def _closing(incident: Incident, seen: Seen) -> Incident:
    """The incident with what was seen now, but for steps that are measured on: they take in the calm days by now."""
    before = {_line(f) for f in incident.everything}
    return _joined(incident, [f for f in seen.findings if f.end is not None or _line(f) not in before])


def _joined(incident: Incident, newer: Sequence[Finding]) -> Incident:
    """The incident with what was seen now; series listed as consequences stay such until it is explained anew."""
    apart = {_line(f) for f in incident.consequences}
    return replace(
        incident,
        findings=_merge(incident.findings, [f for f in newer if _line(f) not in apart]),
        consequences=_merge(incident.consequences, [f for f in newer if _line(f) in apart]),
    )


def _merge(older: Sequence[Finding], newer: Sequence[Finding]) -> tuple[Finding, ...]:
    """Newer findings replace older ones of the same series and direction; an onset never moves later."""
    merged = {_line(f): f for f in older}
    for finding in newer:
        known = merged.get(_line(finding))
        merged[_line(finding)] = finding if known is None else _continued(known, finding)
    return worst_first(list(merged.values()))


def _continued(known: Finding, newer: Finding) -> Finding:
    """What goes on for long is no dip only because the newest look was at one day of it."""
    later = newer.start > known.start
    shape = known.shape if later and newer.shape in (Shape.SPIKE, Shape.DIP) else newer.shape
    return replace(newer, start=min(known.start, newer.start), shape=shape)


def _line(finding: Finding) -> tuple[SeriesKey, bool]:
    """One series moving one way: a rebound after a dip is a finding of its own."""
    return finding.key, _sign(finding)


def _sign(finding: Finding) -> bool:
    return finding.observed >= finding.expected
