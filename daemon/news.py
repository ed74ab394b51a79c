"""What of an incident that goes on is news, measured against what people were last told. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from daemon.grouping import is_data_fault
from daemon.joining import sign
from daemon.model import Change, Incident, Status
from daemon.transition import Why
from detectors.finding import Finding

# A change this much larger than at the last message, relative to expectation, is news: -20 % grew to -35 %. What has
# more than doubled must grow by as much of its own size: +300 % is no other news than +330 %.
WORSE_BY = 0.15
# A change this part of what was last told is good news.
BETTER_AT = 0.5
# A channel carries a trouble with this part of what the one that lost (or gained) most of a KPI did; less may be chance.
CARRIES = 0.25
# Beyond this size a relative change only says "many times as much".
_LARGEST = 5.0


def between(before: Incident, after: Incident) -> tuple[Change, Why]:
    """What people would want to hear of an incident that goes on, as it was and as it is."""
    if before.status is not Status.OPEN:
        return Change.REOPENED, Why.CAME_BACK
    if _has_spread(before, after):
        return Change.GROWN, Why.NEW_SERIES
    if is_data_fault(after.findings[0]):  # how much of it there is, is no size of a trouble
        return Change.NOTHING, Why.GOES_ON
    was, now = size(before.findings), _same_lines(before, after)
    known = _yardstick(before, after)
    same = has_same_head(before, after)
    # Of what has gone on for long a day tells little in the mean of all of them: the newest ones speak for themselves, once.
    least = max(known, before.told_newest) if same else known
    if (now > was and _is_news(round(now - least, 6), least)) or _is_news(round(after.newest_size - least, 6), least):
        return Change.WORSE, Why.LARGER
    grown = round(now - known, 6)
    if same and now < was and -grown >= WORSE_BY and now <= BETTER_AT * known:
        return Change.BETTER, Why.SMALLER
    return Change.NOTHING, Why.GOES_ON


def has_same_head(before: Incident, after: Incident) -> bool:
    """Whether the KPI that names it is the one that named it before."""
    return before.findings[0].key.kpi == after.findings[0].key.kpi


def _is_news(grown: float, known: float) -> bool:
    return grown >= WORSE_BY * max(1.0, known)


def _yardstick(before: Incident, after: Incident) -> float:
    """The size that is compared with: what people were told; of another KPI that heads it now its own size before, if that was
    in it already. An answer rate 40 % down and a waiting time 140 % up are one trouble, and not the one worse than the other.
    """
    if has_same_head(before, after):
        return before.told_size
    head = after.findings[0].key.kpi
    alike = [f for f in before.findings if f.key.kpi == head and sign(f) == sign(after.findings[0])]
    return size(alike) if alike else before.told_size


def _same_lines(before: Incident, after: Incident) -> float:
    """The size after, of the series that were in it before."""
    lines = {f.key for f in before.findings}
    return size([f for f in after.findings if f.key in lines] or after.findings)


def wider(before: Incident, after: Incident) -> float:
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
    alike = [f for f in totals if f.key.kpi == totals[0].key.kpi and sign(f) == sign(totals[0])]
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
