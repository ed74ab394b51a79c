"""One check at one moment: its panel, what is due, and what the detectors say of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.settings import Settings
from config.tune import resolver
from daemon.gating import gates_of
from daemon.history import History, history_of
from daemon.maturing import Ripeness, ripeness
from daemon.model import Incident
from daemon.sources.ledger import Snapshot
from daemon.verdicts import Judged, Verdict
from daemon.verdicts import verdicts as verdicts_of
from daemon.workers import Task, Workers
from daemon.workers import batches as cut
from daemon.worth import without_idle_scatter, worth_telling
from detectors.finding import Finding, Gate, NotJudged, Reason, Refusal, refused
from detectors.pace import pace_of
from detectors.panel import Floats, Panel, SeriesKey
from detectors.series.gates import Gates
from detectors.series.judge import Expectation, Judgement
from detectors.series.known import Masks
from detectors.series.maturity import Completeness


@dataclass(frozen=True, kw_only=True)
class View:
    """A check at one moment. The panel's arrays are [series x due periods].

    expect: works out the expectation; where nothing is new it is not needed, unless something is to be explained.
    """

    check: str
    snapshot: Snapshot
    panel: Panel
    roles: tuple[str, ...]
    expect: Callable[[], Expectation]
    settle: NDArray[np.int64]  # [series] periods by which each is judged behind the others
    findings: tuple[Finding, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
    age: Completeness | None = None  # how complete the newest periods are
    waiting: frozenset[tuple[SeriesKey, datetime]] = frozenset()  # judged periods whose value is not trusted yet
    verdicts: tuple[Verdict, ...] = ()  # what was thought of each total at each period that was judged

    @cached_property
    def expectation(self) -> Expectation:
        """Of the newest periods alone; before them nothing was expected."""
        return self.expect()

    def periods(self, of: Floats, start: int, end: int) -> Floats:
        """An array of the expectation, or rows of it, for the panel's periods start .. end - 1; NaN where it has none."""
        since = len(self.panel.axis) - of.shape[-1]
        if start >= since:
            return of[..., start - since : end - since]
        newest = of[..., : max(end - since, 0)]
        older = np.full((*of.shape[:-1], max(end - start, 0) - newest.shape[-1]), np.nan)
        return np.concatenate([older, newest], axis=-1)

    def rows_of(self, keys: Sequence[SeriesKey]) -> list[int]:
        """Row numbers of the series that this view has."""
        wanted = set(keys)
        return [i for i, key in enumerate(self.panel.keys) if key in wanted]


def until(panel: Panel, count: int) -> Panel:
    """The panel's first `count` periods."""
    return between(panel, 0, count)


def between(panel: Panel, start: int, end: int) -> Panel:
    """The panel's periods start .. end - 1."""
    axis = replace(panel.axis, local=panel.axis.local[start:end], edges=panel.axis.edges[start : end + 1])
    return replace(panel, axis=axis, values=panel.values[:, start:end], exposure=panel.exposure[:, start:end])


def _some(of: Gates, rows: list[int]) -> dict[str, Any]:
    """The fields of the chosen series."""
    return {name: array[rows] for name, array in vars(of).items()}


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """Rows that are judged together: periods [since, count), of which those from `first` on and the late ones are news."""

    rows: list[int]
    settle: int
    again: int
    count: int
    first: int
    since: int
    late: frozenset[tuple[SeriesKey, datetime]]
    age: Completeness


def look(
    snapshot: Snapshot,
    settings: Settings,
    *,
    check: str,
    due: int,
    judged: int,
    calendar: Masks,
    incidents: Sequence[Incident],
    waiting: Collection[tuple[SeriesKey, datetime]],
    workers: Workers,
    budget: Floats,
) -> View:
    """Judge the periods [judged, due) of a check; `judged` = `due` only renews the expectation.

    A KPI that settles k periods late is judged k periods behind the others until it is known how its periods fill up;
    from then on its young periods are judged again at each age up to k. `waiting` are (series, start of period)
    that were late when their period was judged: they are judged now, if their value has come.
    """
    panel = until(snapshot.panel, due)
    history = history_of(panel, incidents)
    gates = gates_of(panel, settings, budget)
    masks = Masks(
        exempt=calendar.exempt[:, :due] | history.over,
        explained=calendar.explained[:, :due],
        breaks=calendar.breaks[:, :due] | history.breaks,
        growing=history.growing,
        occasions=None if calendar.occasions is None else calendar.occasions.some(slice(None), due),
    )
    findings: list[Finding] = []
    not_judged: list[NotJudged] = []
    thought: tuple[Verdict, ...] = ()
    batches: list[_Batch] = []
    ripe = ripeness(snapshot, due, settings)
    for (settle, again), settling in _alike(ripe).items():
        count = due - settle
        if count <= 0:
            not_judged += [NotJudged(panel.keys[i], Reason.TOO_SHORT) for i in settling]
            continue
        for rows in cut(settling, panel.keys):
            own = {panel.keys[i] for i in rows}
            first = max(min(judged - again, count), 0)
            late = frozenset((key, start) for key, start in waiting if key in own)
            since = max(min([first, *(panel.axis.position(start) for _, start in late)]), 0)
            batches.append(
                _Batch(
                    rows=rows,
                    settle=settle,
                    again=again,
                    count=count,
                    first=first,
                    since=since,
                    late=late,
                    age=ripe.age.some(rows).without_newest(settle),
                )
            )

    def arguments(b: _Batch) -> dict[str, Any]:
        return {
            "panel": until(panel.rows(b.rows), b.count),
            # Where nothing is new, the newest period is looked at again for its expectation alone.
            "first": min(b.since, b.count - 1),
            "judged": max(judged - b.settle, 0),
            "gates": Gates(**_some(gates, b.rows)),
            "excluded": history.excluded[b.rows, : b.count],
            "age": b.age,
            "masks": masks.some(b.rows, b.count),
        }

    def verdicts() -> list[Judgement]:
        tasks = [
            Task(name=f"{check}/{b.settle}/{b.again}/{b.rows[0]}", series=len(b.rows), arguments=partial(arguments, b))
            for b in batches
        ]
        return workers.run(tasks)

    def joined(of: Sequence[Judgement]) -> Expectation:
        return _joined(batches, [verdict.expectation for verdict in of], len(panel.keys), due)

    def expect() -> Expectation:
        return joined(verdicts())

    if any(b.since < b.count for b in batches):
        found = verdicts()
        for b, verdict in zip(batches, found, strict=True):
            if b.since < b.count:
                findings += [f for f in verdict.findings if _is_news(f, panel, b)]
                not_judged += verdict.not_judged
        expectation = joined(found)
        scattered, found_all = without_idle_scatter(findings, incidents), findings
        findings, too_small = worth_telling(scattered, panel, expectation.expected, gates, settings)
        not_judged += too_small
        expect = partial(_same, expectation)
        turned_down = [r for verdict in found for r in verdict.refused]
        turned_down += _kept_back(found_all, scattered, Gate.IDLE_SCATTER)
        turned_down += _kept_back(scattered, findings, Gate.USUAL_BURST, {n.key: Gate.FEW_EVENTS for n in too_small})
        judged_now = _judged(panel, settings, gates, expectation, history, masks, batches, found, judged)
        thought = verdicts_of(judged_now, findings, turned_down, not_judged)
    return View(
        check=check,
        snapshot=snapshot,
        panel=panel,
        roles=tuple(snapshot.roles),
        findings=tuple(findings),
        settle=ripe.wait,
        age=ripe.age,
        not_judged=tuple(not_judged),
        expect=expect,
        waiting=_still_waiting(snapshot, panel),
        verdicts=thought,
    )


def _kept_back(
    before: Sequence[Finding],
    after: Sequence[Finding],
    gate: Gate,
    other: Mapping[SeriesKey, Gate] | None = None,
) -> list[Refusal]:
    """Findings that were set aside between two steps."""
    left = set(map(id, after))
    of = other or {}
    small = {f.key for f in before if f.key.segment}
    return [refused(f, of.get(f.key, Gate.SMALL_PART if f.key in small else gate)) for f in before if id(f) not in left]


def _judged(
    panel: Panel,
    settings: Settings,
    gates: Gates,
    expectation: Expectation,
    history: History,
    masks: Masks,
    batches: Sequence[_Batch],
    found: Sequence[Judgement],
    judged: int,
) -> Judged:
    """What is kept of a look, over all its batches."""
    tuning_of, due = resolver(settings), len(panel.axis)
    needed = np.full((len(panel.keys), expectation.expected.shape[1]), np.nan)
    new, again, count = (np.full(len(panel.keys), due) for _ in range(3))
    since = due - needed.shape[1]
    for b, verdict in zip(batches, found, strict=True):
        new[b.rows], again[b.rows], count[b.rows] = max(judged - b.settle, 0), b.first, b.count
        if verdict.needed is not None and verdict.needed.shape[1] <= b.count - since:
            needed[b.rows, b.count - verdict.needed.shape[1] - since : b.count - since] = verdict.needed
    return Judged(
        panel=panel,
        expected={name: getattr(expectation, name) for name in ("expected", "lower", "upper", "p_value")},
        needed=needed,
        gates=gates,
        sensitivity=lambda key: tuning_of(key).sensitivity,
        exempt=masks.exempt,
        over=history.over,
        excluded=history.excluded,
        explained=masks.explained,
        new=new.tolist(),
        again=again.tolist(),
        count=count.tolist(),
    )


def _joined(batches: Sequence[_Batch], parts: Sequence[Expectation], series: int, due: int) -> Expectation:
    """The expectations of all series, from the first period on in which one of them has any."""
    since = min((b.count - part.expected.shape[1] for b, part in zip(batches, parts, strict=True)), default=due)
    arrays: dict[str, Floats] = {f.name: np.full((series, due - since), np.nan) for f in fields(Expectation)}
    for b, part in zip(batches, parts, strict=True):
        for name, array in arrays.items():
            newest = getattr(part, name)
            array[b.rows, b.count - newest.shape[1] - since : b.count - since] = newest
    return Expectation(**arrays)


def _same(expectation: Expectation) -> Expectation:
    return expectation


def _is_news(finding: Finding, panel: Panel, batch: _Batch) -> bool:
    """Whether a finding touches a period that is judged for the first time: a new one, or one that came late."""
    end = finding.end or panel.axis.start(batch.count)
    if end > panel.axis.start(batch.first):
        return True
    return any(key == finding.key and finding.start <= start < end for key, start in batch.late)


def _still_waiting(snapshot: Snapshot, panel: Panel) -> frozenset[tuple[SeriesKey, datetime]]:
    """The newest cells that are not trusted yet: they are judged when their value comes."""
    count = len(panel.axis)
    oldest = max(count - pace_of(panel.axis.cadence).wait, 0)
    rows, periods = np.nonzero(snapshot.untrusted[:, oldest:count])
    return frozenset((panel.keys[i], panel.axis.start(oldest + int(p))) for i, p in zip(rows, periods, strict=True))


def _alike(ripe: Ripeness) -> Mapping[tuple[int, int], list[int]]:
    """The series that are judged so many periods behind, and so many periods again."""
    groups: dict[tuple[int, int], list[int]] = {}
    for row, pair in enumerate(zip(ripe.wait.tolist(), ripe.again.tolist(), strict=True)):
        groups.setdefault(pair, []).append(row)
    return groups
