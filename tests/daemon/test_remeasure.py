"""What is over is measured over its own periods, and told the right way round."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from daemon.judging import View
from daemon.model import Change, Status
from daemon.remeasure import from_the_beginning, remeasured
from daemon.transition import Transition, Why
from detectors.cadence import Cadence, Unit
from detectors.finding import Finding, Shape
from tests.builders.troubles import Series, off, opened, view

EMAIL: dict[Series, Sequence[float]] = {("email", "orders"): (0.0, 900.0, 1000.0, 1100.0)}


def closed(finding: Finding, seen: View) -> Finding:
    """How a finding stands once its incident is over."""
    over = replace(opened(finding), status=Status.RESOLVED, ended_at=finding.end)
    done = remeasured(Transition(incident=over, change=Change.RESOLVED, why=Why.CALM), {"web": seen})
    return done.incident.findings[0]


def expecting(seen: View, *values: float) -> View:
    """The same, but that each day has an expectation of its own."""
    centre = np.array([values])
    of = replace(seen.expectation, expected=centre, lower=centre * 0.9, upper=centre * 1.1)
    return replace(seen, expect=lambda: of)


def test_days_of_which_more_was_expected_are_compared_with_what_was_expected_of_them() -> None:
    found = off("email", "orders", -1.0, end=4, expected=10.0)

    now = closed(found, expecting(view(EMAIL), 10.0, 1000.0, 1000.0, 1000.0))

    assert (now.observed, now.expected) == (750.0, 752.5)
    assert now.lower < now.observed < now.upper


def test_a_day_of_which_nothing_is_known_any_more_keeps_what_was_expected() -> None:
    found = off("email", "orders", -0.5, end=4, expected=1500.0)

    assert closed(found, expecting(view(EMAIL), float("nan"), 1000.0, 1000.0, 1000.0)).expected == 1500.0


def test_what_became_the_base_is_not_compared_with_itself() -> None:
    days = 15
    found = off("email", "orders", -0.5, end=days, expected=1500.0)
    seen = expecting(view({("email", "orders"): (900.0,) * days}), *(900.0,) * days)

    assert closed(found, seen).expected == 1500.0


@pytest.mark.parametrize(
    "shape", [Shape.VARIANCE, Shape.MISSING_LIFT, Shape.FLATLINE, Shape.MISSING, Shape.DRIFT_DOWN, Shape.DRIFT_UP]
)
def test_what_is_no_mean_of_its_days_stays_as_it_was_told(shape: Shape) -> None:
    found = off("email", "orders", -0.8, end=4, shape=shape)

    assert closed(found, view(EMAIL)) == found


def test_a_night_of_a_trouble_by_the_hour_is_told_as_part_of_all_its_hours() -> None:
    told = off("email", "orders", -0.4)
    night = off("email", "orders", -0.9, start=3)
    by_day = view({("email", "orders"): (60.0, 60.0, 60.0, 10.0)})
    by_hour = replace(by_day, panel=replace(by_day.panel, axis=replace(by_day.panel.axis, cadence=Cadence(Unit.HOUR))))

    (whole,) = from_the_beginning([night], opened(told), {"web": by_hour})

    assert (whole.start, whole.observed, whole.expected) == (told.start, 47.5, 100.0)
    assert from_the_beginning([night], opened(told), {"web": by_day}) == (night,)
    assert from_the_beginning([night], opened(off("direct", "orders", -0.4)), {"web": by_hour}) == (night,)
