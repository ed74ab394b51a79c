"""Tests of benchmarks/nab_score.py against figures that the benchmark's definition gives."""

from datetime import datetime, timedelta

import pytest

from benchmarks.nab_score import PROFILES, FileScore, earned, f1, false_events, normalised, probation, raw_score

_STANDARD = PROFILES["standard"]
_WINDOW = (100, 199)


def test_an_alarm_at_the_start_of_a_window_earns_everything_and_at_its_end_hardly_anything() -> None:
    assert earned(100, _WINDOW) == pytest.approx(1.0)
    assert 0.0 < earned(199, _WINDOW) < 0.05


def test_only_the_earliest_alarm_in_a_window_counts() -> None:
    assert raw_score([150, 160, 170], [_WINDOW], _STANDARD) == raw_score([150], [_WINDOW], _STANDARD)


def test_silence_costs_a_miss_for_each_window() -> None:
    assert raw_score([], [_WINDOW, (300, 310)], PROFILES["reward_low_FN_rate"]) == -4.0


def test_an_alarm_before_any_window_costs_the_whole_false_alarm() -> None:
    assert raw_score([10], [], _STANDARD) == pytest.approx(-0.11)


def test_an_alarm_just_after_a_window_costs_less_than_one_far_behind_it() -> None:
    near, far = (raw_score([at], [_WINDOW], _STANDARD) + 1.0 for at in (205, 900))
    assert far == pytest.approx(-0.11)
    assert far < near < 0.0


def test_silence_is_zero_and_perfection_a_hundred() -> None:
    for profile in PROFILES.values():
        assert normalised(raw_score([], [_WINDOW], profile), 1, profile) == pytest.approx(0.0)
        assert normalised(raw_score([100], [_WINDOW], profile), 1, profile) == pytest.approx(100.0)


def test_the_beginning_is_not_scored_but_never_more_than_750_rows() -> None:
    assert (probation(1000), probation(16_000)) == (150, 750)


def test_alarms_within_a_day_of_each_other_are_one_false_event() -> None:
    start = datetime(2026, 1, 1)  # noqa: DTZ001
    assert false_events([start + timedelta(hours=h) for h in (0, 24, 48, 73)]) == 2
    assert false_events([]) == 0


def test_event_f1_weighs_what_was_told_against_what_was_there() -> None:
    score = FileScore(raw={}, windows=4, hit=3, false_events=1, weeks=1.0)
    assert f1([score]) == pytest.approx(0.75)
    assert f1([FileScore(raw={}, windows=4, hit=0, false_events=0, weeks=1.0)]) == 0.0
