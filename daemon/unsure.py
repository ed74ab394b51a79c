"""How far off what was expected of money may be, over an incident's time: by what it was off before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import hypot

from daemon import impact
from daemon.judging import View
from detectors.segments.movement import Movement
from detectors.series.sums import wander


def errors(views: Mapping[str, View], started: datetime) -> impact.Error:
    """How far off sums of movements are that begin at `started`.

    Channels are summed before anything is learned of their errors: they share demand, and are wrong together.
    """

    def of_check(view: View, movements: Sequence[Movement]) -> float:
        rows = view.rows_of([m.key for m in movements])
        axis = view.panel.axis
        start = max(axis.position(started), 0)
        observed = view.panel.values[rows, :start].sum(axis=0)
        expected = view.periods(view.expectation.expected[rows], 0, start).sum(axis=0)
        learned = wander(observed, expected, axis.cadence.season, max(m.periods for m in movements))
        if learned is None:
            return impact.independent(movements)
        hoped = sum(m.expected for m in movements)
        return learned.reach * learned.of_sum(max(m.periods for m in movements)) * hoped

    def error(movements: Sequence[Movement]) -> float:
        of: dict[str, list[Movement]] = {}
        for m in movements:
            of.setdefault(m.key.check, []).append(m)
        return hypot(*(of_check(views[check], some) for check, some in of.items()))

    return error
