"""Restatements: a past figure changed clearly after the age at which this source's figures stop changing."""

from datetime import datetime

import numpy as np

from daemon.sources import timeline
from daemon.sources.health import Facts
from daemon.sources.measures import Measure
from daemon.sources.panels import Sums
from daemon.sources.problems import DataProblem, ProblemKind, end_of, labels
from daemon.sources.versions import Indices, Versions, fingerprints
from detectors.panel import Axis

# Changes seen within so many seconds are told.
_WINDOW = 86_400
# A change of a channel's total by less is ordinary correction.
_MIN_CHANGE = 0.03
# Pulls on so many days are needed before it is known when figures settle.
_ENOUGH_SECONDS = 20 * 86_400


def restatements(
    versions: Versions,
    seen_until: int,
    first_pull: int | None,
    measures: tuple[Measure, ...],
    sums: list[Sums],
    facts: Facts,
    first: int,
    axis: Axis,
    now: datetime,
) -> list[DataProblem]:
    """What was restated in the last day.

    seen_until: how many versions, in order of time seen, are visible now. first_pull: when the source was first looked
    at; None: nobody knows. axis: that of the versions' periods.
    """
    v, instant = versions, int(timeline.moment(now).astype(np.int64))
    visible = v.by_seen[:seen_until]
    if first_pull is None or not len(visible):
        return []
    if v.seen[visible[-1]] <= instant - _WINDOW or instant - first_pull < _ENOUGH_SECONDS:
        return []
    recent = int(np.searchsorted(v.seen[visible], instant - _WINDOW, side="right"))
    settled = _settled_age(v, visible[:recent], axis)
    fresh = visible[recent:]
    period = v.cell_period[v.cell[fresh]]
    fresh = fresh[(v.previous[fresh] >= 0) & (v.seen[fresh] - axis.edges[1:].astype(np.int64)[period] > settled)]
    if not len(fresh):
        return []
    return _told(v, fresh, measures, sums, facts, first)


def _settled_age(v: Versions, earlier: Indices, axis: Axis) -> float:
    """The greatest age at which a figure has changed so far, in seconds, with a day of slack."""
    revised = earlier[v.previous[earlier] >= 0]
    now, before = (fingerprints(v.values[v.start[versions]]) for versions in (revised, v.previous[revised]))
    revised = revised[now != before]
    ages = v.seen[revised] - axis.edges[1:].astype(np.int64)[v.cell_period[v.cell[revised]]]
    return float(ages.max(initial=0)) + 86_400.0


def _told(
    v: Versions,
    fresh: Indices,
    measures: tuple[Measure, ...],
    sums: list[Sums],
    facts: Facts,
    first: int,
) -> list[DataProblem]:
    channel = facts.leaves.channel[v.cell_leaf[v.cell[fresh]]]
    period = v.cell_period[v.cell[fresh]] - first
    problems = []
    for m, measure in enumerate(measures):
        if measure.bottom is not None or len(measure.columns) != 1:
            continue
        k = measure.columns[0]
        delta = np.zeros((len(facts.channels), len(facts.axis)))
        inside = period < len(facts.axis)
        change = _row_sums(v, fresh, k) - _row_sums(v, v.previous[fresh], k)
        np.add.at(delta, (channel[inside], period[inside]), change[inside])
        total = sums[m].top[: len(facts.channels)]
        before = total - delta
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.where(before != 0, delta / np.abs(before), 0.0)
        for c, name in enumerate(facts.channels):
            changed = np.flatnonzero(np.abs(relative[c]) > _MIN_CHANGE)
            if len(changed):
                worst = changed[np.abs(relative[c][changed]).argmax()]
                problems.append(
                    DataProblem(
                        check=facts.check,
                        channel=name,
                        kind=ProblemKind.RESTATED,
                        since=facts.axis.start(int(changed[0])),
                        until=end_of(facts.axis, int(changed[-1])),
                        overdue=False,
                        periods=labels(facts.axis, changed),
                        detail=f"{measure.kpi} was restated after it had settled, by {relative[c, worst]:+.0%} "
                        f"({before[c, worst]:,.0f} to {total[c, worst]:,.0f})",
                    )
                )
    return problems


def _row_sums(v: Versions, chosen: Indices, k: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    row, owner = v.rows_of(chosen)
    return np.bincount(owner, weights=np.nan_to_num(v.values[row, k]), minlength=len(chosen)).astype(np.float64)
