"""Data first: what is late, missing, doubled, partial or frozen, and which cells cannot be trusted for it. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import numpy as np

from daemon.sources import habits, timeline
from daemon.sources.lateness import Lateness
from daemon.sources.partial import Gap, partial_gaps
from daemon.sources.repetition import Repetition
from daemon.sources.versions import Indices, Leaves
from detectors.cadence import Cadence, Unit
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

    since: the start of the first period. overdue: beyond the usual lateness, or unusual at any time: someone must act.
    """

    check: str
    channel: str | None
    kind: ProblemKind
    periods: tuple[str, ...]
    detail: str
    since: datetime
    overdue: bool


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a table at an instant.

    seen: [channels] with any row so far.
    present: [leaves x periods]; fingerprint, figures: [channels x periods], see Cube; rows: [channels x periods].
    lateness: of each channel, and last of the whole table. age: [periods] seconds since each period ended.
    """

    check: str
    axis: Axis
    channels: tuple[str | None, ...]
    seen: Bools
    leaves: Leaves
    dimension_roles: tuple[str, ...]
    present: Bools
    rows: Indices
    repetition: Repetition
    fingerprint: np.ndarray[tuple[int, int], np.dtype[np.uint64]]
    figures: Indices
    lateness: tuple[Lateness, ...]
    age: np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Health:
    """problems, and doubt: [leaves x periods] cells that cannot be trusted; lost: [channels x periods] expected but absent."""

    problems: tuple[DataProblem, ...]
    doubt: Bools
    lost: Bools


# A channel without rows for so many periods has ended.
_ENDED_AFTER = 28
# Repeated rows above this share of a period's rows are worth an incident at once.
_MATERIAL_REPETITION = 0.05
# Two periods say the same by chance when they hold few figures.
_FROZEN_MIN_FIGURES = 4
# A source that repeats itself so often is like that.
_FROZEN_USUAL_SHARE = 0.01
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


def examine(facts: Facts) -> Health:
    """All that is wrong with a table, newest periods included."""
    season = habits.season_of(facts.axis.cadence)
    doubt = np.zeros(facts.present.shape, bool)
    problems, lost = _absences(facts, season)
    doubt |= lost[facts.leaves.channel]
    gaps = partial_gaps(facts.present, lost, facts.leaves, facts.dimension_roles, season, _overdue_by_channel(facts))
    for gap in gaps:
        doubt[facts.leaves.channel == gap.channel, gap.period] = True
    problems += _partial_problems(facts, gaps)
    doubt[facts.repetition.leaf, facts.repetition.period] = True
    problems += _repetition_problems(facts)
    frozen = _frozen(facts)
    doubt |= frozen[facts.leaves.channel]
    problems += _frozen_problems(facts, frozen)
    return Health(
        problems=tuple(sorted(problems, key=lambda p: (p.since, str(p.channel), p.kind))), doubt=doubt, lost=lost
    )


def _overdue_by_channel(facts: Facts) -> Bools:
    limits = np.array([late.limit for late in facts.lateness[:-1]])
    return facts.age[None, :] > limits[:, None]


def _absences(facts: Facts, season: int | None) -> tuple[list[DataProblem], Bools]:
    """Periods without any row, and channels without rows while others have some."""
    real = np.diff(facts.axis.edges) > np.timedelta64(0, "s")  # the hour that the clock skips has no length
    count = len(facts.channels)
    present = np.zeros((count, len(facts.axis)), bool)
    np.logical_or.at(present, facts.leaves.channel, facts.present)
    table: Bools = np.any(present, axis=0)
    gone = habits.lost(table | ~real, season)
    problems = _absence_problems(facts, gone, table, facts.lateness[-1], _only_channel(facts))
    lost = np.tile(gone, (count, 1))
    if facts.seen.sum() > 1:
        for c in np.flatnonzero(facts.seen).tolist():
            absent = habits.lost(present[c] | gone | ~real, season, give_up=_ENDED_AFTER) & ~gone
            problems += _absence_problems(facts, absent, present[c] | gone, facts.lateness[c], facts.channels[c])
            lost[c] |= absent
    return problems, lost


def _only_channel(facts: Facts) -> str | None:
    """The channel of a table that has had only one so far."""
    return facts.channels[int(facts.seen.argmax())] if facts.seen.sum() == 1 else None


def _absence_problems(
    facts: Facts, absent: Bools, present: Bools, lateness: Lateness, channel: str | None
) -> list[DataProblem]:
    last = int(np.flatnonzero(present)[-1]) if present.any() else -1
    late = absent & (np.arange(len(absent)) > last) & (facts.age > lateness.usual)
    whose = f"{channel} has" if channel else "there are"

    def late_words(n: int) -> str:
        return f"{whose} no rows yet for {_periods(n, facts.axis.cadence)}; {lateness.words()}"

    def hole_words(n: int) -> str:
        return f"{whose} no rows for {_periods(n, facts.axis.cadence)} although later ones came"

    problems = _runs(facts, late, channel, ProblemKind.LATE, late_words, facts.age > lateness.limit)
    holes = absent & (np.arange(len(absent)) < last)
    return problems + _runs(facts, holes, channel, ProblemKind.MISSING, hole_words, np.ones(len(absent), bool))


def _periods(n: int, cadence: Cadence) -> str:
    return f"{n} periods of {cadence}" if cadence.count > 1 else f"{n} {cadence.unit}{'s' if n > 1 else ''}"


def _runs(
    facts: Facts, marked: Bools, channel: str | None, kind: ProblemKind, words: Callable[[int], str], overdue: Bools
) -> list[DataProblem]:
    """One problem for each run of marked periods that is recent enough to be told."""
    told = len(facts.axis) - TOLD_PERIODS[facts.axis.cadence.unit]
    at = np.flatnonzero(marked)
    recent = [run for run in np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) if len(run) and run[-1] >= told]
    return [
        DataProblem(
            check=facts.check,
            channel=channel,
            kind=kind,
            detail=words(len(run)),
            since=facts.axis.start(int(run[0])),
            periods=tuple(timeline.label(facts.axis.local[t], facts.axis.cadence) for t in run),
            overdue=bool(overdue[run].any()),
        )
        for run in recent
    ]


def _by_channel(facts: Facts, per_channel: Iterable[tuple[int, DataProblem]]) -> list[DataProblem]:
    """Problems that all channels share at the same periods are told once, without a channel."""
    listed = list(per_channel)
    merged: list[DataProblem] = []
    for c, problem in listed:
        alike = [p for _, p in listed if p.kind is problem.kind and p.periods == problem.periods]
        if 1 < facts.seen.sum() == len(alike):
            if c == int(np.flatnonzero(facts.seen)[0]):
                merged.append(
                    replace(
                        problem,
                        channel=None,
                        overdue=any(p.overdue for p in alike),
                        detail=f"every channel, for example {problem.detail}",
                    )
                )
        else:
            merged.append(problem)
    return merged


def _partial_problems(facts: Facts, gaps: tuple[Gap, ...]) -> list[DataProblem]:
    found = []
    for c, channel in enumerate(facts.channels):
        own = {gap.period: gap for gap in gaps if gap.channel == c}
        marked = np.zeros(len(facts.axis), bool)
        marked[list(own)] = True
        missing, usual = sum(g.missing for g in own.values()), sum(g.expected for g in own.values())
        late = facts.lateness[c]

        def words(_: int, missing: int = missing, usual: int = usual, channel: str | None = channel) -> str:
            return f"{f'{channel}: ' if channel else ''}{missing} of {usual} rows that usually come are missing"

        found += [
            (c, p)
            for p in _runs(
                facts, marked & (facts.age > late.usual), channel, ProblemKind.PARTIAL, words, facts.age > late.limit
            )
        ]
    return _by_channel(facts, found)


def _repetition_problems(facts: Facts) -> list[DataProblem]:
    found = []
    of = facts.leaves.channel[facts.repetition.leaf]
    for c, channel in enumerate(facts.channels):
        own = (of == c) & ~facts.repetition.excused
        if not own.any():
            continue
        surplus = np.bincount(
            facts.repetition.period[own], weights=facts.repetition.surplus[own], minlength=len(facts.axis)
        )
        share = surplus / np.maximum(facts.rows[c], 1)
        marked = surplus > 0
        told = marked & (np.arange(len(marked)) >= len(marked) - TOLD_PERIODS[facts.axis.cadence.unit])
        extra, rows = int(surplus[told].sum()), int(facts.rows[c][told].sum())

        def words(_: int, extra: int = extra, rows: int = rows, channel: str | None = channel) -> str:
            ratio = rows / max(rows - extra, 1)
            return f"{f'{channel}: ' if channel else ''}{extra} of {rows} rows repeat the key of another one (x {ratio:.2f}); which are right is not known"

        found += [
            (c, p) for p in _runs(facts, marked, channel, ProblemKind.DUPLICATE, words, share > _MATERIAL_REPETITION)
        ]
    return _by_channel(facts, found)


def _frozen(facts: Facts) -> Bools:
    """[channels x periods] that repeat the period before in every figure."""
    same = np.zeros(facts.fingerprint.shape, bool)
    same[:, 1:] = (facts.fingerprint[:, 1:] == facts.fingerprint[:, :-1]) & (
        facts.figures[:, 1:] >= _FROZEN_MIN_FIGURES
    )
    alive = (facts.figures >= _FROZEN_MIN_FIGURES).sum(axis=1)
    usual = (
        np.where(alive > 0, same[:, :-7].sum(axis=1) / np.maximum(alive, 1), 0.0)
        if same.shape[1] > 7
        else np.zeros(len(same))
    )
    return same & (usual <= _FROZEN_USUAL_SHARE)[:, None]


def _frozen_problems(facts: Facts, frozen: Bools) -> list[DataProblem]:
    found = []
    for c, channel in enumerate(facts.channels):

        def words(n: int, channel: str | None = channel) -> str:
            return f"{f'{channel}: ' if channel else ''}every figure of {_periods(n, facts.axis.cadence)} equals the one before: an old load again?"

        found += [
            (c, p) for p in _runs(facts, frozen[c], channel, ProblemKind.FROZEN, words, np.ones(frozen.shape[1], bool))
        ]
    return _by_channel(facts, found)
