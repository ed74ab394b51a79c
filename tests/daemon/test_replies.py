"""What people say decides what is told, and never what is known."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from config.causes import shipped
from config.settings import Settings
from daemon import controls
from daemon.hearing import hearers
from daemon.incidents import Seen, advance
from daemon.model import Change, Impact, Incident, Status, Verdict
from daemon.news import told
from daemon.outbox import enqueue
from daemon.replies import (
    Kind,
    Reply,
    accept,
    as_told,
    counted,
    filtered,
    heard,
    is_accepted,
    is_muted,
    sentence,
    verdicts,
)
from daemon.store import deliveries, open_store, replies
from daemon.store import incidents as stored
from daemon.transition import Transition, Why
from daemon.waiting import not_before
from daemon.watch import Watch
from tests.builders.troubles import DAY, day, off, opened
from tests.builders.troubles import settings as shop
from tests.daemon.outbox.builders import alert
from tests.daemon.test_incidents import seen as any_sight

_ENDS = (Change.RESOLVED, Change.RETRACTED)
_BEGINS = (Change.OPENED, Change.REOPENED)
NOW = day(3)


def at(periods: float) -> datetime:
    return day(periods) + timedelta(hours=8)


def routed() -> Settings:
    """Everything goes to one destination, part of it to another, and a third is quiet at night."""
    plain = shop().model_dump(exclude_unset=True)
    routes = [
        {"to": ["growth"]},
        {"to": ["desk"], "min_severity": "critical"},
        {"to": ["boss"], "quiet": {"after": "07:00", "until": "12:00"}},
    ]
    return Settings.model_validate({**plain, "routes": routes})


# Mostly the same trouble, larger and smaller, over and back again; now and then anything.
_SIGHT = (
    st.builds(
        Seen,
        findings=st.lists(
            st.builds(
                off,
                st.just("email"),
                st.just("orders"),
                st.sampled_from((-0.2, -0.35, -0.5, -0.9)),
                start=st.sampled_from((2, 13, 16, 20)),
            ),
            min_size=1,
            max_size=1,
        ),
        calm=st.just(0),
    )
    | st.builds(Seen, findings=st.just(()), calm=st.just(2), last_bad_end=st.integers(5, 12).map(day))
    | any_sight
)


class Talk(RuleBasedStateMachine):
    """Whatever cycles see and whatever people say, in whatever order, also while a cycle is under way."""

    @initialize(known_at_start=st.booleans())
    def open(self, known_at_start: bool) -> None:
        self.now = at(12)
        self.silence = ""
        store = open_store("sqlite://")
        self.watch = Watch(settings=routed(), folder=Path(), store=store, answers=store, causes=shipped(), events=())
        first = opened(off("email", "orders", -0.3, start=2), known_at_start=known_at_start)
        self._write(Transition(incident=first, change=Change.OPENED, why=Why.FIRST_SEEN))

    def _transition(self, before: Incident, sight: Seen) -> Transition | None:
        if is_accepted(before):
            return accept(before, self.now)
        done = filtered(before, advance(before, sight, self.now), self.now, silence=self.silence)
        return done if before.status is Status.OPEN or done.incident != before else None

    def _write(self, transition: Transition) -> None:
        incident, change = transition.incident, transition.change
        if change is not Change.NOTHING:
            (heard_by,) = hearers(self.watch.settings, [replace(transition, incident=told(incident))], (), self.now)
            incident = heard_by.incident
        with self.watch.store.transaction() as connection:
            stored.record(connection, incident, at=self.now, change=change, reason=transition.why)
            if change is Change.NOTHING or incident.known_at_start:
                return
            to = incident.told_to
            wait = not_before(self.watch.settings, [incident], to, self.now, change=change)
            words = alert(incident.id, change, headline=f"{change} {self.now}")
            enqueue(
                connection,
                words,
                incident_id=incident.id,
                change=change,
                destinations=to,
                now=self.now,
                not_before=wait,
            )

    def _tracked(self) -> Incident:
        with self.watch.store.reading() as connection:
            found = stored.load_tracked(connection, "i")
        assert found is not None
        return found

    def _changes(self) -> dict[str, list[Change]]:
        with self.watch.store.reading() as connection:
            rows = deliveries.listing(connection)
        found: dict[str, list[Change]] = {}
        for row in sorted(rows, key=lambda r: r.id):
            found.setdefault(row.destination, []).append(Change(row.change))
        return found

    @rule(sight=_SIGHT, said=st.none() | st.sampled_from(Kind), verdict=st.sampled_from(Verdict))
    def a_cycle_looks_while_somebody_may_speak(self, sight: Seen, said: Kind | None, verdict: Verdict) -> None:
        self.now += DAY
        before = self._tracked()
        transition = self._transition(before, sight)
        if said is not None and self._says(said, verdict, 3):
            before = self._tracked()
            transition = self._transition(before, sight)
        known = self._changes()
        if transition is not None:
            self._write(transition)
        if is_muted(before, self.now) or self.silence:
            added = [c for to, changes in self._changes().items() for c in changes[len(known.get(to, [])) :]]
            assert set(added) <= set(_ENDS), "while it is silent nothing but its end is told"
            if transition is not None and transition.change is Change.NOTHING and before.held_back is not None:
                assert transition.silence or transition.incident.status is not Status.OPEN

    @rule(silence=st.sampled_from(["", "silence 1 of ana"]))
    def a_silence_begins_or_ends(self, silence: str) -> None:
        self.silence = silence

    @rule(kind=st.sampled_from(Kind), verdict=st.sampled_from(Verdict), days=st.integers(1, 5))
    def somebody_speaks(self, kind: Kind, verdict: Verdict, days: int) -> None:
        self._says(kind, verdict, days)

    def _says(self, kind: Kind, verdict: Verdict, days: int) -> bool:
        reply = Reply(
            incident_id="i",
            at=self.now,
            kind=kind,
            who="ana",
            verdict=verdict if kind is Kind.FEEDBACK else None,
            until=self.now + days * DAY if kind is Kind.MUTE else None,
        )
        try:
            outcome = controls.say(self.watch, [reply], self.now)[0]
        except controls.NothingToSay:
            return False
        if reply.closes:
            assert outcome.incident.status is not Status.OPEN
        return True

    @precondition(lambda self: hasattr(self, "watch"))
    @invariant()
    def every_destination_that_heard_of_a_beginning_hears_of_one_end_and_of_nothing_afterwards(self) -> None:
        tracked = self._tracked()
        is_open = as_told(tracked).status is Status.OPEN and not tracked.is_unheard
        for changes in self._changes().values():
            open_there = False
            last: Change | None = None
            for change in changes:
                before, last = last, change
                if change is Change.RETRACTED and before is Change.RESOLVED:
                    continue  # what was over is taken back: the last word on it
                if change in _BEGINS or not open_there:
                    assert change not in _ENDS, "an end of what never began"
                    open_there = True
                elif change in _ENDS:
                    open_there = False
            assert open_there == is_open, changes

    @invariant()
    def what_is_read_holds_every_word(self) -> None:
        tracked = self._tracked()
        with self.watch.store.reading() as connection:
            assert tracked.said.newest == max((r.id for r in replies.of(connection, "i")), default=0)


Talk.TestCase.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
TestTalk = Talk.TestCase


def reply(kind: Kind, number: int = 1, verdict: Verdict | None = None, **more: object) -> Reply:
    return Reply(id=number, incident_id="i", at=NOW, kind=kind, who="ana", verdict=verdict, **more)  # type: ignore[arg-type]


def after(said: list[Reply], *findings: object, before: Incident | None = None, calm: int = 0) -> Transition:
    """What is told of the next sight, a day later."""
    known = heard(before or opened(off("email", "orders", -0.2)), said)
    sight = Seen(findings=findings or (off("email", "orders", -0.2),), calm=calm, last_bad_end=day(2))  # type: ignore[arg-type]
    return filtered(known, advance(known, sight, at(4)), at(4))


ACK = reply(Kind.ACK)
MUTE = reply(Kind.MUTE, until=day(6))
CLOSED = reply(Kind.RESOLVE)
EXPECTED = reply(Kind.FEEDBACK, verdict=Verdict.EXPECTED)


@pytest.mark.parametrize(
    ("said", "change", "told_as"),
    [
        ([], -0.36, Change.WORSE),
        ([ACK], -0.36, Change.NOTHING),
        ([ACK], -0.55, Change.WORSE),
        ([ACK], -0.02, Change.NOTHING),
        ([MUTE], -0.9, Change.NOTHING),
        ([CLOSED], -0.36, Change.NOTHING),
        ([CLOSED], -0.55, Change.REOPENED),
        ([CLOSED, MUTE], -0.9, Change.NOTHING),
        ([EXPECTED], -0.42, Change.NOTHING),
        ([EXPECTED], -0.9, Change.REOPENED),
    ],
)
def test_what_grows_is_told_as_far_as_people_did_not_settle_it(
    said: list[Reply], change: float, told_as: Change
) -> None:
    done = after(said, off("email", "orders", change))

    assert done.change is told_as
    if told_as is Change.NOTHING:
        assert done.incident.told_size == pytest.approx(0.2), "what is told later is measured against what is known"


def test_an_expected_fall_speaks_only_when_it_is_twice_what_it_was() -> None:
    large = opened(off("email", "orders", -0.4))

    assert after([CLOSED], off("email", "orders", -0.75), before=large).change is Change.REOPENED
    assert after([EXPECTED], off("email", "orders", -0.75), before=large).change is Change.NOTHING
    assert after([EXPECTED], off("email", "orders", -0.85), before=large).change is Change.REOPENED


@pytest.mark.parametrize(("said", "told_as"), [([ACK], Change.RESOLVED), ([MUTE], Change.RESOLVED), ([CLOSED], None)])
def test_an_end_is_always_told_unless_a_person_told_it(said: list[Reply], told_as: Change | None) -> None:
    done = after(said, calm=2)

    assert done.incident.status is Status.RESOLVED
    assert done.change is (told_as or Change.NOTHING)


def test_what_grew_while_it_was_muted_is_told_when_the_silence_is_over() -> None:
    muted = after([MUTE], off("email", "orders", -0.6)).incident

    later = filtered(muted, advance(muted, Seen(findings=(off("email", "orders", -0.6),), calm=0), at(7)), at(7))

    assert later.change is Change.WORSE


def test_what_came_back_while_it_was_muted_is_told_later_and_has_no_end_before() -> None:
    over = after([MUTE], calm=2).incident
    again = Seen(findings=(off("email", "orders", -0.5, start=4),), calm=0)
    back = filtered(over, advance(over, again, at(5)), at(5))
    calm = Seen(findings=(), calm=2, last_bad_end=day(5))

    assert (back.change, back.incident.status, back.incident.told_to) == (Change.NOTHING, Status.OPEN, ())
    ended = filtered(back.incident, advance(back.incident, calm, at(5.5)), at(5.5))
    assert (ended.change, ended.incident.status) == (Change.NOTHING, Status.RESOLVED)
    told_later = filtered(back.incident, advance(back.incident, again, at(7)), at(7))
    assert (told_later.change, told_later.incident.held_back) == (Change.REOPENED, None)


def test_what_was_said_of_an_earlier_time_does_not_hold_after_a_comeback() -> None:
    said = [CLOSED, reply(Kind.ACK, 2)]
    worse = after(said, off("email", "orders", -0.9)).incident

    assert heard(worse, said).said.closed_by == ""
    assert heard(worse, said).said.acknowledged_by == ""
    assert heard(worse, [*said, reply(Kind.ACK, 3)]).said.acknowledged_by == "ana"


def test_what_a_person_closed_is_closed_to_everybody_while_it_is_followed() -> None:
    known = heard(opened(off("email", "orders", -0.2)), [CLOSED])

    assert (known.status, as_told(known).status, as_told(known).ended_at) == (Status.OPEN, Status.RESOLVED, NOW)
    assert all(f.end == NOW for f in as_told(known).findings)


def test_a_data_fault_loses_records_and_no_money() -> None:
    impact = Impact(kpi="revenue", unit="GBP", to=NOW, value=-500.0, lower=-600.0, upper=-400.0)
    known = heard(
        replace(opened(off("email", "orders", -0.2)), impact=impact),
        [reply(Kind.FEEDBACK, verdict=Verdict.DATA_FAULT)],
    )

    told_impact = as_told(known).impact

    assert told_impact is not None
    assert (told_impact.value, told_impact.recorded_value) == (0.0, -500.0)
    assert (known.said.acknowledged_by, as_told(known).status) == ("ana", Status.OPEN)


def test_the_last_word_on_each_incident_counts() -> None:
    def words() -> Iterator[Reply]:
        for name, *said in (("a", "expected", "real"), ("b", "real"), ("c", "data_fault"), ("d",)):
            for number, word in enumerate(said):
                yield replace(reply(Kind.FEEDBACK, number, Verdict(word)), incident_id=name)

    found = verdicts(words())

    assert found == {Verdict.REAL: 2, Verdict.DATA_FAULT: 1}
    assert counted({str(v): n for v, n in found.items()}) == "3 judged by you: 2 real, 1 data fault"


def test_a_reply_reads_as_a_sentence() -> None:
    assert sentence(ACK) == "acknowledged by ana"
    assert sentence(MUTE, "Friday") == "muted until Friday by ana"
    assert sentence(replace(EXPECTED, comment="the sale is over")) == "called expected by ana: the sale is over"
