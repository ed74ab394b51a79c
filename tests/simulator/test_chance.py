from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.chance import Expected, Seeded, binomial, normal_quantile, poisson

LUCK = (np.arange(20_000) + 0.5) / 20_000


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0, 13.9, 14.1, 60.0, 5_000.0])
def test_poisson_counts_have_the_wanted_mean_and_variance(mean: float) -> None:
    counts = poisson(np.full_like(LUCK, mean), LUCK)

    assert counts.mean() == pytest.approx(mean, rel=0.01, abs=0.002)
    assert counts.var() == pytest.approx(mean, rel=0.03, abs=0.005)


@pytest.mark.parametrize(
    ("number", "share"), [(1, 0.5), (12, 0.02), (40, 0.9), (90, 0.3), (100_000, 0.0002), (5_000, 0.62)]
)
def test_thinning_has_the_wanted_mean_and_variance(number: float, share: float) -> None:
    kept = binomial(np.full_like(LUCK, number), np.full_like(LUCK, share), LUCK)

    assert kept.mean() == pytest.approx(number * share, rel=0.01)
    assert kept.var() == pytest.approx(number * share * (1 - share), rel=0.04)


@given(st.integers(0, 10**6), st.floats(0, 1), st.floats(1e-9, 1 - 1e-9))
def test_thinning_never_keeps_more_than_there_is(number: int, share: float, luck: float) -> None:
    kept = binomial(np.array([float(number)]), np.array([share]), np.array([luck]))[0]

    assert 0 <= kept <= number
    assert kept == int(kept)


@given(st.floats(1e-9, 1 - 1e-9))
def test_with_the_same_luck_a_larger_share_keeps_at_least_about_as_many(luck: float) -> None:
    shares = np.linspace(0.02, 0.98, 25)

    kept = binomial(np.full(25, 400.0), shares, np.full(25, luck))

    assert all(after >= before - 1 for before, after in pairwise(kept.tolist()))


def test_luck_belongs_to_its_name() -> None:
    mean = np.full((50, 4), 30.0)

    assert np.array_equal(Seeded(1).count("a", mean), Seeded(1).count("a", mean))
    assert not np.array_equal(Seeded(1).count("a", mean), Seeded(1).count("b", mean))
    assert not np.array_equal(Seeded(1).count("a", mean), Seeded(2).count("a", mean))


def test_baskets_sum_to_their_expectation_however_many_there_are() -> None:
    number = np.repeat([[1.0, 7.0, 300.0]], 40_000, axis=0)
    each = np.full_like(number, 80.0)

    drawn = Seeded(5).money("m", number, each, 0.9).mean(axis=0)

    assert drawn == pytest.approx(Expected().money("m", number, each, 0.9)[0], rel=0.03)


def test_the_normal_quantile_is_odd_and_known_at_the_usual_levels() -> None:
    levels = np.array([0.005, 0.025, 0.5, 0.975, 0.995])

    assert normal_quantile(levels) == pytest.approx([-2.5758293, -1.9599640, 0.0, 1.9599640, 2.5758293], abs=1e-6)
