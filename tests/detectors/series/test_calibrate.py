"""Small counts have exact tails; tails are learned."""

import numpy as np
import pytest
from scipy import stats

from detectors.series.calibrate import Calibration, bounds, count_p_values, p_values, tails


def test_counts_have_the_tails_of_the_poisson_and_the_negative_binomial() -> None:
    y = np.array([0.0, 3.0, 6.0, 20.0])

    poisson = count_p_values(y, np.full(4, 6.0), np.full(4, 1 / 6))
    over = count_p_values(y, np.full(4, 6.0), np.full(4, 1 / 6 + 0.25))

    np.testing.assert_allclose(
        poisson, np.minimum(1, 2 * np.minimum(stats.poisson.cdf(y, 6), stats.poisson.sf(y - 1, 6)))
    )
    np.testing.assert_allclose(
        over, np.minimum(1, 2 * np.minimum(stats.nbinom.cdf(y, 4, 0.4), stats.nbinom.sf(y - 1, 4, 0.4)))
    )
    assert over[0] > poisson[0]


@pytest.mark.parametrize("degrees", [4, 200])
def test_tails_are_learned_from_errors(degrees: int) -> None:
    rng = np.random.default_rng(1)
    z = 1.3 * rng.standard_t(degrees, (100, 60))
    learned = tails(z, np.zeros(100), Calibration())

    fresh = p_values(1.3 * rng.standard_t(degrees, (100, 600)), learned)

    for nominal in (0.05, 0.01, 0.001):
        assert 0.5 < (fresh < nominal).mean() / nominal < 2
    low, high = bounds(learned)
    assert low[0] == pytest.approx(1.3 * stats.t.ppf(0.975, degrees), rel=0.15)
    assert high[0] == pytest.approx(low[0], rel=0.15)
