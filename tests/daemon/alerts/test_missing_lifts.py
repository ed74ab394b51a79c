"""How a planned event that moved nothing is told."""

from dataclasses import replace

import pytest

from daemon.alerts.compose import title
from daemon.model import Impact
from detectors.finding import Shape
from tests.builders_alerts import finding
from tests.daemon.alerts.test_compose import DOWN, START, TO, told


@pytest.mark.parametrize(("shape", "is_said"), [(Shape.MISSING_LIFT, False), (Shape.STEP_DOWN, True)])
def test_what_never_came_is_not_called_unrecorded(shape: Shape, is_said: bool) -> None:
    impact = Impact(kpi="revenue", unit="GBP", to=TO, value=0.0, recorded_value=-874.0)

    words = title(
        told(replace(finding("email", "orders", START, DOWN), shape=shape), impact=impact, planned="Newsletter")
    )

    assert words.endswith(": not lost, not recorded") is is_said
