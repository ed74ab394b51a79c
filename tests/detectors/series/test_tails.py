"""Tails are learned by series, with like series as a prior; troubles teach nothing."""

import numpy as np
import pytest
from scipy import stats

from detectors.panel import Floats, Ints
from detectors.series.tails import Learning, Tails, learn, p_values, reach


def one_kpi(rows: int) -> Ints:
    return np.zeros((rows, 2), dtype=np.int64)


def rate(tail: Tails, errors: Floats, nominal: float) -> float:
    return float((p_values(errors, tail) < nominal).mean() / nominal)


@pytest.mark.parametrize("degrees", [4, 200])
def test_tails_are_learned_from_errors(degrees: int) -> None:
    rng = np.random.default_rng(1)
    tail = learn(1.3 * rng.standard_t(degrees, (100, 120)), one_kpi(100), Learning())

    fresh = 1.3 * rng.standard_t(degrees, (100, 600))

    for nominal in (0.05, 0.01, 0.001):
        assert 0.5 < rate(tail, fresh, nominal) < 2
    assert np.median(reach(tail)) == pytest.approx(1.3 * stats.t.ppf(0.975, degrees), rel=0.15)


def test_a_kpi_with_wild_segments_does_not_lend_its_tails_to_a_calm_one() -> None:
    rng = np.random.default_rng(2)
    kpi = np.stack([np.zeros(120, dtype=np.int64), np.repeat([0, 1], 60)], axis=1)

    def draw(n: int) -> Floats:
        return np.concatenate([rng.standard_normal((60, n)), 0.8 * rng.standard_t(4, (60, n))])

    tail, fresh = learn(draw(200), kpi, Learning()), draw(2000)

    for rows in (slice(0, 60), slice(60, 120)):
        assert 0.5 < rate(Tails(tail.log_p[rows]), fresh[rows], 0.001) < 2


def test_an_outage_that_nobody_named_does_not_hide_the_next_one() -> None:
    errors = np.random.default_rng(3).standard_normal((40, 200))
    spoilt = errors.copy()
    spoilt[:, 100:110] = -5.0
    spoilt[:, 150] = -20.0

    calm, after = (learn(z, one_kpi(40), Learning()) for z in (errors, spoilt))

    far = np.full((40, 1), -5.0)
    assert np.median(p_values(far, after)) < 10 * np.median(p_values(far, calm))


def test_p_values_fall_with_the_size_of_the_error() -> None:
    tail = learn(np.random.default_rng(4).standard_normal((5, 100)), one_kpi(5), Learning())
    sizes = np.tile(np.linspace(0, 100, 500), (5, 1))

    p = p_values(sizes, tail)

    assert (np.diff(p, axis=1) <= 1e-12).all()
    assert p[:, 0] == pytest.approx(1.0)
    np.testing.assert_allclose(p, p_values(-sizes, tail))
    assert np.isnan(p_values(np.full((5, 1), np.nan), tail)).all()


def test_without_any_history_the_tails_are_cautious() -> None:
    tail = learn(np.full((1, 10), np.nan), one_kpi(1), Learning())

    assert 0.003 < p_values(np.array([[3.0]]), tail)[0, 0] < 0.03
