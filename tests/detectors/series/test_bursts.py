"""How often a series sees such an hour is told by its own record."""

import numpy as np
import pytest

from benchmarks.hour_series import bursts, draw, visits
from detectors.finding import Finding, Shape
from detectors.panel import Floats, KpiType
from detectors.series.bursts import Bursts
from detectors.series.judge import judge
from tests.detectors.series.panels import gates
from tests.detectors.series.test_hours import DAY, hourly

NOW = 56 * DAY


def pareto(luck: np.random.Generator, hours: int, every: int, index: float) -> Floats:
    """Bursts that begin once in so many hours and last for four, above a threshold of 1."""
    size = luck.random(hours) * 0.9
    for start in np.flatnonzero(luck.random(hours - 4) < 1.0 / every):
        burst = (1.0 + luck.pareto(index)) * np.array([0.6, 1.0, 0.7, 0.3])
        size[start : start + 4] = np.maximum(size[start : start + 4], burst)
    return size


@pytest.mark.parametrize("index", [1.0, 2.0, 4.0])
@pytest.mark.parametrize("accepted", [0.5, 1.0, 3.0])
def test_bursts_come_as_often_as_their_record_says(index: float, accepted: float) -> None:
    """Out of sample: of two months after eight weeks, at so many bursts a month."""
    luck, month, runs = np.random.default_rng(int(10 * index)), 30 * DAY, 150
    told = 0
    for _ in range(runs):
        rates = Bursts().rates(pareto(luck, NOW + 2 * month, every=72, index=index), threshold=1.0)[NOW:]
        news = np.flatnonzero(rates < accepted / month)
        told += int((np.diff(news, prepend=-99) > DAY).sum())

    assert 0.3 * accepted < told / (2 * runs) < 1.25 * accepted, "tails lighter than the prior's are told too seldom"


def jumping(seed: int) -> Floats:
    """An ad price that jumps every other day or so."""
    luck = np.random.default_rng(seed)
    jumps = bursts(luck, 1, NOW, every=40, heavy=2.5, fades=0.5)
    price: Floats = 0.4 * np.exp(0.1 * luck.standard_normal((1, NOW))) * (1.0 + jumps)
    return price


def told(values: Floats, newest: int, kind: KpiType = KpiType.LEVEL, watched: int = 1) -> list[Finding]:
    panel = hourly(values, kind)
    return list(judge(panel, len(panel.axis) - newest, gates=gates(panel, watched=watched)).findings)


def test_a_burst_twice_the_largest_ever_is_told() -> None:
    values = jumping(3)
    values[0, NOW - 10 : NOW - 8] = 2.0 * values.max()

    found = told(values, newest=DAY)

    assert [f.shape for f in found] == [Shape.SPIKE]
    assert found[0].start == hourly(values).axis.start(NOW - 10)


def test_a_burst_as_it_comes_each_week_is_no_news() -> None:
    values = jumping(3)
    values[0, NOW - 12 :] = np.minimum(values[0, NOW - 12 :], 0.4)
    values[0, NOW - 10] = np.sort(values[0, : NOW - 12])[-8]

    assert told(values, newest=DAY) == []


def test_what_was_told_counts_as_well() -> None:
    values = jumping(3)
    large = 2.0 * values.max()
    weekly = NOW - 10 - 7 * DAY * np.arange(6)
    values[0, weekly] = large
    panel = hourly(values, KpiType.LEVEL)
    known = np.zeros(values.shape, dtype=np.bool_)
    known[0, weekly[1:]] = True

    assert judge(panel, NOW - DAY, gates=gates(panel, watched=1), excluded=known).findings == ()


def test_after_a_rise_of_a_week_smaller_bursts_are_told_as_before() -> None:
    values = draw(1, NOW, 8, (visits,)).panel.values
    known = np.zeros(values.shape, dtype=np.bool_)
    known[0, NOW - 20 * DAY : NOW - 13 * DAY] = True
    values[known] = np.round(3.0 * values[known])
    noon = slice(NOW - 12, NOW - 10)
    values[0, noon] = np.round(2.5 * values[0, noon])
    panel = hourly(values)

    found = judge(panel, NOW - DAY, gates=gates(panel, watched=60), excluded=known).findings

    assert [f.start.hour for f in found] == [12]


def test_shops_without_a_problem_are_quiet() -> None:
    values = draw(40, NOW, 9, (visits,)).panel.values

    assert len(told(values, 7 * DAY, KpiType.COUNT, watched=60)) <= 1, "a third of one is expected at most"
