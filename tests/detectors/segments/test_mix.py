"""Simpson's paradox: a rate that moves while it stands in every part."""

from math import log

import pytest

from detectors.panel import KpiType, SeriesKey
from detectors.segments.mix import Mix, by_mix_alone, split
from detectors.segments.movement import Movement, state_of

Cells = dict[str, tuple[float, float, float, float]]  # device -> sessions before and now, rate before and now


def series(kpi: str, kind: KpiType, before: float, now: float, noise: float) -> Movement:
    change = log(now / before)
    return Movement(
        key=SeriesKey("web", None, kpi),
        role=kpi,
        type=kind,
        observed=now,
        expected=before,
        lower=0.0,
        upper=0.0,
        change=change,
        noise=noise,
        periods=3,
        state=state_of(change, noise, 0.08),
    )


def mixed(cells: Cells, noise: float = 0.015, unknown: float = 1.0) -> Mix | None:
    """unknown: how many times as many sessions there are as those of the devices."""
    before, now = (sum(c[at] for c in cells.values()) for at in (0, 1))
    rates = [sum(c[at] * c[at + 2] for c in cells.values()) / whole for at, whole in ((0, before), (1, now))]
    return by_mix_alone(
        {d: series("cvr", KpiType.RATIO, c[2], c[3], noise) for d, c in cells.items()},
        {d: series("sessions", KpiType.COUNT, c[0], c[1], noise) for d, c in cells.items()},
        series("cvr", KpiType.RATIO, rates[0], rates[1], noise),
        series("sessions", KpiType.COUNT, before * unknown, now * unknown, noise),
    )


def test_more_of_those_who_buy_little_is_told_with_their_part_before_and_now() -> None:
    of = mixed({"desktop": (600, 610, 0.06, 0.06), "mobile": (400, 995, 0.02, 0.02)})

    assert of is not None
    assert (of.part, of.opposite) == ("mobile", False)
    assert of.before == pytest.approx(0.4)
    assert of.now == pytest.approx(0.62, abs=0.001)
    assert of.share == pytest.approx(1)


def test_rates_that_rose_within_while_the_whole_fell_are_the_paradox_itself() -> None:
    of = mixed({"desktop": (600, 610, 0.06, 0.067), "mobile": (400, 2000, 0.02, 0.0225)})

    assert of is not None
    assert of.opposite


def test_a_device_whose_own_rate_fell_is_no_mix() -> None:
    assert mixed({"desktop": (600, 610, 0.06, 0.06), "mobile": (400, 995, 0.02, 0.015)}) is None


def test_a_rate_that_fell_in_every_device_is_no_mix() -> None:
    assert mixed({"desktop": (600, 600, 0.06, 0.05), "mobile": (400, 400, 0.02, 0.0165)}) is None


def test_rates_that_are_too_uneven_to_exclude_a_fall_within_leave_it_open() -> None:
    assert mixed({"desktop": (600, 610, 0.06, 0.06), "mobile": (400, 600, 0.02, 0.02)}, noise=0.06) is None


def test_devices_that_are_a_part_of_all_sessions_say_nothing_of_the_whole() -> None:
    cells: Cells = {"desktop": (600, 610, 0.06, 0.06), "mobile": (400, 995, 0.02, 0.02)}
    assert mixed(cells, unknown=1.5) is None


def test_a_mix_that_stands_while_its_rates_make_up_for_each_other_is_no_mix() -> None:
    assert mixed({"desktop": (500, 500, 0.05, 0.05), "mobile": (500, 500, 0.02, 0.02)}) is None


def test_within_and_mix_add_up_to_the_change_exactly() -> None:
    base, within, mix = split([((36.0, 40.0), (600.0, 500.0)), ((8.0, 12.0), (400.0, 700.0))])

    assert base + within + mix == pytest.approx(52 / 1200)
