"""What waits, for what, and until when: for more of the same, for the next update, for quiet hours to end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from config.outputs import Severity
from daemon.model import Change
from daemon.outbox import deliver_due, enqueue
from daemon.store import Store, claims, deliveries, open_store, told
from daemon.store.deliveries import State
from daemon.waiting import MORE, QUIET, TIME_OF_DAY, UPDATES, Past, Wait, not_before
from tests.builders.troubles import off, opened
from tests.daemon.outbox.builders import Clock, Recording, alert, post
from tests.daemon.test_hearing import routed

NOW = datetime(2026, 3, 4, 8, 15, tzinfo=UTC)
QUARTER, HOURS = timedelta(minutes=15), timedelta(hours=4)
EMAIL = opened(off("email", "orders", -0.4))
GROWTH = routed({"to": ["growth"], "wait": "15m", "update_every": "4h"})


def waits(
    change: Change, past: Past | None = None, severity: Severity = Severity.WARNING, now: datetime = NOW, **route: Any
) -> Wait | None:

    chosen = routed({"to": ["growth"], "wait": "15m", "update_every": "4h", **route})
    known = {"growth": past} if past else {}
    found = not_before(chosen, [replace(EMAIL, severity=severity)], ["growth"], now, change=change, past=known)
    return found.get("growth")


TOLD = Past(at=NOW - timedelta(hours=1), severity=Severity.WARNING)


@pytest.mark.parametrize(
    ("change", "past", "severity", "until", "why"),
    [
        (Change.OPENED, None, Severity.WARNING, NOW + QUARTER, MORE),
        (Change.REOPENED, TOLD, Severity.INFO, NOW + QUARTER, MORE),
        (Change.OPENED, None, Severity.CRITICAL, None, ""),
        (Change.GROWN, Past(due=NOW + timedelta(minutes=4)), Severity.WARNING, NOW + timedelta(minutes=4), MORE),
        (Change.WORSE, Past(due=NOW + timedelta(minutes=4)), Severity.CRITICAL, None, ""),
        (Change.WORSE, TOLD, Severity.WARNING, NOW + timedelta(hours=3), UPDATES),
        (Change.BETTER, TOLD, Severity.WARNING, NOW + timedelta(hours=3), UPDATES),
        (Change.WORSE, TOLD, Severity.CRITICAL, None, ""),
        (
            Change.WORSE,
            Past(at=TOLD.at, severity=Severity.CRITICAL),
            Severity.CRITICAL,
            NOW + timedelta(hours=3),
            UPDATES,
        ),
        (Change.WORSE, Past(at=NOW - HOURS, severity=Severity.WARNING), Severity.WARNING, None, ""),
        (Change.RESOLVED, TOLD, Severity.WARNING, None, ""),
        (Change.RETRACTED, TOLD, Severity.WARNING, None, ""),
        (Change.WORSE, None, Severity.WARNING, NOW + QUARTER, MORE),
    ],
)
def test_a_message_waits_for_one_thing_that_has_a_name(
    change: Change, past: Past | None, severity: Severity, until: datetime | None, why: str
) -> None:
    assert waits(change, past, severity) == (Wait(until=until, why=why) if until else None)


def test_what_ends_its_wait_in_quiet_hours_waits_for_their_end() -> None:
    quiet: dict[str, Any] = {"quiet": {"after": "20:00", "until": "08:00"}, "timezone": "UTC"}

    assert waits(Change.OPENED, now=NOW.replace(hour=19, minute=50), **quiet) == Wait(
        until=NOW.replace(day=5, hour=8, minute=0), why=QUIET
    )
    assert waits(Change.OPENED, now=NOW, send_at="09:00", timezone="UTC") == Wait(
        until=NOW.replace(hour=9, minute=0), why=TIME_OF_DAY
    )


def test_without_the_keys_nothing_waits() -> None:
    plain = routed({"to": ["growth"]})

    for change in (Change.OPENED, Change.WORSE, Change.RESOLVED):
        assert not_before(plain, [EMAIL], ["growth"], NOW, change=change, past={"growth": TOLD}) == {}


@pytest.fixture
def store() -> Store:
    return open_store("sqlite://")


class Post:
    """An incident told over time, as a cycle would."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.slack = store, Clock(NOW), Recording()

    def say(self, change: Change, minutes: float = 0, severity: Severity = Severity.WARNING, words: str = "") -> None:

        self.clock.now = now = NOW + timedelta(minutes=minutes)
        payload = {**alert("i", Change(words) if words else change), "severity": str(severity)}
        payload |= {"headline": f"{words or change} {minutes:g}", "change": words or str(change)}
        with self.store.transaction() as connection:
            past = told.pasts(connection, "i")
            incident = replace(EMAIL, severity=severity)
            wait = not_before(GROWTH, [incident], ["growth"], now, change=change, past=past)
            enqueue(
                connection, payload, incident_id="i", change=change, destinations=["growth"], now=now, not_before=wait
            )
        self.send()

    def send(self, minutes: float | None = None) -> list[str]:
        if minutes is not None:
            self.clock.now = NOW + timedelta(minutes=minutes)
        deliver_due(post(self.store, self.clock, growth=self.slack))
        return self.slack.headlines

    @property
    def states(self) -> list[State]:
        with self.store.reading() as connection:
            return [d.state for d in reversed(deliveries.listing(connection))]


def test_what_joins_a_first_notice_while_it_waits_makes_one_message(store: Store) -> None:
    p = Post(store)
    p.say(Change.OPENED)
    p.say(Change.GROWN, 5, words="opened")
    p.say(Change.WORSE, 10, words="opened")

    assert p.send(14.9) == []
    assert p.send(15) == ["opened 10"]
    assert p.slack.taken[0]["facts"] == [], "nothing has to be said of a wait that was for what the message holds"
    assert p.states == [State.COLLAPSED, State.COLLAPSED, State.SENT]


def test_what_becomes_critical_ends_the_wait_for_more(store: Store) -> None:
    p = Post(store)
    p.say(Change.OPENED)
    p.say(Change.WORSE, 3, Severity.CRITICAL, words="opened")

    assert p.send() == ["opened 3"]
    assert p.send(60) == ["opened 3"]


def test_what_ends_before_it_was_told_is_one_message_that_says_what_it_waited_for(store: Store) -> None:
    p = Post(store)
    p.say(Change.OPENED)
    p.say(Change.RESOLVED, 5)

    assert p.send(60) == ["resolved 5"]
    assert p.slack.taken[0]["facts"] == ["The first notice of this waited for what else belongs to it."]


def test_updates_keep_their_distance_and_the_newest_news_is_told(store: Store) -> None:
    p = Post(store)
    p.say(Change.OPENED)
    p.send(15)
    for minutes in (60, 120, 180):
        p.say(Change.WORSE, minutes)

    assert p.send(254) == ["opened 0"]
    assert p.send(255) == ["opened 0", "worse 180"]
    p.say(Change.WORSE, 300)
    assert p.send(494) == ["opened 0", "worse 180"]
    assert p.send(495) == ["opened 0", "worse 180", "worse 300"]
    assert not any(taken["facts"] for taken in p.slack.taken)


def test_an_end_and_what_became_critical_take_the_place_of_an_update_that_waits(store: Store) -> None:
    p = Post(store)
    p.say(Change.OPENED)
    p.send(15)
    p.say(Change.WORSE, 20)
    p.say(Change.WORSE, 25, Severity.CRITICAL)
    assert p.slack.headlines == ["opened 0", "worse 25"]
    p.say(Change.WORSE, 30, Severity.CRITICAL)
    p.say(Change.RESOLVED, 40)

    assert p.send(600) == ["opened 0", "worse 25", "resolved 40"]
    assert p.states == [State.SENT, State.COLLAPSED, State.SENT, State.COLLAPSED, State.SENT]


def test_what_waits_says_for_what(store: Store) -> None:
    p = Post(store)
    p.say(Change.OPENED)

    with store.reading() as connection:
        (row,) = deliveries.listing(connection)

    assert (row.waits_for, row.not_before) == (MORE, NOW + QUARTER)


_NEWS = st.sampled_from((Change.WORSE, Change.GROWN, Change.BETTER))


@effort(max_examples=40, deadline=None)
@given(
    news=st.lists(st.tuples(_NEWS, st.integers(1, 400), st.sampled_from(Severity)), max_size=8),
    end=st.sampled_from((Change.RESOLVED, Change.RETRACTED)),
    first=st.sampled_from(Severity),
)
def test_whatever_comes_the_newest_is_known_in_the_end_and_messages_keep_their_distance(
    news: list[tuple[Change, int, Severity]], end: Change, first: Severity
) -> None:
    p, minute = Post(open_store("sqlite://")), 0
    arrived: list[tuple[datetime, dict[str, Any]]] = []

    def look() -> None:
        arrived.extend((p.clock.now, taken) for taken in p.slack.taken[len(arrived) :])

    def pass_by(until: int) -> None:
        """A sender sends what is due when it is."""
        while True:
            with p.store.reading() as connection:
                due = claims.next_due(connection, "growth")
            if due is None or due > NOW + timedelta(minutes=until):
                return
            p.send((due - NOW) / timedelta(minutes=1))
            look()

    p.say(Change.OPENED, 0, first)
    look()
    for change, wait, severity in news:
        pass_by(minute + wait)
        minute += wait
        with p.store.reading() as connection:
            past = told.pasts(connection, "i")["growth"]
        p.say(change, minute, severity, words="opened" if past.is_waiting else "")
        look()
        if severity is Severity.CRITICAL and past.severity is not Severity.CRITICAL:
            assert arrived[-1][0] == NOW + timedelta(minutes=minute), "what became critical comes at once"
    pass_by(minute + 240)
    assert arrived[-1][1]["headline"].endswith(f" {minute}"), "the newest news is what people know in the end"
    p.say(end, minute + 241)
    look()

    assert [arrived[0][1]["change"], arrived[-1][1]["change"]] == ["opened", str(end)]
    assert [taken["change"] for _, taken in arrived].count("opened") == 1
    for (before, was), (at, is_now) in pairwise(arrived[:-1]):
        became = is_now["severity"] == "critical" and was["severity"] != "critical"
        assert became or at - before >= HOURS, "updates keep their distance"
