import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.workers import BATCH_SERIES, Here, Pool, Task, batches
from detectors.panel import Panel, SeriesKey
from tests.detectors.series.panels import gates, panel, weekly_counts


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 30)), min_size=1, max_size=40))
def test_batches_hold_every_series_once_are_small_enough_and_few(kpis: list[tuple[int, int]]) -> None:
    keys = _keys(kpis)
    cut = batches(range(len(keys)), keys)

    assert sorted(i for rows in cut for i in rows) == list(range(len(keys)))
    assert max(map(len, cut)) <= BATCH_SERIES
    assert len(cut) <= 1 + 2 * len(keys) / BATCH_SERIES


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 15)), min_size=1, max_size=40))
def test_a_kpi_of_all_channels_with_its_segments_stays_in_one_batch(kpis: list[tuple[int, int]]) -> None:
    keys = _keys(kpis)

    for rows in batches(range(len(keys)), keys):
        ours = {keys[i].kpi for i in rows}
        assert sorted(rows) == [i for i, key in enumerate(keys) if key.kpi in ours]


def _keys(kpis: list[tuple[int, int]]) -> list[SeriesKey]:
    """KPIs of so many channels, each channel with so many segments."""
    return [
        SeriesKey("web", f"channel_{c}", f"kpi_{k}", (("campaign", str(s)),) if s else ())
        for k, (channels, segments) in enumerate(kpis)
        for c in range(channels)
        for s in range(segments + 1)
    ]


def test_worker_processes_answer_what_this_process_answers() -> None:
    values = weekly_counts(8, 120)
    values[2, -1] *= 0.2
    tasks = [
        _task(str(i), panel(values).rows(rows))
        for i, rows in enumerate([list(range(8)), [2, 3], [0, 2], *([i] for i in range(8))])
    ]
    pool = Pool(2)

    try:
        there = pool.run(tasks)
    finally:
        pool.close()

    for one, other in zip(there, Here().run(tasks), strict=True):
        assert one.findings == other.findings
        assert np.array_equal(one.expectation.expected, other.expectation.expected, equal_nan=True)
    assert any(judgement.findings for judgement in there)


def _tasks() -> list[Task]:
    shown = panel(weekly_counts(2, 120)).rows([0, 1])
    return [_task("0", shown)]


def _task(name: str, shown: Panel) -> Task:
    keywords = {"panel": shown, "first": 118, "gates": gates(shown)}
    return Task(name=name, series=len(shown.keys), arguments=lambda: keywords)


def _wait_until_gone(process: int) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        threading.Event().wait(0.02)
    raise AssertionError(f"worker {process} is still there")


def test_a_pool_that_rests_judges_even_one_batch_elsewhere_and_ends_workers_that_have_nothing_to_do() -> None:
    pool = Pool(2, rest_after_seconds=0.05)

    try:
        (first,) = pool.run(_tasks())
        (again,) = pool.run(_tasks())
        judged_here = bool(pool._here.memories)
        pool._timer.join() if pool._timer else None
        resting = pool._workers == [None, None]
        (fresh,) = pool.run(_tasks())
    finally:
        pool.close()

    assert not judged_here
    assert resting
    for judgement in (again, fresh):
        assert np.array_equal(judgement.expectation.expected, first.expectation.expected, equal_nan=True)


def test_a_worker_that_was_killed_is_replaced() -> None:
    pool = Pool(1, rest_after_seconds=60)

    try:
        (before,) = pool.run(_tasks())
        (worker,) = pool._worker(0)._processes
        os.kill(worker, signal.SIGKILL)
        _wait_until_gone(worker)
        (after,) = pool.run(_tasks())
    finally:
        pool.close()

    assert np.array_equal(before.expectation.expected, after.expectation.expected, equal_nan=True)


def test_workers_end_with_a_control_process_that_was_killed() -> None:
    program = """
import os, signal
from daemon.workers import Pool
if __name__ == "__main__":
    worker = Pool(1)._worker(0)
    print(worker.submit(os.getpid).result(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    _, _ = killed.communicate(timeout=30)  # the pipes are closed when the last worker that holds them is gone

    assert killed.returncode == -signal.SIGKILL
