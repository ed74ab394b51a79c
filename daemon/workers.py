"""Who does the science: this process, or worker processes started on demand. The control process stays light.

A judgement is cut into batches in a way that does not depend on how many workers there are, so the answers do not either.
A batch always goes to the same worker, which keeps what it fitted for it.
"""

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from daemon.fits import Fits, Fitted
from daemon.room import give_back
from detectors.panel import SeriesKey
from detectors.series.judge import Expectation, Judgement, judge
from detectors.series.seasonal import Memory

# Series of one batch at most. Tails of errors are pooled over a batch: it must hold enough of each type.
BATCH_SERIES = 450
# Series of one KPI that stay together at most: larger pieces would leave batches half empty.
_UNIT = BATCH_SERIES // 2

# Tasks that wait at each worker, so that it never waits for one.
_AHEAD = 2

# What this process fitted for each batch that it is given.
_memories: dict[str, Memory] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One call of `judge`: `name` stays the same from cycle to cycle.

    arguments: makes its keywords, when their time has come: those of all tasks together would fill the memory.
    """

    name: str
    series: int
    arguments: Callable[[], dict[str, Any]]


@dataclass(kw_only=True)
class Here:
    """Judges in this process: for one run, or for few series, starting workers costs more than they save."""

    memories: dict[str, Memory] = field(default_factory=dict)
    fits: Fits = field(default_factory=Fits)

    def run(self, tasks: Sequence[Task]) -> list[Judgement]:
        """The judgements, in order; their expectations are cut to the newest periods, before which there is none."""
        answers = [_judge(self.memories, t.name, t.arguments(), self.fits.of(t.name)) for t in tasks]
        for task, answer in zip(tasks, answers, strict=True):
            if answer.fitted is not None:
                self.fits.put(task.name, answer.fitted)
        self.fits.save()
        return [answer.judgement for answer in answers]

    def close(self) -> None:
        """Nothing to let go of."""


class Pool:
    """Judges in worker processes; the first tasks start them.

    A service rests most of the day: with `rest_after_seconds` it never judges in this process, which would hold a hundred
    megabytes more from then on, and ends workers that had nothing to do for so long. What they had fitted is kept in `fits`.
    """

    def __init__(
        self,
        processes: int,
        fits: Fits | None = None,
        *,
        fewest_series: int = BATCH_SERIES + 1,
        rest_after_seconds: float | None = None,
    ) -> None:
        """`fewest_series`: of fewer it is sooner done in this process than workers have started."""
        self._context = multiprocessing.get_context("forkserver")
        self._workers: list[ProcessPoolExecutor | None] = [None] * processes
        self._home: dict[str, int] = {}
        self._load = [0] * processes
        self._fits = fits or Fits()
        self._here = Here(fits=self._fits)
        self._given: set[str] = set()  # names of which the workers know what was fitted
        self._fewest = fewest_series
        self._rest_after = rest_after_seconds
        self._timer: threading.Timer | None = None
        self._turn = threading.Lock()

    def run(self, tasks: Sequence[Task]) -> list[Judgement]:
        """As `Here.run`. Workers that were killed, for want of memory perhaps, are started anew once."""
        if sum(task.series for task in tasks) < self._fewest and self._rest_after is None:
            return self._here.run(tasks)
        with self._turn:
            self._set_timer(None)
            try:
                return self._spread(tasks)
            except BrokenProcessPool:
                self._end()
                return self._spread(tasks)
            finally:
                self._set_timer(self._rest_after)

    def close(self) -> None:
        """End the workers."""
        with self._turn:
            self._set_timer(None)
            self._end()

    def _spread(self, tasks: Sequence[Task]) -> list[Judgement]:
        waiting: list[deque[int]] = [deque() for _ in self._workers]
        for number, task in enumerate(tasks):
            waiting[self._home_of(task)].append(number)
        found: dict[int, Judgement] = {}
        under_way: dict[Future[_Answer], tuple[int, int]] = {}
        for home in [*range(len(waiting))] * _AHEAD:
            self._submit(home, waiting[home], tasks, under_way)
        while under_way:
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                home, number = under_way.pop(future)
                answer = future.result()
                found[number] = answer.judgement
                if answer.fitted is not None:
                    self._fits.put(tasks[number].name, answer.fitted)
                self._submit(home, waiting[home], tasks, under_way)
        self._fits.save()
        give_back()
        return [found[number] for number in range(len(tasks))]

    def _submit(
        self,
        home: int,
        waiting: "deque[int]",
        tasks: Sequence[Task],
        under_way: "dict[Future[_Answer], tuple[int, int]]",
    ) -> None:
        if waiting:
            number = waiting.popleft()
            task = tasks[number]
            fitted = None if task.name in self._given else self._fits.of(task.name)
            self._given.add(task.name)
            future = self._worker(home).submit(_judge_there, task.name, task.arguments(), fitted)
            under_way[future] = home, number

    def _worker(self, number: int) -> ProcessPoolExecutor:
        worker = self._workers[number]
        if worker is None:
            worker = self._workers[number] = ProcessPoolExecutor(
                1, mp_context=self._context, initializer=end_with_parent
            )
        return worker

    def _home_of(self, task: Task) -> int:
        """The worker of a batch: the one with least to do when it was first seen."""
        if task.name not in self._home:
            home = min(range(len(self._load)), key=self._load.__getitem__)
            self._home[task.name] = home
            self._load[home] += task.series
        return self._home[task.name]

    def _set_timer(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if seconds is not None:
            self._timer = threading.Timer(seconds, self._rest)
            self._timer.daemon = True
            self._timer.start()

    def _rest(self) -> None:
        if self._turn.acquire(blocking=False):  # else there is something to do again
            try:
                self._end()
            finally:
                self._turn.release()

    def _end(self) -> None:
        for number, worker in enumerate(self._workers):
            if worker is not None:
                worker.shutdown(cancel_futures=True)
                self._workers[number] = None
        self._given.clear()


def end_with_parent() -> None:
    """In a worker: end when the control process is gone, also when it was killed and could not say so.

    A signal to stop that reaches the whole group is for the control process: it waits for what is under way.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)

    def watch() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()


Workers = Here | Pool


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """A judgement, and the profiles of its series where one of them is new."""

    judgement: Judgement
    fitted: Fitted | None


def _judge_there(name: str, arguments: dict[str, Any], fitted: Fitted | None) -> _Answer:
    """In a worker."""
    return _judge(_memories, name, arguments, fitted)


def _judge(memories: dict[str, Memory], name: str, arguments: dict[str, Any], fitted: Fitted | None) -> _Answer:
    """Judge with what is remembered under a name, here or by an earlier process."""
    memory = memories.setdefault(name, Memory())
    if fitted is not None:
        fitted.teach(memory)
    before = dict(memory.profiles)
    judgement = judge(**arguments, memory=memory)
    is_new = any(profile is not before.get(key) for key, profile in memory.profiles.items())
    return _Answer(judgement=_cut(judgement), fitted=Fitted.of(memory) if is_new else None)


def _cut(judgement: Judgement) -> Judgement:
    """Without the periods of which nothing was expected."""
    arrays = vars(judgement.expectation)
    known = np.any([np.isfinite(array).any(axis=0) for array in arrays.values()], axis=0)
    since = int(known.argmax()) if known.any() else len(known)
    newest = {name: array[:, since:].copy() for name, array in arrays.items()}
    return replace(judgement, expectation=Expectation(**newest))


def batches(rows: Sequence[int], keys: Sequence[SeriesKey]) -> list[list[int]]:
    """Rows of a panel cut into batches of like size. keys: of the whole panel.

    A KPI stays together as far as it can, else what a channel has of it: a whole and its parts are compared.
    """
    sizes = Counter(keys[i].kpi for i in rows)
    units: dict[tuple[str, str | None, int], list[int]] = {}
    for i in rows:
        key = keys[i]
        large = sizes[key.kpi] > _UNIT
        units.setdefault((key.kpi, key.channel if large else None, 0), []).append(i)
    pieces = [unit[at : at + _UNIT] for unit in units.values() for at in range(0, len(unit), _UNIT)]
    cut: list[list[int]] = [[] for _ in range(-(-len(rows) // BATCH_SERIES))]
    for piece in sorted(pieces, key=len, reverse=True):
        smallest = min(cut, key=len)
        if len(smallest) + len(piece) > BATCH_SERIES:
            cut.append(smallest := [])
        smallest += piece
    return [sorted(batch) for batch in cut]
