import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from daemon.workers import BATCH_SERIES, Here, Pool, Task, batches
from tests.detectors.series.panels import gates, panel, weekly_counts


@given(st.integers(min_value=1, max_value=5_000))
def test_batches_hold_every_series_once_and_differ_by_one_at_most(count: int) -> None:
    cut = batches(range(count))

    assert sorted(i for rows in cut for i in rows) == list(range(count))
    assert max(map(len, cut)) <= BATCH_SERIES
    assert max(map(len, cut)) - min(map(len, cut)) <= 1


def test_worker_processes_answer_what_this_process_answers() -> None:
    values = weekly_counts(8, 120)
    values[2, -1] *= 0.2
    tasks = [
        Task(name=str(i), arguments={"panel": shown, "first": 118, "gates": gates(shown)})
        for i, rows in enumerate([*batches(range(8)), [2, 3], [0, 2]])
        if (shown := panel(values).rows(rows))
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
