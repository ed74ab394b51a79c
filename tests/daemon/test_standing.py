from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from daemon.history import base_from
from daemon.incidents import Seen
from daemon.model import Incident, Status
from daemon.standing import _further_off, seen
from detectors.cadence import Cadence, Unit
from detectors.finding import Finding, Shape
from detectors.pace import pace_of
from tests.builders.troubles import Series, day, off, opened, view

NAN = float("nan")
PACE = pace_of(Cadence(Unit.DAY))
EMAIL = off("email", "orders", -0.4)


def look(
    incident: Incident, *values: float, found: Sequence[Finding] = (), noise: float = 5.0, **others: Sequence[float]
) -> Seen:
    """What a cycle sees of email's orders since START, and of other channels'."""
    series: dict[Series, Sequence[float]] = {
        ("email", "orders"): values,
        **{(name, "orders"): v for name, v in others.items()},
    }
    return seen(incident, found, {"web": view(series, noise=noise)}, {"web": 1})


def test_calm_periods_are_counted_from_the_newest_back() -> None:
    assert look(opened(EMAIL), 60, 60, 62).calm == 0
    assert look(opened(EMAIL), 60, 60, 99).calm == 1
    assert look(opened(EMAIL), 60, 60, 99, 101).calm == 2


def test_what_the_source_puts_right_ended_with_the_last_day_on_which_it_was_told() -> None:
    one_day = replace(opened(EMAIL), updated_at=day(1) + timedelta(hours=8))
    three_days = replace(one_day, updated_at=day(3) + timedelta(hours=8))

    assert [look(i, 100, 101, 99, 100).restated for i in (one_day, three_days)] == [True, True]
    assert [look(i, 100, 101, 99, 100).last_bad_end for i in (one_day, three_days)] == [day(1), day(3)]


def test_what_is_over_is_put_right_only_where_its_own_days_say_something_else() -> None:
    told_of = replace(EMAIL, end=day(1))
    over = replace(opened(told_of), status=Status.RESOLVED, ended_at=day(1))

    assert look(over, 100, 101, 99).restated
    assert not look(over, 60, 101, 99).restated
    assert not look(over, 62, 101, 99, noise=30).restated


def test_values_that_stood_still_did_so_until_they_were_last_seen_to() -> None:
    stuck = replace(opened(off("email", "orders", -0.1, shape=Shape.FLATLINE)), updated_at=day(4) + timedelta(hours=8))

    assert look(stuck, 90, 90, 90, 90, 101).last_bad_end == day(4)


def test_an_unknown_newest_period_is_neither_calm_nor_trouble() -> None:
    assert look(opened(EMAIL), 60, 60, NAN).calm == 0
    assert look(opened(EMAIL), 60, 99, NAN).calm == 1
    assert look(opened(EMAIL), 60, NAN, NAN, NAN).calm == 0


def test_a_noisy_series_is_not_calm_for_two_lucky_days() -> None:
    weak = opened(off("email", "orders", -0.15))

    assert (look(weak, 85, 84, 86, 88, 91, noise=10).calm or 0) < PACE.calm


def test_nothing_is_said_when_no_period_was_judged() -> None:
    views = {"web": view({("email", "orders"): [60, 99, 99]})}

    assert seen(opened(EMAIL), (), views, {}).calm is None
    assert seen(opened(EMAIL), (), views, {"web": 0}).calm is None
    assert seen(opened(EMAIL), (), {}, {"web": 1}).calm is None


def test_the_last_bad_period_ends_the_trouble() -> None:
    assert look(opened(EMAIL), 60, 60, 99, 101).last_bad_end == day(2)


def test_one_recovered_channel_does_not_calm_the_others() -> None:
    incident = opened(EMAIL, off("direct", "orders", -0.4))

    assert look(incident, 60, 100, 100, direct=[60, 60, 60]).calm == 0


def test_periods_that_the_source_put_right_take_the_finding_back() -> None:
    assert look(opened(EMAIL), 99, 101).restated
    assert not look(opened(EMAIL), 60, 101).restated


def test_a_level_that_lasts_is_absorbed() -> None:
    # From the fifteenth period on, what is expected has moved: these periods look calm.
    assert not look(opened(EMAIL), *[60] * PACE.absorb).absorbed
    assert look(opened(EMAIL), *[60] * PACE.absorb, 100).absorbed


def test_a_trouble_that_ended_just_before_is_calm_and_not_absorbed() -> None:
    done = look(opened(EMAIL), *[60] * (PACE.absorb - 1), 100, 100)

    assert (done.absorbed, done.calm) == (False, 2)


def test_a_level_is_absorbed_although_another_channel_has_recovered() -> None:
    incident = opened(EMAIL, off("direct", "orders", -0.4))

    assert look(incident, *[60] * (PACE.absorb + 1), direct=[60] * 10 + [100] * (PACE.absorb - 9)).absorbed


def test_late_data_have_arrived_when_their_table_was_read_and_reports_no_fault() -> None:
    missing = off("email", "orders", -1.0, shape=Shape.MISSING, end=1)
    views = {"web": view({("email", "orders"): [100, 100]})}

    assert seen(opened(missing), (), views, {}).data_arrived
    assert not seen(opened(missing), [missing], views, {"web": 1}).data_arrived
    assert not seen(opened(missing), (), {}, {}).data_arrived, "the table was not read in this run"


def test_another_fault_of_the_same_table_does_not_keep_this_one_open() -> None:
    missing = opened(off("email", "orders", -1.0, shape=Shape.MISSING, end=1))

    assert seen(missing, (), {"web": view({("email", "orders"): [100, 100]})}, {"web": 1}).data_arrived


def test_values_that_stand_still_move_again_only_when_a_period_was_judged() -> None:
    stuck = opened(off("email", "orders", -0.1, shape=Shape.FLATLINE))
    views = {"web": view({("email", "orders"): [90, 90, 90]})}

    assert not seen(stuck, (), views, {}).data_arrived
    assert seen(stuck, (), views, {"web": 1}).data_arrived


def test_what_falls_on_by_the_day_grows_and_what_stays_does_not() -> None:
    assert look(opened(EMAIL), 60, 58, 55, 40, 38, 35).grows
    assert not look(opened(EMAIL), 60, 58, 62, 61, 59, 60).grows
    assert not look(opened(EMAIL), 60, 58, 55, 40, 38, 35, noise=40.0).grows


def test_what_grew_lately_is_not_the_base_until_it_has_stayed_as_it_is() -> None:
    axis = view({("email", "orders"): [60] * 60}).panel.axis
    steady, grown, for_good = (
        replace(opened(EMAIL), grew_at=at) for at in (None, day(10) + timedelta(hours=8), day(50))
    )

    assert base_from(steady, EMAIL, axis) == PACE.absorb
    assert base_from(grown, EMAIL, axis) == 10 + PACE.absorb
    assert base_from(for_good, EMAIL, axis) == 3 * PACE.absorb


def test_a_newest_day_far_worse_than_what_was_told_is_measured_by_itself() -> None:
    weeks = opened(EMAIL)
    assert look(weeks, 60, 61, 59, 60, 3).newest_size == pytest.approx(0.97)
    assert look(weeks, 60, 61, 59, 60, 52).newest_size == 0.0, "one day that is a little worse may be chance"
    assert look(weeks, 60, 61, 45, 44, 46).newest_size == pytest.approx(0.55)
    assert look(weeks, 60, 61, 59, 60, 3, noise=30).newest_size == 0.0


def test_a_quiet_night_makes_nothing_worse() -> None:
    expected, noise = np.array([100.0, 100.0, 100.0, 100.0, 2.0]), np.array([5.0, 5.0, 5.0, 5.0, 1.0])
    usual = 0.4 * expected

    assert _further_off(np.array([40.0, 41.0, 39.0, 40.0, 10.0]), usual, noise, expected) == 0.0
    assert _further_off(np.array([40.0, 41.0, 39.0, 40.0]), usual[:4], noise[:4], expected[:4]) == 0.0
    assert _further_off(np.array([40.0, 41.0, 39.0, 90.0]), usual[:4], noise[:4], expected[:4]) == pytest.approx(0.9)
