"""Series that run all the time are judged; series that come and go are not judged against a dream."""

import numpy as np
import pytest

from detectors.finding import Reason, Shape
from detectors.panel import Floats, KpiType
from detectors.series.judge import Judgement, judge
from detectors.series.maturity import Completeness
from tests.detectors.series.panels import gates, panel, weekly_counts

N = 240


def answer(
    series: Floats,
    kind: KpiType = KpiType.COUNT,
    exposure: Floats | None = None,
    min_volume: float = 10.0,
    first: int = N - 1,
) -> Judgement:
    """Judge a series among regular ones."""
    values = np.concatenate([series[None, :], weekly_counts(20, N) / (1 if exposure is None else 1e4)])
    denominators = None if exposure is None else np.concatenate([exposure[None, :], np.full((20, N), 1e4)])
    shown = panel(values, kind, denominators)
    return judge(shown, first, gates=gates(shown, min_volume=min_volume))


def reasons(judgement: Judgement) -> list[Reason]:
    return [n.reason for n in judgement.not_judged if n.key.kpi == "kpi_0"]


def shapes(judgement: Judgement) -> list[Shape]:
    return [f.shape for f in judgement.findings if f.key.kpi == "kpi_0"]


def newsletter(seed: int = 8) -> Floats:
    """A newsletter that is sent on a third of the days, none of them in particular."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(N) < 0.35, rng.poisson(20_000, N), 0).astype(np.float64)


@pytest.mark.parametrize("kind", [KpiType.COUNT, KpiType.AMOUNT])
@pytest.mark.parametrize("missing", [0.0, np.nan])
@pytest.mark.parametrize("newest", [0.0, 20_000.0, 90_000.0])
def test_a_newsletter_on_changing_days_is_not_judged(kind: KpiType, missing: float, newest: float) -> None:
    series = newsletter()
    series[-1] = newest
    series[series == 0] = missing

    judgement = answer(series, kind)

    assert shapes(judgement) == []
    assert reasons(judgement) in ([Reason.IRREGULAR], [])
    assert newest == 0.0 or reasons(judgement) == [Reason.IRREGULAR]


def test_a_campaign_that_rests_some_weeks_is_not_judged_when_it_returns() -> None:
    series = weekly_counts(1, N)[0]
    series[N - 100 : N - 70] = 0
    series[N - 40 : N - 3] = 0

    assert reasons(answer(series)) == [Reason.IRREGULAR]
    assert shapes(answer(series)) == []


def test_what_has_not_run_for_two_weeks_is_inactive() -> None:
    series = weekly_counts(1, N)[0]
    series[N - 20 :] = 0

    judgement = answer(series)

    assert reasons(judgement) == [Reason.INACTIVE]
    assert shapes(judgement) == []


def fridays() -> Floats:
    return np.where(np.arange(N) % 7 == (N - 1) % 7, np.random.default_rng(3).poisson(3000, N), 0).astype(np.float64)


def test_fridays_are_judged_on_fridays() -> None:
    usual, lost = fridays(), fridays()
    lost[-1] *= 0.3

    assert shapes(answer(usual)) == []
    assert shapes(answer(lost)) == [Shape.DIP]
    assert reasons(answer(lost)) == []


def test_a_missing_friday_is_a_dip_to_zero() -> None:
    series = fridays()
    series[-1] = 0

    assert shapes(answer(series)) == [Shape.DIP]


def test_the_rest_of_the_week_is_no_news() -> None:
    series = np.roll(fridays(), 1)

    assert shapes(answer(series)) == []


def test_zeros_of_small_counts_are_noise() -> None:
    series = np.random.default_rng(2).poisson(1.5, N).astype(np.float64)

    judgement = answer(series, min_volume=0)

    assert shapes(judgement) == []
    assert reasons(judgement) == []
    assert judgement.expectation.expected[0, -1] == pytest.approx(1.5, rel=0.5)


def test_a_daily_series_with_one_outage_stays_regular() -> None:
    series = weekly_counts(1, N)[0]
    series[N - 40 : N - 35] = 0
    series[-1] *= 0.4

    assert shapes(answer(series)) == [Shape.DIP]


def test_a_pause_far_longer_than_any_before_is_a_flatline() -> None:
    series = np.where(np.arange(N) % 3 == 0, 5000.0, 0.0) * np.random.default_rng(1).uniform(0.8, 1.2, N).round(2)
    series[50:52] = series[120:122] = 4000.0
    series[N - 7 :] = 0

    judgement = answer(series)

    assert shapes(judgement) == [Shape.FLATLINE]
    assert shapes(answer(np.concatenate([series[5:], np.zeros(5)]))) == []  # it was told; now it has stopped


def test_a_ratio_says_nothing_where_its_denominator_is_tiny() -> None:
    exposure = np.where(np.arange(N) % 2 == 0, 4000.0, 2.0)
    exposure[-1] = 2
    ratio = np.where(exposure > 100, 0.02, 0.0)
    ratio[-1] = 0.5

    judgement = answer(ratio, KpiType.RATIO, exposure)

    assert shapes(judgement) == []
    assert reasons(judgement) == [Reason.TOO_SMALL]


def test_a_ratio_that_exists_on_send_days_alone_is_irregular() -> None:
    exposure = newsletter()
    exposure[-1] = 20_000
    ratio = np.where(exposure > 0, np.random.default_rng(8).binomial(20_000, 0.002, N) / 2e4, np.nan)
    ratio[-1] = 0.03

    assert reasons(answer(ratio, KpiType.RATIO, exposure)) == [Reason.IRREGULAR]


def test_something_after_nothing_is_not_so_many_percent_more() -> None:
    series = np.random.default_rng(8).poisson(0.05, N).astype(np.float64)
    series[-1] = 40

    assert shapes(answer(series, min_volume=0)) == []


def test_a_kpi_that_fills_up_for_days_waits_until_its_completeness_is_known() -> None:
    values = weekly_counts(20, N)
    values[:, -1] *= 0.5
    shown = panel(values)
    unknown = (np.arange(20) < 10)[:, None]
    none = np.zeros((20, 1))
    age = Completeness(share=none + 1.0, variance=none, common=none, held=unknown, told=~unknown)

    waiting = judge(shown, N - 1, gates=gates(shown), age=age)

    assert {n.key.kpi: n.reason for n in waiting.not_judged} == {f"kpi_{i}": Reason.NOT_SETTLED for i in range(10)}
    assert {f.key.kpi for f in waiting.findings} == {f"kpi_{i}" for i in range(10, 20)}


def test_a_cost_per_click_of_commission_that_is_booked_in_lumps_is_irregular() -> None:
    clicks = np.random.default_rng(8).poisson(300, N).astype(np.float64)
    spend = np.where(
        np.random.default_rng(8).random(N) < 0.15, np.random.default_rng(8).uniform(100, 900, N).round(2), 0.0
    )
    spend[-1] = 400.55

    judgement = answer(spend / clicks, KpiType.RATIO, clicks)

    assert shapes(judgement) == []
    assert reasons(judgement) == [Reason.IRREGULAR]
