"""When a whole series changed."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.generated_series import Kind, draw
from detectors.panel import Floats
from detectors.series.change_points import change_points
from detectors.series.piecewise import Lines, best_lines


def noise(n: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).standard_normal(n)


def test_a_step_is_found_at_the_first_value_of_the_new_level() -> None:
    assert change_points(np.repeat([1.0, 5.0], 20)) == (20,)
    (point,) = change_points(np.repeat([0.0, 5.0], 100) + noise(200))
    assert abs(point - 100) <= 1


def test_a_short_yearly_series_can_hold_a_change() -> None:
    assert change_points(np.repeat([10.0, 30.0], [8, 7]) + noise(15)) == (8,)


@pytest.mark.parametrize("n", [20, 200, 1500])
def test_noise_trend_and_season_are_no_changes(n: int) -> None:
    t = np.arange(n)
    for series in (noise(n), 0.2 * t + noise(n), 5 * np.sin(2 * np.pi * t / 7) + noise(n)):
        assert change_points(series) == ()


def test_a_change_of_slope_is_found() -> None:
    t = np.arange(120)
    (point,) = change_points(np.where(t < 60, 0.0, 1.0 * (t - 60)) + noise(120))
    assert abs(point - 60) <= 6


def test_memory_is_seldom_taken_for_a_change() -> None:
    calm = [change_points(s.values) == () for s in draw(Kind.CALM, 20, 3)]
    assert np.mean(calm) >= 0.9


def test_points_behind_a_gap_keep_their_place_in_the_file() -> None:
    values = np.repeat([0.0, 9.0], 40) + noise(80)
    values[10:20] = np.nan
    assert change_points(values) == (40,)


def test_single_stray_values_are_no_segments() -> None:
    values = noise(200)
    values[[50, 120]] = 40.0
    assert change_points(values) == ()


def test_long_series_are_placed_among_their_own_values() -> None:
    found = change_points(np.repeat([0.0, 3.0, 1.0], [4000, 3000, 3000]) + noise(10_000))
    assert len(found) == 2 and abs(found[0] - 4000) <= 10 and abs(found[1] - 7000) <= 10


@pytest.mark.parametrize("values", [[], [1.0], [np.nan] * 30, [3.0] * 50, [1.0, 2.0, 3.0]])
def test_what_cannot_change_has_no_change_points(values: list[float]) -> None:
    assert change_points(np.array(values)) == ()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**20), factor=st.sampled_from([-3.0, 1e-6, 1e6]), shift=st.sampled_from([0.0, 50.0]))
def test_unit_and_zero_of_the_scale_change_nothing(seed: int, factor: float, shift: float) -> None:
    values = np.repeat([0.0, 4.0], 40) + noise(80, seed)
    assert change_points(factor * (values + shift)) == change_points(values)


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=80))
def test_any_series_gives_rising_places_inside_it(values: list[float]) -> None:
    found = change_points(np.array(values, dtype=np.float64))
    assert list(found) == sorted(set(found))
    assert all(0 < point < len(values) for point in found)


def test_the_division_into_lines_is_the_best_there_is() -> None:
    values = noise(14, 4)
    lines, price = Lines(values), 1.0

    def cost(points: tuple[int, ...]) -> float:
        edges = [0, *points, 14]
        return sum(float(lines.cost(np.array([a]), b)[0]) + price for a, b in pairwise(edges))

    every = [
        (),
        *((a,) for a in range(3, 12)),
        *((a, b) for a in range(3, 9) for b in range(a + 3, 12)),
        (3, 6, 9),
        (3, 6, 10),
        (3, 6, 11),
        (3, 7, 10),
        (3, 7, 11),
        (3, 8, 11),
        (4, 7, 10),
        (4, 7, 11),
        (4, 8, 11),
        (5, 8, 11),
    ]
    assert best_lines(values, price, 3) == min(every, key=cost)
