"""How series moved over a window."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.cadence import Cadence
from detectors.panel import Axis, Floats, KpiType, Panel, SeriesKey
from detectors.segments.movement import Form, Moved, Movement, immaterial, movements, state_of


def _panel(values: Floats, types: tuple[KpiType, ...], exposure: Floats | None = None) -> Panel:
    periods = values.shape[1]
    edges = np.datetime64("2025-10-01", "s") + np.arange(periods + 1) * np.timedelta64(1, "D")
    return Panel(
        axis=Axis(Cadence.parse("day"), edges[:-1], edges),
        keys=tuple(SeriesKey("web", f"c{i}", "orders") for i in range(len(types))),
        types=types,
        values=values,
        exposure=np.full(values.shape, np.nan) if exposure is None else exposure,
        factor=np.ones(len(types)),
    )


def _one(
    observed: list[float], expected: float = 100.0, scale: float = 0.05, kind: KpiType = KpiType.COUNT, own: float = 0.0
) -> Movement:
    values = np.array([observed], dtype=float)
    return movements(
        _panel(values, (kind,)),
        np.full(values.shape, expected),
        np.full(values.shape, scale),
        ["orders"],
        0,
        len(observed),
        own_change=own,
    )[0]


def test_counts_are_summed_and_levels_averaged_over_the_window() -> None:
    assert (_one([50.0, 70.0]).observed, _one([50.0, 70.0]).expected) == (120.0, 200.0)
    assert _one([50.0, 70.0], kind=KpiType.LEVEL).observed == 60.0


def test_a_ratio_is_weighted_by_its_denominator() -> None:
    panel = _panel(np.array([[0.1, 0.4]]), (KpiType.RATIO,), np.array([[300.0, 100.0]]))
    found = movements(panel, np.full((1, 2), 0.2), np.full((1, 2), 0.05), ["cvr"], 0, 2)[0]

    assert found.observed == pytest.approx(0.175)
    assert found.expected == pytest.approx(0.2)


def test_unknown_periods_are_left_out_of_both_sides() -> None:
    found = _one([50.0, float("nan"), 70.0])

    assert (found.periods, found.observed, found.expected) == (2, 120.0, 200.0)


@pytest.mark.parametrize(
    ("observed", "scale", "state"),
    [
        ([101.0], 0.02, Moved.FLAT),
        ([101.0], 0.2, Moved.UNCLEAR),
        ([60.0], 0.05, Moved.DOWN),
        ([160.0], 0.05, Moved.UP),
        ([0.0], 0.05, Moved.ZERO),
        ([float("nan")], 0.05, Moved.UNCLEAR),
        ([60.0], float("nan"), Moved.UNCLEAR),
        ([85.0], 0.2, Moved.UNCLEAR),
    ],
)
def test_moved_flat_and_unclear_are_three_answers(observed: list[float], scale: float, state: Moved) -> None:
    assert _one(observed, scale=scale).state is state


def test_no_orders_where_two_were_expected_is_not_zero_but_unclear() -> None:
    assert _one([0.0], expected=2.0, scale=0.8).state is not Moved.ZERO


def test_beside_a_large_incident_a_small_move_is_flat() -> None:
    assert _one([107.0], scale=0.01).state is Moved.UNCLEAR
    assert _one([107.0], scale=0.01, own=-0.5).state is Moved.FLAT


def test_a_longer_window_is_surer_but_not_as_sure_as_independent_days() -> None:
    short, long = _one([100.0]).noise, _one([100.0] * 9).noise

    assert short / 3 < long < short


@pytest.mark.parametrize(
    ("observed", "has", "has_not"),
    [
        ([40.0], Form.CLIFF, Form.DRIFT),
        ([200.0], Form.DOUBLE, Form.CLIFF),
        ([60.0] * 6, Form.STEP, Form.DIP),
        ([100, 95, 88, 80, 72, 64, 55], Form.DRIFT, Form.STEP),
        ([300, 220, 160, 120, 105, 100], Form.PULSE, Form.STEP),
        ([60.0, 100, 100, 100, 100], Form.DIP, Form.STEP),
        ([60.0, 140.0], Form.REBOUND, Form.DRIFT),
    ],
)
def test_the_course_names_its_forms(observed: list[float], has: Form, has_not: Form) -> None:
    values = [float(v) for v in observed]
    found = _one(values, scale=0.005)
    if abs(found.change) >= 0.08:
        assert has in found.forms
        assert has_not not in found.forms


def test_the_window_alone_is_looked_at_and_nothing_is_modified() -> None:
    values = np.array([[1.0, 100.0, 60.0, 1.0]])
    expected, scale = np.full((1, 4), 100.0), np.full((1, 4), 0.05)
    before = values.copy()
    found = movements(_panel(values, (KpiType.COUNT,)), expected, scale, ["orders"], 1, 3)[0]

    assert found.observed == 160.0
    assert (values == before).all()


@given(st.floats(-5, 5), st.floats(0, 2), st.floats(-3, 3))
def test_a_series_is_never_flat_and_moved_at_once_and_sign_decides(change: float, noise: float, own: float) -> None:
    state = state_of(change, noise, immaterial(own))

    assert state is not Moved.UP or change > 0
    assert state is not Moved.DOWN or change < 0
    assert state is not Moved.FLAT or abs(change) < 0.12


def test_nothing_expected_and_something_seen_is_up_and_nothing_at_all_is_unclear() -> None:
    assert _one([30.0], expected=0.0).change > 0
    assert _one([0.0], expected=0.0).state is Moved.UNCLEAR
