"""What often strays far is no news when it does so again."""

import numpy as np

from benchmarks.hour_series import draw, mentions, price, visits
from detectors.series.judge import judge
from detectors.series.record import Record
from tests.detectors.series.panels import gates
from tests.detectors.series.test_hours import DAY, hourly

NOW = 56 * DAY


def test_right_tails_stay_and_far_errors_of_the_past_make_theirs_heavier_on_their_side() -> None:
    chance = np.random.default_rng(1)
    p = chance.random((2, 4000))
    error = np.where(chance.random(p.shape) < 0.5, 1.0, -1.0)
    wild = (error[1] > 0) & (p[1] < 0.05)
    p[1, wild] = 0.05 * (p[1, wild] / 0.05) ** 3
    p[:, -2:], error[:, -2:] = 1e-6, [1.0, -1.0]
    teaches = np.ones(p.shape, dtype=np.bool_)
    teaches[:, -2:] = False

    judged = Record().heavier(p, error, teaches)

    assert (judged >= p).all()
    assert judged[0, -2] < 1e-5
    assert judged[1, -2] > 1e-4
    assert judged[1, -1] < 1e-4
    assert (judged[p >= 0.05] == p[p >= 0.05]).all()


def test_series_alone_that_jump_and_burst_raise_no_more_than_is_promised() -> None:
    told = 0
    for seed in range(3):
        for kind in (price, mentions):
            panel = draw(1, NOW, seed, (kind,)).panel
            told += len(judge(panel, NOW - 7 * DAY, gates=gates(panel, watched=1)).findings)

    assert told <= 4, "six weeks of series, each with a promise of two a month: less than three are expected"


def test_three_times_the_usual_of_a_quiet_hour_is_no_news() -> None:
    panel = draw(8, NOW, 4, (visits,)).panel
    values = panel.values
    night = NOW - 21
    values[:, night] = 5 + 3 * values[:, night - 7 * DAY]

    found = judge(hourly(values), NOW - 22, gates=gates(hourly(values))).findings

    assert not [f for f in found if f.start.hour == 3]
