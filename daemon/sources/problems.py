"""What is wrong with the data of a channel, and how runs of bad periods become such problems. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from daemon.sources import timeline
from daemon.sources.versions import Indices
from detectors.cadence import Unit
from detectors.panel import Axis, Bools


class ProblemKind(StrEnum):
    """What is wrong with the data."""

    LATE = "late"
    MISSING = "missing"
    DUPLICATE = "duplicate"
    PARTIAL = "partial"
    FROZEN = "frozen"
    RESTATED = "restated"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataProblem:
    """Something wrong with the data of a channel (None: the whole business, or all channels of the check).

    periods: labels of the newest bad periods, MOST_LISTED at most.
    since: the start of the first bad period. until: the end of the last; None: the problem goes on.
    overdue: beyond the usual lateness, or unusual at any time: someone must act.
    """

    check: str
    channel: str | None
    kind: ProblemKind
    periods: tuple[str, ...]
    detail: str
    since: datetime
    until: datetime | None
    overdue: bool


# Periods of one problem that are listed by name.
MOST_LISTED = 1_000
# How far back problems are still told, in periods; older ones only keep their cells untrusted.
TOLD_PERIODS = {
    Unit.MINUTE: 7 * 96,
    Unit.HOUR: 7 * 24,
    Unit.DAY: 28,
    Unit.WEEK: 8,
    Unit.MONTH: 3,
    Unit.QUARTER: 2,
    Unit.YEAR: 1,
}


def told_from(axis: Axis) -> int:
    """The first period of which problems are still told."""
    return len(axis) - TOLD_PERIODS[axis.cadence.unit]


def labels(axis: Axis, periods: Indices) -> tuple[str, ...]:
    """The names of periods, the newest if they are many."""
    return tuple(timeline.label(axis.local[t], axis.cadence) for t in periods[-MOST_LISTED:])


def end_of(axis: Axis, period: int) -> datetime | None:
    """The end of a problem's last period; None for the newest period: it goes on."""
    return axis.start(period + 1) if period < len(axis) - 1 else None


def runs_of(marked: Bools, bridges: Bools | None = None) -> list[Indices]:
    """The runs of marked periods; a run goes on over periods that are bridges, such as Sundays without business."""
    at = np.flatnonzero(marked)
    if not len(at):
        return []
    breaks = np.cumsum(~(marked if bridges is None else marked | bridges))[at]
    return np.split(at, np.flatnonzero(np.diff(breaks)) + 1)


def told(
    check: str,
    axis: Axis,
    runs: list[Indices],
    channel: str | None,
    kind: ProblemKind,
    words: Callable[[Indices], str],
    overdue: Bools,
    bad: Bools,
) -> list[DataProblem]:
    """One problem for each run of periods that is recent enough to be told.

    bad: [periods] also those too young to be told of: a run goes on if they continue it up to the newest period.
    """
    if not runs:
        return []
    good = np.flatnonzero(~bad)
    goes_on_from = int(good[-1]) + 1 if len(good) else 0
    return [
        DataProblem(
            check=check,
            channel=channel,
            kind=kind,
            periods=labels(axis, run),
            detail=words(run),
            since=axis.start(int(run[0])),
            until=None if run[-1] >= goes_on_from else axis.start(int(run[-1]) + 1),
            overdue=bool(overdue[run].any()),
        )
        for run in runs
        if run[-1] >= told_from(axis)
    ]
