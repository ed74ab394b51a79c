"""What past and open incidents mean for judging: what teaches nothing, and what has become the base. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from daemon.model import Incident, Status, Verdict
from detectors.cadence import INTRADAY
from detectors.finding import Finding
from detectors.pace import pace_of
from detectors.panel import Axis, Bools, Panel

# Whatever goes on to grow, after so many times the usual its level is the base: the season has moved on by then.
_LONGEST = 3


@dataclass(frozen=True, kw_only=True)
class History:
    """What past and open troubles mean for judging, [series x periods] each.

    excluded: periods of an open trouble: nothing is learned from them, so that it never widens the band nor moves
    the base.
    over: periods of a trouble that has ended: nothing is learned from them either, and nothing new is found in them.
    breaks: a trouble has lasted so long here that its level is the new base.
    growing: an open trouble still grew here: its level is no base yet.
    """

    excluded: Bools
    over: Bools
    breaks: Bools
    growing: Bools


def history_of(panel: Panel, incidents: Sequence[Incident]) -> History:
    """The history of a panel's series in past and open incidents; what a source took back never happened.

    What a person called the new normal is the base from its start on. Faulty data never become it.
    """
    shape = panel.values.shape
    excluded, over, breaks, growing = (np.zeros(shape, bool) for _ in range(4))
    row = {key: i for i, key in enumerate(panel.keys)}
    for incident in incidents:
        if incident.status is Status.RETRACTED:
            continue
        for finding in incident.everything:
            i = row.get(finding.key)
            if i is None:
                continue
            start = max(panel.axis.position(finding.start), 0)
            ended = finding.end or incident.ended_at
            end = max(panel.axis.position(ended), start + 1) if ended else shape[1]
            absorbed = base_from(incident, finding, panel.axis)
            if incident.said.verdict is Verdict.NEW_NORMAL:
                breaks[i, start : start + 1] = True
                continue
            if incident.said.verdict is Verdict.DATA_FAULT:
                over[i, start:end] = True
                continue
            if incident.status is Status.OPEN and _goes_on_by_night(panel, end):
                end = shape[1]
            if incident.status is Status.OPEN:
                excluded[i, start : min(end, absorbed)] = True
                growing[i, start : max(absorbed - pace_of(panel.axis.cadence).absorb, start)] = True
                base = absorbed if absorbed < end else None
            else:
                lasts = incident.new_base and ended == incident.ended_at  # closed although it goes on
                base = min(absorbed, end) if lasts else None
                over[i, start : end if base is None else base] = True
            if base is not None and base < shape[1]:
                breaks[i, base] = True
    return History(excluded=excluded, over=over, breaks=breaks, growing=growing)


def base_from(incident: Incident, finding: Finding, axis: Axis) -> int:
    """Index of the first period for which the level of a finding is the base: when it has not grown for long enough.

    A decline that goes on by the day is compared with what was before it, not with itself a fortnight ago.
    """
    absorb, start = pace_of(axis.cadence).absorb, max(axis.position(finding.start), 0)
    if incident.grew_at is None:
        return start + absorb
    grown = min(axis.position(incident.grew_at), start + (_LONGEST - 1) * absorb)
    return max(grown, start) + absorb


def _goes_on_by_night(panel: Panel, end: int) -> bool:
    """Whether an open trouble of hours that was last seen before `end` may only be hidden by the night."""
    cadence = panel.axis.cadence
    return cadence.unit in INTRADAY and panel.values.shape[1] - end < pace_of(cadence).comeback
