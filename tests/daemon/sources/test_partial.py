from itertools import product

import numpy as np

from daemon.sources.partial import Gap, partial_gaps
from daemon.sources.versions import Leaves
from detectors.cadence import Cadence, Unit
from detectors.panel import Bools

PERIODS = 200
CELLS = np.array(list(product(range(3), range(4))), dtype=np.int32)  # three campaigns or query types, four regions


def gaps(present: Bools, role: str = "campaign") -> list[Gap]:
    leaves = Leaves(channel=np.zeros(len(CELLS), dtype=np.int32), dimensions=CELLS)
    none = np.zeros((1, PERIODS), dtype=np.bool_)
    return list(partial_gaps(present, none, leaves, (role, "geo"), Cadence(unit=Unit.DAY, count=1), none))


def test_rows_that_stay_away_now_and_then_by_themselves_are_no_partial_load() -> None:
    weekend = np.arange(PERIODS) % 7 >= 5
    found = []
    for seed in range(12):
        stays_away = np.random.default_rng(seed).random((12, PERIODS)) < np.where(weekend, 0.06, 0.005)
        found += [gap for gap in gaps(~stays_away) if gap.period >= 100]

    assert len(found) <= 5


def test_half_a_load_of_such_rows_is_still_partial() -> None:
    present = np.random.default_rng(3).random((12, PERIODS)) > 0.03
    present[CELLS[:, 1] < 2, 190:192] = False

    assert {190, 191} <= {gap.period for gap in gaps(present)}


def test_one_row_of_a_table_that_never_lacks_one_is_missed() -> None:
    present = np.ones((12, PERIODS), dtype=np.bool_)
    present[4, 199] = False

    assert gaps(present) == [Gap(channel=0, period=199, missing=1, expected=12)]


def test_searches_without_the_brand_do_not_end_as_campaigns_do() -> None:
    present = np.ones((12, PERIODS), dtype=np.bool_)
    present[CELLS[:, 0] == 2, 199] = False

    assert gaps(present, "campaign") == []
    assert [gap.period for gap in gaps(present, "query_type")] == [199]
