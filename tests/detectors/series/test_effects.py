"""What weeks of advertising of one channel may do to the whole business: what they did, and no more."""

import numpy as np

from detectors.panel import Floats
from detectors.series.effects import Effects, learned
from detectors.series.known import Explained
from detectors.series.occasions import Occasions

N, NOISE = 200, 0.05
FLIGHTS, HOLIDAY, LAST = (40, 140), 50, 28


def effects_of(change: Floats, *, part: float = 0.3) -> Effects:
    """Two flights of four weeks by a channel that is such a part of the business, and a holiday within the first."""
    start = np.array([FLIGHTS[0], HOLIDAY, FLIGHTS[1]])
    echo = start + np.array([LAST, 1, LAST])
    occasions = Occasions(
        start=start,
        stop=echo,
        echo=echo,
        over=np.ones(3, dtype=np.bool_),
        title=np.array([0, 1, 0]),
        kind=np.array([0, 1, 0]),
        lift=np.full(3, np.nan),
        lasting=np.zeros(3, dtype=np.bool_),
        share=np.array([[part, 1.0, part]]),
    )
    return learned(occasions, change, np.full((1, N), NOISE), np.array([True]), Explained())


def noise() -> Floats:
    drawn: Floats = np.random.default_rng(2).normal(0.0, NOISE, (1, N))
    return drawn


def test_a_holiday_within_weeks_of_advertising_teaches_nothing_of_the_advertising() -> None:
    change = noise()
    change[0, HOLIDAY] = np.log(0.2)

    low = effects_of(change).low[0, FLIGHTS[1]]

    assert low > np.log(0.8)


def test_the_longer_it_runs_the_less_is_excused() -> None:
    low = effects_of(noise()).low[0]

    first, last = low[FLIGHTS[0]], low[FLIGHTS[0] + LAST - 1]
    assert first < last
    assert last > np.log(0.9)


def test_an_event_of_a_part_excuses_less_than_one_of_the_whole() -> None:
    at = FLIGHTS[1]

    assert effects_of(noise(), part=0.3).low[0, at] > effects_of(noise(), part=1.0).low[0, at]


def test_chance_on_the_farthest_of_many_days_is_no_effect() -> None:
    change = noise()
    change[0, 60] = -4 * NOISE

    low = effects_of(change).low[0, FLIGHTS[1] + 20]

    assert low > np.log(0.9)


def promotions(third: Floats) -> Effects:
    """Two promotions that moved nothing, and a third with these days."""
    change = noise()
    start = np.array([30, 80, 140])
    echo = start + len(third)
    change[0, start[2] : echo[2]] = third
    occasions = Occasions(
        start=start,
        stop=echo,
        echo=echo,
        over=np.ones(3, dtype=np.bool_),
        title=np.arange(3),
        kind=np.zeros(3, dtype=np.int64),
        lift=np.full(3, np.nan),
        lasting=np.zeros(3, dtype=np.bool_),
        share=np.ones((1, 3)),
    )
    return learned(occasions, change, np.full((1, N), NOISE), np.array([True]), Explained())


def test_what_promotions_never_moved_they_excuse_little_of() -> None:
    assert promotions(np.zeros(5)).low[0, 140] > np.log(0.8)


def test_a_trouble_in_a_promotion_does_not_become_what_promotions_do() -> None:
    low = promotions(np.array([0.0, -0.6, -0.6, -0.6, -0.6])).low[0, 140:145]

    assert (low > np.log(0.75)).all()
