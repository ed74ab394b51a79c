"""Whether two sightings begin together, or one is what the other comes to show in time. Pure."""

from datetime import timedelta
from math import isfinite, log

from daemon.sighting import COSTS, JOURNEY, Sighting
from detectors.finding import Finding, Shape
from detectors.pace import pace_for

_DAY = timedelta(days=1)
# A slow change has no sharp beginning: its dating is this much vaguer, in periods.
_VAGUE_PERIODS = 10
_DRIFTS = frozenset({Shape.DRIFT_UP, Shape.DRIFT_DOWN})

# What grows for long; of two that grow in one tide the larger grows by no more than this factor.
_GROWTH = frozenset({Shape.DRIFT_UP, Shape.STEP_UP})
_LASTING = frozenset({Shape.DRIFT_UP, Shape.STEP_UP, Shape.DRIFT_DOWN, Shape.STEP_DOWN})
_SAME_TIDE = 2.0
# What a channel loses the whole business loses, and what all lose each channel does, but for the noise of both.
_NO_LARGER = 1.5
# What comes of a change is of its order: it may have grown since it was measured. A collapse beside it is news of its own.
_SAME_ORDER = 3.0
# Nothing less than this part is left of anything.
_LEAST = 0.01
# Prices of ads; where they fall in two channels, the market has become cheaper.
_CHEAPER = frozenset({"cpc", "cpm"})


def begin_together(one: Sighting, other: Sighting) -> bool:
    """Whether two onsets lie as near as those of one trouble do, or one is what a slow change comes to show in time."""
    if wears_on(one, other) or wears_on(other, one) or swell(one, other):
        return True
    shorter, longer = sorted((one.period, other.period))
    tolerance = pace_for(shorter).onset * min(shorter, _DAY) + longer
    for sighting in (one, other):
        if sighting.finding.shape in _DRIFTS:
            tolerance += _VAGUE_PERIODS * sighting.period
    if longer < _DAY and {one.finding.shape, other.finding.shape} & _LASTING:  # the night's few events date nothing
        tolerance += _VAGUE_PERIODS * longer
    return abs(one.finding.start - other.finding.start) <= tolerance


def wears_on(early: Sighting, late: Sighting) -> bool:
    """Whether something begins in the course of a lasting change that leads to it: of its channel, or of the whole business.

    Fewer clicks by the day are fewer visits first, and fewer orders weeks later, when enough of them are missing. What
    is clearly larger than a sharp change is no part of it.
    """
    a, b = early.finding, late.finding
    during = a.start <= b.start and (a.end is None or b.start <= a.end)
    if a.shape not in _LASTING or not during or early.worth != late.worth:
        return False
    if a.key.channel is not None and b.key.channel is None:
        line, of_channel = (b.key.check, b.key.kpi, b.key.segment), (a.key.check, a.key.kpi, a.key.segment)
        return line == of_channel and abs(b.observed - b.expected) <= _NO_LARGER * abs(a.observed - a.expected)
    known = all(s.family in JOURNEY or s.role == "ctr" or s.role in COSTS for s in (early, late))
    if not known or a.key.channel not in (None, b.key.channel):
        return False
    if a.shape in _DRIFTS and a.key.channel == b.key.channel:
        return True
    return abs(_log(b)) <= (_SAME_ORDER if a.key.channel == b.key.channel else _NO_LARGER) * abs(_log(a))


def _log(finding: Finding) -> float:
    return log(max(1 + finding.relative_change, _LEAST)) if isfinite(finding.relative_change) else 0.0


def swell(one: Sighting, other: Sighting) -> bool:
    """Whether two things grow for long at the same time, or the same ads become cheaper in two places.

    A season's run-up shows in channel after channel, one sooner than the other, and is one piece of news. What jumps far
    higher than the rest, in a channel by itself, is no part of it.
    """
    a, b = one.finding, other.finding
    if not overlap(a, b):
        return False
    if one.role == other.role and one.role in _CHEAPER:
        return {a.shape, b.shape} <= _LASTING and one.sign < 0 and other.sign < 0
    if not {a.shape, b.shape} <= _GROWTH or not {one.family, other.family} <= JOURNEY:
        return False
    less, more = sorted((a.relative_change, b.relative_change))
    slow = a.shape is Shape.DRIFT_UP and b.shape is Shape.DRIFT_UP
    wide = None in (a.key.channel, b.key.channel) or Shape.DRIFT_UP in (a.shape, b.shape)
    return slow or (wide and more <= _SAME_TIDE * less)


def overlap(a: Finding, b: Finding) -> bool:
    """Whether two findings share a time."""
    return (a.end is None or b.start <= a.end) and (b.end is None or a.start <= b.end)
