"""Skewed errors become even, and back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.series.skew import evened, skewed, skewness


@given(z=st.floats(-4, 30), g=st.floats(0, 2))
def test_the_way_back_leads_back(z: float, g: float) -> None:
    there = evened(np.array([z]), np.array([g]))

    if 1 + g * z / 2 > 1e-3:
        np.testing.assert_allclose(skewed(there, np.array([g])), [z], atol=1e-6)


def test_gamma_errors_become_normal() -> None:
    sigma = 0.5
    drawn = np.random.default_rng(1).gamma(1 / sigma**2, sigma**2, 200_000)

    even = evened((drawn - 1) / sigma, np.full(drawn.shape, 2 * sigma))

    np.testing.assert_allclose(
        np.quantile(even, [0.001, 0.025, 0.5, 0.975, 0.999]), [-3.09, -1.96, 0, 1.96, 3.09], atol=0.15
    )


def test_sums_have_no_skewness_and_bursts_twice_that_of_a_poisson() -> None:
    sigma = np.full((3, 1), 0.1)
    events = np.array([[100.0], [1e9], [1.0]])

    skew = skewness(sigma, events, np.array([True, True, False]), np.array([True, True, False]))

    np.testing.assert_allclose(skew[:, 0], [0.1, 0.2, 0.0], rtol=1e-6)
