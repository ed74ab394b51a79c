"""What every detector owes its caller, whatever it is shown."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from detectors.finding import Reason
from detectors.panel import Floats, KpiType
from detectors.series.judge import Judgement, judge
from detectors.series.known import Masks
from detectors.series.seasonal import Memory
from tests.detectors.series.panels import gates, panel, weekly_counts

N = 200


def judged(values: Floats, kind: KpiType = KpiType.AMOUNT, cadence: str = "day", first: int | None = None) -> Judgement:
    shown = panel(values, kind, cadence=cadence)
    return judge(shown, values.shape[1] - 1 if first is None else first, gates=gates(shown))


def with_drop(kind: KpiType = KpiType.AMOUNT) -> Floats:
    values = weekly_counts(6, N)
    values[2, -1] *= 0.5
    values[3, -4:] *= 0.7
    values[4, -2:] = 0.0
    return values


@pytest.mark.parametrize("kind", list(KpiType))
@pytest.mark.parametrize("cadence", ["hour", "day", "week", "month", "quarter", "year"])
@pytest.mark.parametrize("periods", [1, 5, 30, 130])
def test_no_length_cadence_or_kind_breaks_it(kind: KpiType, cadence: str, periods: int) -> None:
    values = weekly_counts(3, periods)

    result = judge(
        shown := panel(values, kind, exposure=values * 3 if kind is KpiType.RATIO else None, cadence=cadence),
        max(periods - 2, 0),
        gates=gates(shown),
    )

    assert result.expectation.expected.shape == values.shape


@pytest.mark.parametrize("kind", list(KpiType))
def test_a_constant_series_is_not_news(kind: KpiType) -> None:
    result = judged(np.full((2, N), 50.0), kind)

    assert result.findings == ()
    assert {n.reason for n in result.not_judged} == {Reason.CONSTANT}


def test_a_series_without_any_value_is_not_judged() -> None:
    result = judged(np.full((2, N), np.nan))

    assert result.findings == ()
    assert {n.reason for n in result.not_judged} == {Reason.TOO_SHORT}


def test_a_short_series_is_not_judged_but_its_neighbours_are() -> None:
    values = with_drop()
    values[0, :-10] = np.nan

    result = judged(values)

    assert [(n.key.kpi, n.reason) for n in result.not_judged] == [("kpi_0", Reason.TOO_SHORT)]
    assert {f.key.kpi for f in result.findings} >= {"kpi_2", "kpi_3", "kpi_4"}


def test_a_missing_newest_value_is_no_value_and_no_drop() -> None:
    values = weekly_counts(3, N)
    values[1, -1] = np.nan

    result = judged(values)

    assert result.findings == ()
    assert [(n.key.kpi, n.reason) for n in result.not_judged] == [("kpi_1", Reason.NO_VALUE)]


def test_gaps_in_the_history_do_not_hide_a_drop() -> None:
    values = with_drop()
    values[2, np.random.default_rng(3).choice(N - 5, 40, replace=False)] = np.nan

    assert "kpi_2" in {f.key.kpi for f in judged(values).findings}


def test_the_unit_does_not_matter() -> None:
    one, other = judged(with_drop()), judged(with_drop() * 1000)

    assert [(f.key, f.shape, f.start) for f in one.findings] == [(f.key, f.shape, f.start) for f in other.findings]
    np.testing.assert_allclose([f.observed * 1000 for f in one.findings], [f.observed for f in other.findings])
    np.testing.assert_allclose(one.expectation.expected * 1000, other.expectation.expected, rtol=1e-6)


def test_a_levels_origin_does_not_matter() -> None:
    values = weekly_counts(4, N, mean=40)
    values[1, -3:] += 40

    one, other = judged(values, KpiType.LEVEL), judged(values - 1e4, KpiType.LEVEL)

    assert [(f.key, f.start) for f in one.findings]
    np.testing.assert_allclose(one.expectation.expected - 1e4, other.expectation.expected, rtol=1e-6)


def test_the_input_is_not_modified_and_the_answer_is_the_same_twice() -> None:
    values = with_drop()
    shown = panel(values.copy())
    empty = np.zeros(values.shape, dtype=np.bool_)

    results = [
        judge(shown, N - 1, gates=gates(shown), excluded=empty, masks=Masks.none(*values.shape)) for _ in range(2)
    ]

    np.testing.assert_array_equal(shown.values, values)
    assert not empty.any()
    assert results[0].findings == results[1].findings
    np.testing.assert_array_equal(results[0].expectation.p_value, results[1].expectation.p_value)


def test_memory_only_saves_time() -> None:
    shown = panel(with_drop())
    memory = Memory()

    judge(shown, N - 1, gates=gates(shown), memory=memory)
    warm = judge(shown, N - 1, gates=gates(shown), memory=memory)

    assert warm.findings == judge(shown, N - 1, gates=gates(shown)).findings


def test_the_future_never_changes_a_past_expectation() -> None:
    values = weekly_counts(5, N)
    changed = values.copy()
    changed[:, N - 20 :] *= np.random.default_rng(2).uniform(0.1, 3, (5, 20))

    one, other = judged(values, first=N - 20), judged(changed, first=N - 20)

    for name in ("expected", "lower", "upper"):
        before = getattr(one.expectation, name)[:, : N - 20]
        assert np.isfinite(before[:, -60:]).all()
        np.testing.assert_array_equal(before, getattr(other.expectation, name)[:, : N - 20])


def test_a_judged_point_has_no_part_in_its_own_expectation() -> None:
    values = weekly_counts(5, N)
    changed = values.copy()
    changed[:, -1] *= 7

    one, other = judged(values), judged(changed)

    np.testing.assert_array_equal(one.expectation.expected[:, -1], other.expectation.expected[:, -1])
    np.testing.assert_array_equal(one.expectation.upper[:, -1], other.expectation.upper[:, -1])


def test_ninety_periods_have_expectations() -> None:
    expectation = judged(weekly_counts(2, N)).expectation

    for values in (
        expectation.expected,
        expectation.lower,
        expectation.upper,
        expectation.p_value,
        expectation.error_scale,
    ):
        assert np.isfinite(values[:, -90:]).all()
    assert (expectation.lower <= expectation.expected).all(where=np.isfinite(expectation.lower))


def test_nothing_warns_on_zeros_and_negatives() -> None:
    values = weekly_counts(4, N)
    values[0] = 0.0
    values[1, ::3] = 0.0
    values[2] *= -1
    values[3, :150] = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        judged(values)
        judged(values, KpiType.LEVEL)


def test_an_empty_panel_gives_an_empty_judgement() -> None:
    shown = panel(np.zeros((0, 30)))

    assert judge(shown, 29, gates=gates(shown)).findings == ()
    assert judge(replace(panel(np.ones((1, 30)))), 30, gates=gates(panel(np.ones((1, 30))))).findings == ()
