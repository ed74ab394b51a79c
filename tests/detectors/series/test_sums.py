import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.series.sums import Wander, wander


def forecast(noise: float, level: float, memory: float, seed: int, periods: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """A series with weekdays, a level that wanders, and its forecasts from the day before by a weekday profile."""
    rng = np.random.default_rng(seed)
    wandering = np.zeros(periods)
    for t in range(1, periods):
        wandering[t] = memory * wandering[t - 1] + rng.normal(0, level)
    week = np.tile([1.0, 1.1, 1.1, 1.0, 1.2, 0.7, 0.6], periods // 7 + 1)[:periods]
    observed = 1000 * week * np.exp(wandering + rng.normal(0, noise, periods))
    followed = np.zeros(periods)
    for t in range(1, periods):
        followed[t] = followed[t - 1] + 0.1 * (np.log(observed[t - 1] / week[t - 1] / 1000) - followed[t - 1])
    return observed, 1000 * week * np.exp(followed)


def test_the_noise_of_single_days_averages_out() -> None:
    found = wander(*forecast(0.1, 0.0, 0.0, seed=1), 7, 28)

    assert found is not None
    assert found.period == pytest.approx(0.1, rel=0.15)
    assert found.of_sum(28) < 0.05


def test_what_days_have_in_common_does_not() -> None:
    found = wander(*forecast(0.02, 0.04, 0.95, seed=2), 7, 14)

    assert found is not None
    assert found.of_sum(14) > 0.6 * found.period


def test_nine_of_ten_sums_lie_within_reach() -> None:
    held = []
    for seed in range(60):
        observed, expected = forecast(0.06, 0.03, 0.85, seed=seed, periods=147)
        past = slice(0, 140)
        found = wander(observed[past], expected[past], 7, 7)
        assert found is not None
        level = expected[140] / 1000
        week = np.array([1.0, 1.1, 1.1, 1.0, 1.2, 0.7, 0.6])
        error = observed[140:].sum() / (1000 * level * week.sum()) - 1
        held.append(abs(error) < found.of_sum(7) * found.reach)
    assert 0.8 <= np.mean(held) <= 0.99


def test_one_past_disaster_does_not_make_a_steady_series_unsure() -> None:
    observed, expected = forecast(0.05, 0.0, 0.0, seed=3)
    calm = wander(observed, expected, 7, 7)
    observed[200:203] = 0
    hurt = wander(observed, expected, 7, 7)

    assert calm is not None and hurt is not None
    assert hurt.of_sum(7) < 1.5 * calm.of_sum(7)


def test_little_past_says_nothing_and_unknown_periods_are_left_out() -> None:
    observed, expected = forecast(0.05, 0.0, 0.0, seed=4)
    assert wander(observed[:20], expected[:20], 7, 3) is None

    observed[::3] = np.nan
    expected[:100] = np.nan
    assert wander(observed, expected, 7, 7) is not None


@given(st.floats(0.001, 1), st.floats(0, 1), st.floats(4, 200))
def test_longer_sums_are_relatively_surer_and_absolutely_less_sure(
    period: float, common: float, windows: float
) -> None:
    of = Wander(period=period, common=common, windows=windows)

    for n in (1, 2, 7, 30):
        assert of.of_sum(n + 1) <= of.of_sum(n) * (1 + 1e-9)
        assert of.of_sum(n + 1) * (n + 1) >= of.of_sum(n) * n * (1 - 1e-9)
    assert of.reach > 1.64
