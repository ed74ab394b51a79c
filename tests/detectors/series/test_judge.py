"""What is found, when, and what is left in peace."""

import numpy as np
import pytest

from detectors.finding import Reason, Shape
from detectors.panel import Floats, KpiType
from detectors.series.judge import judge
from detectors.series.known import Masks
from detectors.series.maturity import Completeness
from detectors.series.seasonal import Memory
from tests.detectors.series.panels import gates, panel, until, weekly_counts

N = 220


def masks_with(rows: int, **marked: slice) -> Masks:
    made = {name: np.zeros((rows, N), dtype=np.bool_) for name in ("exempt", "explained", "breaks")}
    for name, periods in marked.items():
        made[name][:, periods] = True
    return Masks(exempt=made["exempt"], explained=made["explained"], breaks=made["breaks"])


def test_a_halved_day_is_a_dip_of_that_day() -> None:
    values = weekly_counts(40, N)
    values[0, -1] *= 0.5
    shown = panel(values)

    result = judge(shown, N - 1, gates=gates(shown))

    [finding] = [f for f in result.findings if f.key.kpi == "kpi_0"]
    assert (finding.shape, finding.start, finding.end) == (Shape.DIP, shown.axis.start(N - 1), None)
    assert finding.relative_change == pytest.approx(-0.5, abs=0.1)
    assert finding.lower < finding.expected < finding.upper
    assert finding.observed < finding.lower


def test_a_spike_that_is_over_has_an_end() -> None:
    values = weekly_counts(40, N)
    values[0, -3] *= 2
    shown = panel(values)

    [finding] = [f for f in judge(shown, N - 5, gates=gates(shown)).findings if f.key.kpi == "kpi_0"]

    assert (finding.shape, finding.start, finding.end) == (
        Shape.SPIKE,
        shown.axis.start(N - 3),
        shown.axis.start(N - 2),
    )


@pytest.mark.parametrize("size", [0.65, 0.75, 0.85, 1.25, 1.4])
def test_a_step_is_dated_within_one_period_and_its_start_stays(size: float) -> None:
    values = weekly_counts(40, N)
    onset = N - 12
    values[0, onset:] *= size
    whole, memory, starts = panel(values), Memory(), []
    excluded = np.zeros(values.shape, dtype=np.bool_)

    for end in range(onset + 1, N + 1):
        shown = until(whole, end)
        for finding in judge(shown, end - 1, gates=gates(shown), memory=memory, excluded=excluded[:, :end]).findings:
            if finding.key.kpi == "kpi_0":
                starts.append(whole.axis.position(finding.start) - onset)
                excluded[0, onset + starts[-1] : end] = True  # as an open incident does

    assert len(starts) >= 7
    assert set(starts) <= {-1, 0, 1}
    assert len(set(starts)) == 1


def test_a_step_is_one_event_and_its_level_the_new_base() -> None:
    values = weekly_counts(40, N)
    values[0, N - 40 :] *= 0.6
    shown = panel(values)

    result = judge(shown, N - 1, gates=gates(shown))

    assert [f for f in result.findings if f.key.kpi == "kpi_0"] == []
    assert result.expectation.expected[0, -1] == pytest.approx(values[0, -14:].mean(), rel=0.25)


def test_the_way_back_from_an_accepted_level_is_no_news() -> None:
    values = weekly_counts(40, N)
    values[0, N - 25 : N - 2] *= 0.6
    shown = panel(values)

    assert [f for f in judge(shown, N - 1, gates=gates(shown)).findings if f.key.kpi == "kpi_0"] == []


def test_a_past_incident_does_not_widen_the_band_nor_move_the_base() -> None:
    values = weekly_counts(40, N)
    clean = panel(values.copy())
    values[:, N - 20 : N - 10] *= 0.1
    excluded = np.zeros(values.shape, dtype=np.bool_)
    excluded[:, N - 20 : N - 10] = True
    shown = panel(values)

    hurt = judge(shown, N - 1, gates=gates(shown), excluded=excluded).expectation
    well = judge(clean, N - 1, gates=gates(clean)).expectation

    assert np.median((hurt.upper - hurt.lower)[:, -1] / (well.upper - well.lower)[:, -1]) == pytest.approx(1, abs=0.12)
    np.testing.assert_allclose(hurt.expected[:, -1], well.expected[:, -1], rtol=0.08)


def test_three_orders_instead_of_six_are_nothing() -> None:
    values = np.random.default_rng(5).poisson(6.0, (30, N)).astype(np.float64)
    values[:, -1] = 3
    shown = panel(values)

    result = judge(shown, N - 1, gates=gates(shown, min_volume=0))

    assert result.findings == ()
    assert (result.expectation.p_value[:, -1] > 0.1).all()


def test_series_below_the_volume_gate_are_too_small_to_judge() -> None:
    shown = panel(np.random.default_rng(5).poisson(3.0, (2, N)).astype(np.float64))

    assert {n.reason for n in judge(shown, N - 1, gates=gates(shown)).not_judged} == {Reason.TOO_SMALL}


def test_a_conversion_rate_from_nine_sessions_does_not_page() -> None:
    rng = np.random.default_rng(6)
    sessions = rng.poisson(900, (20, N)).astype(np.float64)
    sessions[:, -1] = 9
    orders = rng.binomial(sessions.astype(int), 0.05).astype(np.float64)
    orders[:, -1] = 0
    shown = panel(orders / sessions, KpiType.RATIO, exposure=sessions)

    assert judge(shown, N - 1, gates=gates(shown, min_volume=0)).findings == ()


def test_a_count_stuck_at_zero_is_a_flatline() -> None:
    values = weekly_counts(20, N)
    values[0, -3:] = 0
    shown = panel(values)

    [finding] = [f for f in judge(shown, N - 1, gates=gates(shown)).findings if f.key.kpi == "kpi_0"]

    assert (finding.shape, finding.start, finding.observed) == (Shape.FLATLINE, shown.axis.start(N - 3), 0.0)


def test_a_fall_that_ends_at_zero_stands_still_only_from_its_first_zero_on() -> None:
    values = weekly_counts(20, N)
    values[0, -5:] = [6, 4, 1, 0, 0]
    shown = panel(values)
    excluded = np.zeros(values.shape, dtype=np.bool_)
    excluded[0, -5:-1] = True  # as an open incident does

    result = judge(shown, N - 1, gates=gates(shown), excluded=excluded)

    still = [f for f in result.findings if f.key.kpi == "kpi_0" and f.shape is Shape.FLATLINE]
    assert [(f.start, f.observed) for f in still] == [(shown.axis.start(N - 2), 0.0)]


def test_a_repeated_value_is_a_flatline_where_values_never_repeat() -> None:
    values = weekly_counts(20, N) * 1.01
    values[0, -5:] = values[0, -6]
    shown = panel(values, KpiType.AMOUNT)

    assert Shape.FLATLINE in {
        f.shape for f in judge(shown, N - 1, gates=gates(shown, min_change=0)).findings if f.key.kpi == "kpi_0"
    }


def slow_loss() -> Floats:
    values = weekly_counts(40, N, mean=2000)
    values[0, -21:] *= np.linspace(1, 0.72, 21)
    return values


def test_a_slow_loss_is_found_before_it_is_over() -> None:
    whole, memory, shapes = panel(slow_loss()), Memory(), []

    for end in range(N - 20, N + 1):
        shown = until(whole, end)
        shapes += [
            f.shape for f in judge(shown, end - 1, gates=gates(shown), memory=memory).findings if f.key.kpi == "kpi_0"
        ]

    assert set(shapes) & {Shape.DRIFT_DOWN, Shape.STEP_DOWN}


def test_gates_hold_back_what_nobody_asked_for() -> None:
    values = weekly_counts(40, N)
    values[0, -1] *= 0.5
    shown = panel(values)

    def kpis(**asked: float) -> set[str]:
        return {f.key.kpi for f in judge(shown, N - 1, gates=gates(shown, **asked)).findings}  # type: ignore[arg-type]

    assert "kpi_0" in kpis()
    assert "kpi_0" in kpis(direction=-1)
    assert "kpi_0" not in kpis(direction=1)
    assert "kpi_0" not in kpis(min_change=0.6)
    assert "kpi_0" not in kpis(min_volume=5000)
    assert "kpi_0" not in kpis(persist=2)


def test_an_exempt_period_is_not_judged() -> None:
    values = weekly_counts(40, N)
    values[:, -1] *= 0.3
    shown = panel(values)

    result = judge(shown, N - 1, gates=gates(shown), masks=masks_with(40, exempt=slice(N - 1, N)))

    assert result.findings == ()
    assert {n.reason for n in result.not_judged} == {Reason.EXEMPT}


def test_a_known_promotion_explains_a_lift_but_not_a_collapse() -> None:
    values = weekly_counts(40, N)
    values[:20, -1] *= 2
    values[20:, -1] *= 0.1
    shown = panel(values)

    found = {
        f.key.kpi
        for f in judge(shown, N - 1, gates=gates(shown), masks=masks_with(40, explained=slice(N - 1, N))).findings
    }

    assert found == {f"kpi_{i}" for i in range(20, 40)}


def test_a_known_budget_change_is_learned_and_not_reported() -> None:
    values = weekly_counts(40, N)
    values[:, N - 8 :] *= 0.5
    shown, marks = panel(values), masks_with(40, breaks=slice(N - 8, N - 7))

    for end in range(N - 7, N + 1):
        seen = Masks(exempt=marks.exempt[:, :end], explained=marks.explained[:, :end], breaks=marks.breaks[:, :end])
        now = until(shown, end)
        result = judge(now, end - 1, gates=gates(now), masks=seen)
        assert result.findings == ()

    np.testing.assert_allclose(result.expectation.expected[:, -1], values[:, -1], rtol=0.25)


def test_a_young_day_is_compared_with_what_it_should_show_at_its_age() -> None:
    values = weekly_counts(40, N)
    age = Completeness(
        share=np.full((40, 1), 0.6),
        variance=np.zeros((40, 1)),
        common=np.zeros((40, 1)),
        held=np.zeros((40, 1), bool),
        told=np.ones((40, 1), bool),
    )
    values[:, -1] *= 0.6
    values[0, -1] *= 0.5
    shown = panel(values)

    with_knowledge = judge(shown, N - 1, gates=gates(shown), age=age)
    without = judge(shown, N - 1, gates=gates(shown))

    assert {f.key.kpi for f in with_knowledge.findings} == {"kpi_0"}
    assert len(without.findings) == 40


@pytest.mark.parametrize(("series", "told"), [(1, 0), (8, 8)])
def test_what_is_too_little_in_one_series_is_told_when_all_of_a_channel_show_it(series: int, told: int) -> None:
    values = weekly_counts(40, N)
    values[:series, -1] = np.round(values[:, -8].mean() * 0.79)
    shown = panel(values)

    findings = judge(shown, N - 1, gates=gates(shown)).findings

    assert sum(f.shape is Shape.DIP for f in findings) == told


def test_a_hundred_quiet_series_raise_few_alarms_in_sixty_days() -> None:
    whole, memory, found = panel(weekly_counts(100, N, seed=11)), Memory(), set()

    for end in range(N - 59, N + 1):
        shown = until(whole, end)
        found |= {
            (f.key, f.start) for f in judge(shown, end - 1, gates=gates(shown, min_change=0), memory=memory).findings
        }

    # 2 a month are promised: 4 in 60 days; 10 would happen once in 300 such months.
    assert len(found) <= 10


def test_days_of_few_sessions_do_not_drown_the_rate_of_days_with_many() -> None:
    """Text messages go out on Fridays: 0 orders of 10 sessions on the other days say nothing of the rate."""
    rng = np.random.default_rng(4)
    sessions = rng.poisson(np.where(np.arange(N) % 7 == (N - 1) % 7, 700, 8), (12, N)).astype(np.float64) + 1
    orders = rng.binomial(sessions.astype(int), 0.02).astype(np.float64)
    shown = panel(orders / sessions, KpiType.RATIO, exposure=sessions)

    result = judge(shown, N - 1, gates=gates(shown))

    assert result.findings == ()
    assert np.median(result.expectation.expected[:, -1]) == pytest.approx(0.02, rel=0.25)


def test_a_noisy_day_after_a_known_change_is_not_taken_for_the_new_level() -> None:
    values = np.random.default_rng(9).poisson(13, (20, N)).astype(np.float64)
    values[:, N - 3] = 34
    shown, marks = panel(values), masks_with(20, breaks=slice(N - 8, N - 7))

    result = judge(shown, N - 1, gates=gates(shown), masks=marks)

    assert np.median(result.expectation.expected[:, -1]) < 19


def test_what_few_events_say_of_a_known_change_is_their_mean_and_not_their_logarithm() -> None:
    values = np.random.default_rng(10).poisson(4, (60, N)).astype(np.float64)
    values[:, N - 20 :] = np.random.default_rng(11).poisson(2, (60, 20))
    shown, marks = panel(values), masks_with(60, breaks=slice(N - 20, N - 19))

    result = judge(shown, N - 1, gates=gates(shown), masks=marks)

    assert np.mean(result.expectation.expected[:, -1]) == pytest.approx(2.0, rel=0.2)


def test_a_trouble_right_after_a_promotion_does_not_move_the_base() -> None:
    values = weekly_counts(40, N)
    values[:, N - 14 : N - 10] *= 1.5
    values[:, N - 9 :] *= 0.6
    shown = panel(values)

    result = judge(shown, N - 9, gates=gates(shown), masks=masks_with(40, explained=slice(N - 14, N - 10)))

    assert {f.key.kpi for f in result.findings} == {f"kpi_{i}" for i in range(40)}
    np.testing.assert_allclose(result.expectation.expected[:, -1], values[:, -1] / 0.6, rtol=0.2)
