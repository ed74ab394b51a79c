"""Who does the science: this process, or worker processes started on demand. The control process stays light.

A judgement is cut into batches in a way that does not depend on how many workers there are, so the answers do not either.
A batch always goes to the same worker, which keeps what it fitted for it.
"""

import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

from detectors.series.judge import Judgement, judge
from detectors.series.seasonal import Memory

# Series of one batch at most. Tails of errors are pooled over a batch: it must hold enough of each type.
BATCH_SERIES = 450

# What this process fitted for each batch that it is given.
_memories: dict[str, Memory] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One call of `judge`: `name` stays the same from cycle to cycle, `arguments` are its keywords."""

    name: str
    arguments: dict[str, Any]


@dataclass(kw_only=True)
class Here:
    """Judges in this process: for one run, or for few series, starting workers costs more than they save."""

    memories: dict[str, Memory] = field(default_factory=dict)

    def run(self, tasks: Sequence[Task]) -> list[Judgement]:
        """The judgements, in order."""
        return [judge(**t.arguments, memory=self.memories.setdefault(t.name, Memory())) for t in tasks]

    def close(self) -> None:
        """Nothing to let go of."""


class Pool:
    """Judges in worker processes; the first tasks start them.

    A service rests most of the day: with `rest_after_seconds` it never judges in this process, which would hold a hundred
    megabytes more from then on, and ends workers that had nothing to do for so long. What they had fitted is fitted anew.
    """

    def __init__(self, processes: int, *, rest_after_seconds: float | None = None) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._workers: list[ProcessPoolExecutor | None] = [None] * processes
        self._home: dict[str, int] = {}
        self._load = [0] * processes
        self._here = Here()
        self._rest_after = rest_after_seconds
        self._timer: threading.Timer | None = None
        self._turn = threading.Lock()

    def run(self, tasks: Sequence[Task]) -> list[Judgement]:
        """The judgements, in order. Workers that were killed, for want of memory perhaps, are started anew once."""
        if len(tasks) < 2 and self._rest_after is None:
            return self._here.run(tasks)  # a single batch would only wait for itself
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
        futures = [self._worker(self._home_of(task)).submit(_judge, task) for task in tasks]
        return [future.result() for future in futures]

    def _worker(self, number: int) -> ProcessPoolExecutor:
        worker = self._workers[number]
        if worker is None:
            worker = self._workers[number] = ProcessPoolExecutor(
                1, mp_context=self._context, initializer=_end_with_parent
            )
        return worker

    def _home_of(self, task: Task) -> int:
        """The worker of a batch: the one with least to do when it was first seen."""
        if task.name not in self._home:
            home = min(range(len(self._load)), key=self._load.__getitem__)
            self._home[task.name] = home
            self._load[home] += len(task.arguments["panel"].keys)
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


def _end_with_parent() -> None:
    """In a worker: end when the control process is gone, also when it was killed and could not say so."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()


Workers = Here | Pool


def _judge(task: Task) -> Judgement:
    return judge(**task.arguments, memory=_memories.setdefault(task.name, Memory()))


def batches(rows: Sequence[int]) -> list[list[int]]:
    """Rows cut into batches of like size, every one with a bit of everything: neighbours are of one KPI."""
    count = -(-len(rows) // BATCH_SERIES)
    return [list(rows[i::count]) for i in range(count)]
