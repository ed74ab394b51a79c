"""Successive calls on a growing panel answer what a first call would."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.panel import Floats, KpiType
from detectors.series.judge import Judgement, judge
from detectors.series.known import Masks
from detectors.series.level import advance
from detectors.series.seasonal import Memory
from detectors.series.state import Following, Inputs, Kinds, State, Step
from tests.detectors.series.panels import gates, panel, until, weekly_counts

N = 230


def same(one: Judgement, other: Judgement) -> bool:
    expectations = all(
        np.array_equal(getattr(one.expectation, name), getattr(other.expectation, name), equal_nan=True)
        for name in vars(one.expectation)
    )
    return expectations and one.findings == other.findings and one.not_judged == other.not_judged


def business() -> Floats:
    values = weekly_counts(8, N)
    values[1, :150] = np.nan  # launched late
    values[2, ::3] = 0.0  # comes and goes
    values[3, np.arange(N) % 7 != 4] = 0.0  # Fridays alone
    values[4, 205:] *= 0.5
    return values


@settings(max_examples=12, deadline=None)
@given(
    changes=st.lists(
        st.tuples(
            st.integers(0, 7), st.integers(100, N - 1), st.sampled_from(["value", "incident", "break", "promotion"])
        ),
        max_size=8,
    ),
    kind=st.sampled_from([KpiType.COUNT, KpiType.LEVEL]),
)
def test_a_warm_call_equals_a_cold_one(changes: list[tuple[int, int, str]], kind: KpiType) -> None:
    """Whatever is restated, excluded or marked between the calls, and wherever."""
    whole, memory = panel(business(), kind), Memory()
    excluded = np.zeros((8, N), dtype=np.bool_)
    masks = Masks.none(8, N)
    masks = Masks(exempt=masks.exempt.copy(), explained=masks.explained.copy(), breaks=masks.breaks.copy())

    for step, end in enumerate(range(N - 8, N + 1)):
        if step < len(changes):
            row, period, what = changes[step]
            match what:
                case "value":
                    whole.values[row, period] *= 1.1
                case "incident":
                    excluded[row, period : period + 5] = True
                case "break":
                    masks.breaks[row, period] = True
                case "promotion":
                    masks.explained[row, period] = True
        shown = until(whole, end)
        now = masks.some(list(range(8)), end)
        asked = {"gates": gates(shown), "excluded": excluded[:, :end], "masks": now}

        warm = judge(shown, end - 1, memory=memory, **asked)  # type: ignore[arg-type]
        assert same(warm, judge(shown, end - 1, **asked))  # type: ignore[arg-type]


def test_a_warm_call_runs_over_few_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []

    def counted(state: State, t: int, data: Inputs, kinds: Kinds, settings: Following) -> Step:
        steps.append(t)
        return advance(state, t, data, kinds, settings)

    monkeypatch.setattr("detectors.series.expected.advance", counted)
    whole, memory = panel(weekly_counts(3, N)), Memory()

    for end in range(N - 10, N + 1):
        steps.clear()
        judge(until(whole, end), end - 1, gates=gates(until(whole, end)), memory=memory)

    assert len(steps) <= 20
