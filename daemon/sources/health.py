"""Data first: what is late, missing, doubled, partial or frozen, and which cells cannot be trusted for it. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from daemon.sources import habits, timeline
from daemon.sources.lateness import Lateness
from daemon.sources.partial import Gap, partial_gaps
from daemon.sources.problems import DataProblem, ProblemKind, runs_of, told, told_from
from daemon.sources.repetition import Repetition
from daemon.sources.versions import Indices, Leaves
from detectors.cadence import Cadence
from detectors.panel import Axis, Bools

__all__ = ["DataProblem", "Facts", "Health", "ProblemKind", "examine"]


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
    """problems, doubt: [leaves x periods] not to be trusted; lost: [channels x periods] expected but absent."""

    problems: tuple[DataProblem, ...]
    doubt: Bools
    lost: Bools


# Repeated rows above this share of a period's rows are worth an incident at once.
_MATERIAL_REPETITION = 0.05
# Two periods say the same by chance when they hold few figures.
_FROZEN_MIN_FIGURES = 4
# A source that repeats itself so often is like that.
_FROZEN_USUAL_SHARE = 0.01


def examine(facts: Facts) -> Health:
    """All that is wrong with a table, newest periods included."""
    doubt = np.zeros(facts.present.shape, bool)
    problems, lost = _absences(facts)
    doubt |= lost[facts.leaves.channel]
    gaps = partial_gaps(
        facts.present, lost, facts.leaves, facts.dimension_roles, facts.axis.cadence, _overdue_by_channel(facts)
    )
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


def _absences(facts: Facts) -> tuple[list[DataProblem], Bools]:
    """Periods without any row, and channels without rows while others have some; a channel long without has ended."""
    patience = habits.memory_of(facts.axis.cadence)
    real = np.diff(facts.axis.edges) > np.timedelta64(0, "s")  # the hour that the clock skips has no length
    count = len(facts.channels)
    present = np.zeros((count, len(facts.axis)), bool)
    np.logical_or.at(present, facts.leaves.channel, facts.present)
    table: Bools = np.any(present, axis=0)
    gone = _lost(table | ~real, facts.axis.cadence)
    problems = _absence_problems(facts, gone, table, facts.lateness[-1], _only_channel(facts), None)
    lost = np.tile(gone, (count, 1))
    if facts.seen.sum() > 1:
        for c in np.flatnonzero(facts.seen).tolist():
            absent = _lost(present[c] | gone | ~real, facts.axis.cadence, give_up=patience) & ~gone
            problems += _absence_problems(facts, absent, present[c], facts.lateness[c], facts.channels[c], patience)
            lost[c] |= absent
    return problems, lost


def _lost(present: NDArray[np.bool_], cadence: Cadence, *, give_up: int | None = None) -> NDArray[np.bool_]:
    day = habits.day_of(cadence)
    if day is not None:
        return habits.lost_by_chance(present, day, cadence.season, give_up=give_up)
    return habits.lost(present, habits.season_of(cadence), give_up=give_up)


def _only_channel(facts: Facts) -> str | None:
    """The channel of a table that has had only one so far."""
    return facts.channels[int(facts.seen.argmax())] if facts.seen.sum() == 1 else None


def _absence_problems(
    facts: Facts, absent: Bools, present: Bools, lateness: Lateness, channel: str | None, patience: int | None
) -> list[DataProblem]:
    """What has not come since the last rows is late, until it counts as ended; what later rows follow is a hole."""
    last = int(np.flatnonzero(present)[-1]) if present.any() else -1
    newer = np.arange(len(absent)) > last
    late = absent & newer & (facts.age > lateness.usual)
    holes = absent & ~newer
    ended = patience is not None and int((absent & newer).sum()) >= patience
    whose = f"{channel} has" if channel else "there are"

    def late_words(run: Indices) -> str:
        since = timeline.spoken(facts.axis.local[run[0]], facts.axis.cadence)
        return f"{whose} no rows since {since}; {lateness.words()}"

    def hole_words(run: Indices) -> str:
        return f"{whose} no rows for {_periods(len(run), facts.axis.cadence)} although later ones came"

    overdue, goes_on = facts.age > lateness.limit, absent if ended else newer
    problems = _told(facts, runs_of(late, ~present), channel, ProblemKind.LATE, late_words, overdue, goes_on)
    return problems + _told(
        facts, runs_of(holes, ~present), channel, ProblemKind.MISSING, hole_words, _all(holes), holes
    )


def _all(like: Bools) -> Bools:
    return np.ones(len(like), bool)


def _periods(n: int, cadence: Cadence) -> str:
    return f"{n} periods of {cadence}" if cadence.count > 1 else f"{n} {cadence.unit}{'s' if n > 1 else ''}"


def _told(
    facts: Facts,
    runs: list[Indices],
    channel: str | None,
    kind: ProblemKind,
    words: Callable[[Indices], str],
    overdue: Bools,
    bad: Bools,
) -> list[DataProblem]:
    return told(facts.check, facts.axis, runs, channel, kind, words, overdue, bad)


def _when(problem: DataProblem) -> tuple[ProblemKind, datetime, tuple[str, ...]]:
    return problem.kind, problem.since, problem.periods


def _by_channel(facts: Facts, per_channel: Iterable[tuple[int, DataProblem]]) -> list[DataProblem]:
    """Problems that all channels share at the same periods are told once, without a channel."""
    listed = list(per_channel)
    merged: list[DataProblem] = []
    for c, problem in listed:
        alike = [p for _, p in listed if _when(p) == _when(problem)]
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

        def words(_: Indices, missing: int = missing, usual: int = usual, channel: str | None = channel) -> str:
            return f"{f'{channel}: ' if channel else ''}{missing} of {usual} rows that usually come are missing"

        runs = runs_of(marked & (facts.age > late.usual))
        found += [
            (c, p) for p in _told(facts, runs, channel, ProblemKind.PARTIAL, words, facts.age > late.limit, marked)
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
        recent = marked & (np.arange(len(marked)) >= told_from(facts.axis))
        extra, rows = int(surplus[recent].sum()), int(facts.rows[c][recent].sum())

        def words(_: Indices, extra: int = extra, rows: int = rows, channel: str | None = channel) -> str:
            ratio = rows / max(rows - extra, 1)
            return (
                f"{f'{channel}: ' if channel else ''}{extra} of {rows} rows repeat the key of another one "
                f"(x {ratio:.2f}); which are right is not known"
            )

        overdue = share > _MATERIAL_REPETITION
        found += [(c, p) for p in _told(facts, runs_of(marked), channel, ProblemKind.DUPLICATE, words, overdue, marked)]
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

        def words(run: Indices, channel: str | None = channel) -> str:
            whose = f"{channel}: " if channel else ""
            periods = _periods(len(run), facts.axis.cadence)
            return f"{whose}every figure of {periods} equals the one before: an old load again?"

        own = frozen[c]
        found += [(c, p) for p in _told(facts, runs_of(own), channel, ProblemKind.FROZEN, words, _all(own), own)]
    return _by_channel(facts, found)
