"""Small counts have exact tails."""

import numpy as np
from scipy import stats

from detectors.series.calibrate import count_p_values


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
