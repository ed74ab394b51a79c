import numpy as np
import pytest

from detectors.segments.cells import cells

RNG = np.random.default_rng(7)


def test_the_whole_is_spread_as_it_was_in_earlier_windows() -> None:
    earlier = np.tile([300.0, 100.0], (4, 1))

    assert cells(np.array([250.0, 120.0]), earlier, 200.0).expected == pytest.approx([150.0, 50.0])


def test_unknown_windows_do_not_count() -> None:
    earlier = np.array([[np.nan, 100.0], [300.0, 100.0]])

    assert cells(np.array([250.0, 120.0]), earlier, 400.0).expected == pytest.approx([300.0, 100.0])


def test_a_cell_that_always_strays_far_is_trusted_less() -> None:
    earlier = RNG.poisson(1000.0, size=(13, 6)).astype(float)
    earlier[:, 0] *= RNG.choice([0.5, 1.5], size=13)

    spread = cells(earlier[0], earlier[1:], 6000.0).spread

    assert spread[0] > 2 * spread[1:].max()


def test_small_cells_stray_further_than_large_ones() -> None:
    earlier = RNG.poisson([10_000.0, 9_000.0, 8_000.0, 10.0, 9.0, 8.0], size=(13, 6)).astype(float)

    spread = cells(earlier[0], earlier[1:], 27_027.0).spread

    assert spread[3:].min() > 3 * spread[:3].max()


def test_of_rates_cells_are_expected_what_those_who_came_now_would_have_brought() -> None:
    top, by = np.tile([20.0, 40.0], (4, 1)), np.tile([1000.0, 1000.0], (4, 1))
    now = np.array([3000.0, 1000.0])

    expected = cells(np.array([60.0, 40.0]), top, 0.03, np.vstack([now, by])).expected

    assert expected == pytest.approx([60.0, 40.0], rel=0.05)
