"""Tests of benchmarks/intervals.py."""

import pytest

from benchmarks.intervals import bootstrap, poisson, rate, share, wilson


def test_the_interval_of_a_share_is_wilson_s() -> None:
    assert wilson(29, 30) == pytest.approx((0.833, 0.994), abs=1e-3)


def test_a_share_of_nothing_is_not_a_share() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert share(0, 0) == "none to count"


def test_no_event_at_all_still_leaves_room_for_some() -> None:
    low, high = poisson(0, 10.0)
    assert low == 0.0
    assert high == pytest.approx(0.369, abs=1e-3)


def test_accounts_that_are_all_alike_leave_nothing_open() -> None:
    assert bootstrap(lambda some: sum(some) / len(some), [2.0] * 10) == (2.0, 2.0)


def test_few_accounts_are_not_drawn_from() -> None:
    assert rate([3, 3], [10.0, 10.0]) == poisson(6, 20.0)


def test_the_interval_of_a_rate_holds_the_rate() -> None:
    counts, weeks = [0, 1, 4, 2, 0, 3], [10.0] * 6
    low, high = rate(counts, weeks)
    assert low < sum(counts) / sum(weeks) < high
