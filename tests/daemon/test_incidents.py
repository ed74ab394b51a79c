from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from daemon.incidents import Seen, advance
from daemon.model import Change, Incident, Status, Where
from daemon.news import size, told
from daemon.transition import Transition, Why
from detectors.cadence import Cadence, Unit
from detectors.finding import Finding, Shape
from detectors.pace import pace_of
from tests.builders.troubles import DAY, day, off, opened

PACE = pace_of(Cadence(Unit.DAY))
_ENDS = (Change.RESOLVED, Change.RETRACTED)
_found = st.lists(
    st.builds(
        off,
        st.sampled_from((None, "email", "paid_search", "paid_social")),
        st.sampled_from(("orders", "sessions", "cvr")),
        st.sampled_from((-0.9, -0.5, -0.3, 0.4)),
        start=st.integers(0, 9),
        end=st.sampled_from((None, 10)),
        shape=st.sampled_from((None, Shape.DIP)),
    ),
    max_size=3,
)
seen = st.builds(
    Seen,
    findings=_found,
    calm=st.none() | st.integers(0, 4),
    restated=st.booleans(),
    absorbed=st.booleans(),
    data_arrived=st.booleans(),
    last_bad_end=st.none() | st.integers(1, 12).map(day),
)


def at(periods: float) -> datetime:
    return day(periods) + timedelta(hours=8)


class Life(RuleBasedStateMachine):
    """Whatever cycles see, in whatever order."""

    @initialize(known_at_start=st.booleans())
    def open(self, known_at_start: bool) -> None:
        self.incident = opened(off("email", "orders", -0.3, start=2), known_at_start=known_at_start)
        self.changes = [Change.OPENED]
        self.onsets = self._onsets()
        self.started_at = self.incident.started_at
        self.now = at(12)

    def _onsets(self) -> dict[tuple[object, bool], datetime]:
        return {(f.key, f.observed >= f.expected): f.start for f in self.incident.findings}

    @rule(seen=seen)
    def a_cycle_looks(self, seen: Seen) -> None:
        self.now += DAY
        before = self.incident
        done = advance(before, seen, self.now)
        assert done == advance(before, seen, self.now), "the same sight gives the same answer"
        assert done.why in Why
        self.incident = done.incident
        self.changes.append(done.change)
        for line, start in self._onsets().items():
            assert start <= self.onsets.get(line, start), "an onset never moves later"
        assert self.onsets.keys() <= self._onsets().keys(), "no finding is forgotten"
        self.onsets = self._onsets()

    @rule()
    def a_cycle_without_news_looks(self) -> None:
        assert advance(self.incident, Seen(findings=()), self.now).incident == self.incident

    @invariant()
    def what_is_closed_was_open_and_ends_once(self) -> None:
        is_open = False
        for change in self.changes:
            if change in (Change.OPENED, Change.REOPENED):
                assert not is_open
                is_open = True
            elif change is Change.RETRACTED:  # also of what was over: nothing ever was
                is_open = False
            elif change is not Change.NOTHING:
                assert is_open, f"{change} of a closed incident"
                is_open = change not in _ENDS
        assert is_open == (self.incident.status is Status.OPEN)

    @invariant()
    def an_end_is_told_exactly_when_closed(self) -> None:
        assert (self.incident.ended_at is None) == (self.incident.status is Status.OPEN)
        if self.incident.status is not Status.OPEN:
            assert all(f.end is not None and f.end > f.start for f in self.incident.everything)

    @invariant()
    def what_was_taken_back_stays_so(self) -> None:
        if Change.RETRACTED in self.changes:
            assert self.changes.count(Change.RETRACTED) == 1
            assert set(self.changes[self.changes.index(Change.RETRACTED) + 1 :]) <= {Change.NOTHING}


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestLife = Life.TestCase


def step(
    incident: Incident, *findings: Finding, calm: int | None = 0, now: float = 3, ended: float | None = None
) -> Transition:
    return advance(
        incident, Seen(findings=findings, calm=calm, last_bad_end=None if ended is None else day(ended)), at(now)
    )


def test_one_good_day_is_no_recovery_and_two_are() -> None:
    waiting = step(opened(off("email", "orders", -0.3)), calm=1, now=3)
    done = step(waiting.incident, calm=PACE.calm, now=4, ended=2)

    assert (waiting.change, waiting.why) == (Change.NOTHING, Why.NOT_YET_CALM)
    assert (done.change, done.incident.ended_at) == (Change.RESOLVED, day(2))
    assert [f.end for f in done.incident.findings] == [day(2)]


def test_growth_is_told_once() -> None:
    worse = step(opened(off("email", "orders", -0.2)), off("email", "orders", -0.35))
    again = step(worse.incident, off("email", "orders", -0.37))

    assert (worse.change, again.change) == (Change.WORSE, Change.NOTHING)


def test_many_small_steps_add_up_to_news() -> None:
    incident, changes = opened(off("email", "orders", -0.2)), []
    for change in (-0.25, -0.3, -0.36):
        done = step(incident, off("email", "orders", change))
        incident = done.incident
        changes.append(done.change)

    assert changes == [Change.NOTHING, Change.NOTHING, Change.WORSE]


def test_three_hundred_per_cent_more_is_no_other_news_than_three_hundred_and_thirty() -> None:
    assert step(opened(off("email", "orders", 3.0)), off("email", "orders", 3.3)).change is Change.NOTHING


def test_a_change_that_halved_is_told_as_better_once() -> None:
    better = step(opened(off("email", "orders", -0.6)), off("email", "orders", -0.25))

    assert better.change is Change.BETTER
    assert step(better.incident, off("email", "orders", -0.22)).change is Change.NOTHING


def test_more_channels_are_told_as_spreading_and_their_sum_is_not() -> None:
    email = opened(off("email", "orders", -0.3))

    assert step(email, off(None, "orders", -0.3)).change is Change.NOTHING
    assert step(email, off("paid_search", "orders", -0.3)).change is Change.GROWN
    assert (
        step(opened(off(None, "orders", -0.3)), off("email", "orders", -0.3), off("paid_search", "orders", -0.3)).change
        is Change.NOTHING
    )


def test_a_tiny_channel_that_joins_makes_nothing_worse() -> None:
    incident = opened(*(off(c, "orders", -0.3, expected=1000) for c in ("email", "paid_search", "direct")))

    assert step(incident, off("paid_social", "orders", -0.95, expected=10)).change is Change.NOTHING


def test_the_same_trouble_that_comes_back_reopens_its_incident() -> None:
    closed = step(opened(off("email", "orders", -0.3)), calm=2, ended=1).incident
    back = step(closed, off("email", "orders", -0.3, start=5), now=6)

    assert (back.change, back.incident.status, back.incident.ended_at) == (Change.REOPENED, Status.OPEN, None)
    assert back.incident.findings[0].start == day(0)


def test_what_has_ended_already_reopens_nothing() -> None:
    closed = step(opened(off("email", "orders", -0.3)), calm=2, ended=1).incident

    assert step(closed, off("email", "orders", -0.3, start=2, end=3), now=6).change is Change.NOTHING


def test_what_the_source_corrected_is_taken_back() -> None:
    done = advance(opened(off("email", "orders", -0.3)), Seen(findings=(), calm=2, restated=True), at(3))

    assert (done.change, done.why, done.incident.status) == (Change.RETRACTED, Why.RESTATED, Status.RETRACTED)


def test_what_the_source_corrects_after_the_end_is_taken_back_once_with_its_days() -> None:
    closed = step(opened(off("email", "orders", -0.3)), calm=2, ended=1).incident
    corrected = Seen(findings=(), calm=4, restated=True, last_bad_end=day(3))
    done = advance(closed, corrected, at(4))

    assert (done.change, done.why, done.incident.status) == (Change.RETRACTED, Why.RESTATED, Status.RETRACTED)
    assert done.incident.ended_at == day(1)
    assert advance(done.incident, corrected, at(5)).change is Change.NOTHING


def test_what_comes_back_is_a_comeback_although_its_first_days_were_corrected() -> None:
    closed = step(opened(off("email", "orders", -0.3)), calm=2, ended=1).incident
    again = Seen(findings=(off("email", "orders", -0.3, start=3),), calm=0, restated=True)

    assert advance(closed, again, at(4)).change is Change.REOPENED


def test_a_level_that_lasts_becomes_the_base_and_says_so() -> None:
    done = advance(opened(off("email", "orders", -0.3)), Seen(findings=(), calm=0, absorbed=True), at(16))

    assert (done.change, done.why) == (Change.RESOLVED, Why.NEW_BASE)


def test_a_finding_that_joins_on_a_calm_day_is_not_lost() -> None:
    done = step(opened(off("email", "orders", -0.3)), off("paid_search", "orders", -0.4, start=1), calm=1)

    assert {f.key.channel for f in done.incident.findings} == {"email", "paid_search"}
    assert done.incident.status is Status.OPEN


def test_a_trouble_that_spreads_stays_open_although_its_first_series_are_calm() -> None:
    joined = off("paid_search", "orders", -0.4, start=1)
    done = advance(opened(off("email", "orders", -0.3)), Seen(findings=(joined,), calm=2, spreads=True), at(3))

    assert done.incident.status is Status.OPEN


def test_a_step_that_is_still_measured_over_its_whole_run_does_not_keep_a_calm_incident_open() -> None:
    done = step(opened(off("email", "orders", -0.3)), off("email", "orders", -0.2), calm=2)

    assert done.incident.status is Status.RESOLVED


def test_a_rebound_does_not_overwrite_the_dip() -> None:
    done = step(opened(off("email", "orders", -0.5)), off("email", "orders", 0.3, start=1))

    assert sorted(round(f.relative_change, 2) for f in done.incident.findings) == [-0.5, 0.3]


def test_a_step_stays_one_when_only_its_newest_day_is_found_again() -> None:
    done = step(opened(off("email", "orders", -0.3)), off("email", "orders", -0.3, start=3, shape=Shape.DIP))

    assert [(f.shape, f.start) for f in done.incident.findings] == [(Shape.STEP_DOWN, day(0))]


def test_what_began_before_the_first_sight_is_news_when_it_gets_worse() -> None:
    done = step(opened(off("email", "orders", -0.2), known_at_start=True), off("email", "orders", -0.7), now=9)

    assert (done.change, done.incident.known_at_start, done.incident.first_detected_at) == (Change.WORSE, False, at(9))


def test_consequences_stay_consequences_when_they_are_seen_again() -> None:
    incident = replace(opened(off("email", "orders", -0.3)), consequences=(off("email", "aov", -0.3),))
    done = step(incident, off("email", "aov", -0.4))

    assert [f.key.kpi for f in done.incident.findings] == ["orders"]
    assert [round(f.relative_change, 2) for f in done.incident.consequences] == [-0.4]


@given(_found)
def test_a_size_is_never_negative_nor_endless(findings: list[Finding]) -> None:
    assert 0 <= size(findings) <= 5


def test_the_yardstick_goes_along_when_the_whole_business_joins() -> None:
    email = opened(off("email", "orders", -0.4))
    wider = step(email, off("email", "orders", -0.4), off(None, "orders", -0.1)).incident

    assert wider.told_size == pytest.approx(0.1)
    assert step(wider, off("email", "orders", -0.39), off(None, "orders", -0.1)).change is Change.NOTHING


def test_what_grows_is_dated_anew_and_is_no_message_by_itself() -> None:
    incident = opened(off("email", "orders", -0.3))
    done = advance(incident, Seen(findings=incident.findings, calm=0, grows=True), at(9))

    assert (done.change, done.incident.grew_at) == (Change.NOTHING, at(9))


def test_another_kpi_at_the_head_is_compared_with_itself() -> None:
    answered, waiting = off("call_centre", "answer_rate", -0.13), off("call_centre", "avg_wait", 1.5)
    both = replace(told(opened(answered)), findings=(answered, waiting))

    same = advance(both, Seen(findings=(waiting,)), at(2))
    much_more = advance(both, Seen(findings=(off("call_centre", "avg_wait", 2.6),)), at(2))

    assert same.incident.findings[0].key.kpi == "avg_wait"
    assert same.change is Change.NOTHING
    assert much_more.change is Change.WORSE


def test_another_kpi_that_is_less_off_makes_nothing_better() -> None:
    bounced = off("email", "bounce_rate_email", 8.0)

    mild = advance(
        told(opened(bounced)), Seen(findings=(replace(bounced, p_value=0.01), off("email", "sessions", -0.39))), at(2)
    )

    assert mild.incident.findings[0].key.kpi == "sessions"
    assert mild.change is Change.NOTHING


def test_faulty_data_get_no_worse_by_more_of_them() -> None:
    once = replace(off("stores", "store_revenue", 1.1), shape=Shape.DUPLICATE)

    again = advance(told(opened(once)), Seen(findings=(replace(once, observed=3 * once.observed),)), at(2))

    assert again.change is Change.NOTHING


def test_what_heads_it_silently_is_from_then_on_compared_with_itself() -> None:
    bounced, fewer = off("email", "bounce_rate_email", 8.0, p_value=0.01), off("email", "sessions", -0.39)

    switched = advance(told(opened(bounced)), Seen(findings=(bounced, fewer)), at(2))
    later = advance(switched.incident, Seen(findings=(bounced, fewer)), at(3))

    assert [switched.change, later.change] == [Change.NOTHING, Change.NOTHING]


def test_what_was_off_at_the_start_and_gets_better_stays_in_its_summary() -> None:
    before = opened(off("email", "orders", -0.9, start=2), known_at_start=True)
    after = advance(before, Seen(findings=(off("email", "orders", -0.2, start=2),), calm=0), at(14))

    assert (after.change, after.why, after.incident.known_at_start) == (Change.NOTHING, Why.SMALLER, True)
    worse = advance(after.incident, Seen(findings=(off("email", "orders", -0.6, start=2),), calm=0), at(15))
    assert (worse.change, worse.incident.known_at_start) == (Change.WORSE, False)


def test_another_channel_is_news_though_the_whole_business_was_off_with_the_first() -> None:
    email = opened(off("email", "orders", -0.4), off(None, "orders", -0.1, expected=400))
    told_in_email = told(replace(email, where=(Where(segment=(("channel", ("email",)),), share=0.9),)))
    joins = (off("paid_social", "orders", -0.5, start=1), off("email", "orders", -0.4), off(None, "orders", -0.2))

    assert (step(told_in_email, *joins).change, step(email, *joins).change) == (Change.GROWN, Change.NOTHING)


def test_a_channel_that_carries_little_of_it_is_no_news() -> None:
    big, small = off("email", "orders", -0.4), off("sms", "orders", -0.4, expected=10)

    assert step(opened(big), big, small).change is Change.NOTHING
    assert step(opened(big), big, off("sms", "orders", -0.4, expected=50)).change is Change.GROWN


def test_a_day_far_worse_than_the_weeks_before_is_news_once() -> None:
    weeks = opened(off("email", "orders", -0.35))
    hardly = off("email", "orders", -0.4)

    dead = advance(weeks, Seen(findings=(hardly,), calm=0, newest_size=0.97), at(9))
    dead_again = advance(dead.incident, Seen(findings=(hardly,), calm=0, newest_size=0.98), at(10))

    assert (dead.change, dead.why) == (Change.WORSE, Why.LARGER)
    assert dead_again.change is Change.NOTHING


def test_days_that_are_far_worse_now_and_then_make_nothing_better_between_them() -> None:
    incident, changes = opened(off("email", "orders", -0.5)), []
    for mean, newest in ((-0.52, 0.96), (-0.49, 0.0), (-0.47, 0.0), (-0.49, 0.96), (-0.47, 0.0)):
        done = advance(incident, Seen(findings=(off("email", "orders", mean),), calm=0, newest_size=newest), at(9))
        incident = done.incident
        changes.append(done.change)

    assert changes == [Change.WORSE, *[Change.NOTHING] * 4]


@pytest.mark.parametrize("between", ["better", "over and back again"])
def test_after_better_news_a_bad_day_is_news_again(between: str) -> None:
    def looked(incident: Incident, mean: float, newest: float = 0.0) -> Transition:
        return advance(incident, Seen(findings=(off("email", "orders", mean),), calm=0, newest_size=newest), at(9))

    worse = looked(opened(off("email", "orders", -0.5)), -0.52, 0.96)
    if between == "better":
        meanwhile = looked(worse.incident, -0.2)
    else:
        ended = advance(worse.incident, Seen(findings=(), calm=2), at(9)).incident
        back = Seen(findings=(off("email", "orders", -0.2, start=20),), calm=0)
        meanwhile = advance(ended, back, at(22))

    assert (worse.change, meanwhile.change) == (Change.WORSE, Change.BETTER if between == "better" else Change.REOPENED)
    assert looked(meanwhile.incident, -0.3, 0.9).change is Change.WORSE
