"""Which findings belong together: pure rules on time, channel, KPI family and direction.

Two findings are one trouble when they begin together and share a channel, or move the same kind of KPI the same way in
several channels (one tag, one site, one market behind them). What begins much later than a trouble did is a trouble
of its own, unless it is the same series moving the same way: no chain of later findings swallows the next trouble.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from daemon.onsets import begin_together, overlap, swell, wears_on
from daemon.sighting import JOURNEY, Sighting
from detectors.finding import Finding, Shape

DATA_SHAPES = frozenset({Shape.MISSING, Shape.DUPLICATE, Shape.RESTATED})

# How the site and the shop fare, and the direction that costs sales. Traffic and sales of the whole business follow.
_HEALTH: Mapping[str, int] = {
    "page_load": 1,
    "error_rate": 1,
    "crash_rate": 1,
    "uptime": -1,
    "payment_success_rate": -1,
    "consent_rate": -1,
    "in_stock_rate": -1,
}
Segment = tuple[tuple[str, str], ...]

# Where visits and orders are booked anew (lost tags of links, another rule of attribution), what one channel loses another
# one gains; the two amounts differ by no more than this factor.
_REBOOKED = frozenset({"traffic", "sales"})
_SAME_AMOUNT = 2.0

# Each ad platform is a world of its own: two of them share a change of delivery or prices only in the same measure.
_APART = frozenset({"media", "price"})


def is_data_fault(finding: Finding) -> bool:
    """Whether a finding speaks of the data, not of the business: only data stand still at something above zero."""
    return finding.shape in DATA_SHAPES or (finding.shape is Shape.FLATLINE and finding.observed != 0)


def related(one: Sighting, other: Sighting) -> bool:
    """Whether two sightings are the same trouble."""
    a, b = one.finding, other.finding
    if is_data_fault(a) != is_data_fault(b):
        return False
    if is_data_fault(a):
        return (
            (a.key.check == b.key.check or _stopped_together(one, other))
            and a.shape is b.shape
            and (begin_together(one, other) or (_same_line(one, other) and overlap(a, b)))
        )
    together = begin_together(one, other)
    if _same_line(one, other):
        return together or one.sign == other.sign
    if not together:
        return False
    if a.key.channel is not None and a.key.channel == b.key.channel:
        return True
    if _is_part(one, other) or _is_part(other, one) or _harms(one, other) or _harms(other, one):
        return True
    if _rebooked(one, other) or swell(one, other):
        return True
    if one.sign != other.sign:
        return False
    of_business = a.key.channel is None or b.key.channel is None
    if of_business and {one.family, other.family} <= JOURNEY:
        return True
    if one.family != other.family or _exclude(a.key.segment, b.key.segment):
        return False
    return of_business or one.family not in _APART or (one.role == other.role and a.key.segment == b.key.segment)


def _stopped_together(one: Sighting, other: Sighting) -> bool:
    """Whether two tables of one source have no new data: then the source has stopped, and one message says so."""
    a, b = one.finding, other.finding
    missing = a.shape is Shape.MISSING and b.shape is Shape.MISSING and a.end is None and b.end is None
    return missing and bool(one.source) and one.source == other.source and one.period == other.period


def _exclude(a: Segment, b: Segment) -> bool:
    """Whether two segments cannot overlap: campaigns of two channels, phones and desktops."""
    values = dict(b)
    return any(values.get(dimension, value) != value for dimension, value in a)


def _is_part(ratio: Sighting, part: Sighting) -> bool:
    """Whether a ratio of the whole business, or of what two checks say of it, moved together with what it is made of, in some channel."""
    a, b = ratio.finding.key, part.finding.key
    return b.kpi in ratio.parts and (a.check == b.check or ratio.across) and None in (a.channel, b.channel)


def _rebooked(one: Sighting, other: Sighting) -> bool:
    """Whether one channel lost about what another one gained."""
    a, b = one.finding, other.finding
    if a.key.channel is None or b.key.channel is None or one.sign == other.sign or one.family not in _REBOOKED:
        return False
    if (a.key.check, a.key.kpi, a.key.segment) != (b.key.check, b.key.kpi, b.key.segment):
        return False
    less, more = sorted(abs(f.observed - f.expected) for f in (a, b))
    return 0 < more <= _SAME_AMOUNT * less


def _harms(health: Sighting, other: Sighting) -> bool:
    """Whether the site fares badly while traffic or sales of the whole business fall, or in another way too."""
    return (
        health.finding.key.channel is None
        and other.finding.key.channel is None
        and _HEALTH.get(health.role) == health.sign
        and ((other.family in ("traffic", "sales") and other.sign < 0) or _HEALTH.get(other.role) == other.sign)
    )


def belongs(sighting: Sighting, members: Sequence[Sighting]) -> bool:
    """Whether a sighting is of the same trouble as `members`: of one of their lines, or related and as early."""
    first = min(members, key=lambda m: m.finding.start)
    near = [m for m in members if related(sighting, m)]
    return any(_same_line(sighting, m) or begin_together(sighting, first) or wears_on(m, sighting) for m in near)


def _begins_with(sighting: Sighting, members: Sequence[Sighting]) -> bool:
    first = min(members, key=lambda m: m.finding.start)
    return begin_together(sighting, first) and belongs(sighting, members)


def _same_line(one: Sighting, other: Sighting) -> bool:
    """The same KPI of the same channel, as a whole or in part."""
    a, b = one.finding.key, other.finding.key
    return (a.check, a.channel, a.kpi) == (b.check, b.channel, b.kpi)


def group(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
    """Partition sightings into troubles, the earliest first; the order in which they are given does not matter."""
    groups: list[list[Sighting]] = []
    for sighting in sorted(sightings, key=_in_time):
        # A late segment of an old line joins it, but is no bridge to what begins now.
        touching = [g for g in groups if _begins_with(sighting, g)] or [g for g in groups if belongs(sighting, g)][:1]
        merged = [member for g in touching for member in g] + [sighting]
        groups = [g for g in groups if g not in touching] + [merged]
    return sorted(groups, key=lambda g: min(_in_time(s) for s in g))


def _in_time(sighting: Sighting) -> tuple[datetime, str, str, str, float]:
    finding = sighting.finding
    return finding.start, finding.key.check, str(finding.key), str(finding.shape), finding.observed


def onset(findings: Sequence[Finding]) -> datetime:
    """The first anomalous period of a trouble."""
    return min(f.start for f in findings)
