"""Who does the science: this process, or worker processes started on demand. The control process stays light.

A judgement is cut into batches in a way that does not depend on how many workers there are, so the answers do not either.
A batch always goes to the same worker, which keeps what it fitted for it.
"""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
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
    """Judges in worker processes; the first tasks start them."""

    def __init__(self, processes: int) -> None:
        context = multiprocessing.get_context("forkserver")
        self._workers = [ProcessPoolExecutor(1, mp_context=context) for _ in range(processes)]
        self._home: dict[str, int] = {}
        self._load = [0] * processes
        self._here = Here()

    def run(self, tasks: Sequence[Task]) -> list[Judgement]:
        """The judgements, in order. A single batch is judged here: it would only wait for itself."""
        if len(tasks) < 2:
            return self._here.run(tasks)
        futures = [self._workers[self._home_of(task)].submit(_judge, task) for task in tasks]
        return [future.result() for future in futures]

    def close(self) -> None:
        """End the workers."""
        for worker in self._workers:
            worker.shutdown(cancel_futures=True)

    def _home_of(self, task: Task) -> int:
        """The worker of a batch: the one with least to do when it was first seen."""
        if task.name not in self._home:
            home = min(range(len(self._load)), key=self._load.__getitem__)
            self._home[task.name] = home
            self._load[home] += len(task.arguments["panel"].keys)
        return self._home[task.name]


Workers = Here | Pool


def _judge(task: Task) -> Judgement:
    return judge(**task.arguments, memory=_memories.setdefault(task.name, Memory()))


def batches(rows: Sequence[int]) -> list[list[int]]:
    """Rows cut into batches of like size, every one with a bit of everything: neighbours are of one KPI."""
    count = -(-len(rows) // BATCH_SERIES)
    return [list(rows[i::count]) for i in range(count)]
