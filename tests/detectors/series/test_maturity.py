"""How complete young periods are, learned from the looks of the past."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.panel import Floats, KpiType, Panel, SeriesKey
from detectors.series.development import Step
from detectors.series.maturity import Completeness, learn
from tests.detectors.series.panels import panel

N, AGES = 70, 6
WEEK = np.arange(N) % 7


def filling(final: Floats, share: Callable[[int, int], float], looks: int = N) -> Iterator[Step]:
    """Steps of periods that show `share(period, age)` of their final value, of which the newest `looks` looks are known."""
    n = final.shape[1]

    def at(age: int) -> Floats:
        shown = np.array([share(p, age) for p in range(n)]) * final
        look = np.arange(n) + age
        return np.where((look <= n - 1) & (look > n - 1 - looks), shown, np.nan)

    for age in range(AGES):
        earlier, later = at(age), at(age + 1)
        both = np.isfinite(earlier) & np.isfinite(later)
        yield Step(np.where(both, earlier, np.nan), np.where(both, later, np.nan))


def halving(_: int, age: int) -> float:
    """Half is missing at first, and half of the rest at each look after it; after six looks nothing is."""
    return 1.0 if age >= AGES else 1.0 - 0.5 ** (age + 1)


def of_channels(*names: str) -> Panel:
    """One KPI; `search/brand` is a campaign of search."""
    parts = [name.partition("/") for name in names]
    keys = tuple(SeriesKey("shop", channel, "orders", (("campaign", c),) if c else ()) for channel, _, c in parts)
    return replace(panel(np.full((len(keys), N), 100.0), kind=KpiType.AMOUNT), keys=keys)


def learned(of: Panel, steps: Iterator[Step], configured: Floats | None = None) -> Completeness:
    return learn(of, steps, WEEK, 7, configured)


def noisy(rows: int, size: float = 1000.0) -> Floats:
    return size * np.exp(np.random.default_rng(4).normal(0, 0.2, (rows, N)))


def test_each_young_period_is_as_complete_as_earlier_ones_were_at_its_age() -> None:
    age = learned(of_channels("search", "email"), filling(noisy(2), halving))

    assert age.share[0].tolist() == pytest.approx([halving(0, a) for a in reversed(range(AGES))], rel=1e-6)
    assert not age.held.any()
    assert age.told.all()


@given(looks=st.integers(min_value=3, max_value=N))
def test_three_looks_teach_what_all_looks_teach_where_figures_always_fill_alike(looks: int) -> None:
    age = learned(of_channels("search", "email"), filling(noisy(2), halving, looks))

    assert age.share[0].tolist() == pytest.approx([halving(0, a) for a in reversed(range(AGES))], rel=1e-6)
    assert age.told.all()


def test_one_look_teaches_nothing() -> None:
    age = learned(of_channels("search"), filling(noisy(1), halving, 1))

    assert (age.share == 1).all()
    assert not age.told.any()


def test_a_small_segment_takes_it_from_its_channel_and_a_new_channel_from_the_others() -> None:
    final = noisy(3)
    final[1] *= 1e-3
    final[2, :-2] = np.nan

    age = learned(of_channels("search", "search/brand", "email"), filling(final, halving))

    assert age.share[1, -1] == pytest.approx(0.5, abs=0.02)
    assert age.share[2, -1] == pytest.approx(0.5, abs=0.02)
    assert age.variance[2, -1] > age.variance[0, -1]


def test_lists_that_come_on_mondays_are_known_by_the_weekday() -> None:
    def by_monday(period: int, age: int) -> float:
        return 1.0 if any((period + 1 + a) % 7 == 0 for a in range(age + 1)) else 0.5

    age = learned(of_channels("search", "email"), filling(noisy(2), by_monday))

    expected = [by_monday(N - 1 - a, a) for a in reversed(range(AGES))]
    assert age.share[0].tolist() == pytest.approx(expected, rel=0.05)
    assert not age.held.any()


def test_figures_that_were_rewritten_once_say_nothing_of_how_others_fill() -> None:
    steps = [Step(s.earlier.copy(), s.later.copy()) for s in filling(noisy(2), lambda _p, _a: 1.0)]
    for number, step in enumerate(steps):
        step.later[:, N - 12 - number] *= 0.7

    age = learned(of_channels("search", "email"), iter(steps))

    assert (age.share > 0.95).all()
    assert not age.held.any()


def test_a_source_that_added_nothing_at_this_look_holds_the_youngest_periods_back() -> None:
    def stalled(period: int, age: int) -> float:
        return halving(period, max(age - (period + age == N - 1), 0))

    age = learned(of_channels("search", "email"), filling(noisy(2), stalled))

    assert age.held[:, -1].all()
    assert not age.held[:, 0].any()


def test_what_shows_next_to_nothing_at_first_is_held_back_until_it_shows_more() -> None:
    age = learned(of_channels("search", "email"), filling(noisy(2), lambda _p, a: 0.05 if a == 0 else 0.9))

    assert age.held[0].tolist() == [False] * (AGES - 1) + [True]


def test_what_people_say_holds_from_the_first_day_and_gives_way_to_what_is_seen() -> None:
    said = np.array([[0.8, 0.9]])

    at_first = learned(of_channels("search"), iter(()), said)
    later = learned(of_channels("search"), filling(noisy(1), halving), said)

    assert at_first.share[0].tolist() == pytest.approx([0.9, 0.8])
    assert at_first.told.all()
    assert 0.0 < at_first.variance[0, -1] < 0.1**2
    assert later.share[0, -1] == pytest.approx(0.5, abs=0.03)


def test_a_source_that_restates_nothing_is_complete() -> None:
    age = learned(of_channels("search"), iter(()))

    assert age.ages == 0
    assert [x.tolist() for x in age.over(3)] == [[[1.0] * 3], [[0.0] * 3], [[False] * 3]]


def test_a_source_that_slows_down_is_followed_within_a_week_of_looks() -> None:
    def slower(period: int, age: int) -> float:
        """From the eighth look before the newest on, nothing more comes at the first look after a period's first."""
        return halving(period, age) if age != 1 or period + age < N - 8 else 0.5

    age = learned(of_channels("search", "email"), filling(noisy(2), slower))

    assert age.share[0, -1] == pytest.approx(0.5, abs=0.03)  # the rest comes one look later, all at once
    assert age.share[0, -2] == pytest.approx(0.5, abs=0.1)
    assert age.common[0, -1] > 0.01


def test_a_steady_source_leaves_next_to_no_doubt_that_all_young_periods_share() -> None:
    age = learned(of_channels("search", "email"), filling(noisy(2), halving))

    assert (age.common < 0.05**2).all()
