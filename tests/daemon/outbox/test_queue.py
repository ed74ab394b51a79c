"""What is queued, and what the end of an incident takes over."""

from datetime import timedelta
from typing import Any

import pytest

from daemon.alerts.alert import Alert
from daemon.errors import DeliveryDelayed, DeliveryRefused
from daemon.model import Change
from daemon.outbox import deliver_due, enqueue
from daemon.store import Store, deliveries
from daemon.store.deliveries import State
from daemon.waiting import QUIET, Wait
from tests.daemon.outbox.builders import NOON, Clock, Recording, alert, post, put, unheard


@pytest.fixture
def store(any_store: Store) -> Store:
    return any_store


def _states(store: Store) -> list[State]:
    with store.reading() as connection:
        return [d.state for d in reversed(deliveries.listing(connection))]


def test_an_alert_is_queued_once_for_each_destination(store: Store) -> None:
    assert put(store, "slack", "inbox", "slack") == 2
    assert put(store, "slack", "inbox", now=NOON + timedelta(hours=1)) == 0
    assert _states(store) == [State.QUEUED, State.QUEUED]


def test_the_same_change_in_other_words_is_another_alert(store: Store) -> None:
    put(store, change=Change.WORSE, headline="Orders -40 %")

    assert put(store, change=Change.WORSE, headline="Orders -60 %") == 1


def test_nothing_is_queued_when_the_cycle_fails(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as connection:
        enqueue(connection, alert(), incident_id="i1", change=Change.OPENED, destinations=["slack"], now=NOON)
        raise ZeroDivisionError

    assert _states(store) == []


def test_an_end_takes_the_place_of_a_notice_that_nobody_got(store: Store) -> None:
    slack = Recording()
    put(store, change=Change.OPENED)
    put(store, change=Change.RESOLVED)

    deliver_due(post(store, Clock(), slack=slack))

    assert slack.headlines == ["i1 resolved"]
    assert "could not be delivered in time" in slack.taken[0]["facts"][-1]
    assert Alert.from_dict(slack.taken[0]).change is Change.RESOLVED
    assert _states(store) == [State.COLLAPSED, State.SENT]


def test_an_end_says_nothing_of_lateness_when_people_had_been_told(store: Store) -> None:
    slack, clock = Recording(), Clock()
    put(store, change=Change.OPENED)
    deliver_due(post(store, clock, slack=slack))
    put(store, change=Change.WORSE)
    put(store, change=Change.RESOLVED)

    deliver_due(post(store, clock, slack=slack))

    assert slack.headlines == ["i1 opened", "i1 resolved"]
    assert slack.taken[1]["facts"] == []


def test_an_end_says_that_the_first_notice_was_given_up(store: Store) -> None:
    slack = Recording(failures=[unheard(DeliveryRefused)])
    put(store, change=Change.OPENED)
    deliver_due(post(store, Clock(), slack=slack))
    put(store, change=Change.RESOLVED)

    deliver_due(post(store, Clock(), slack=slack))

    assert "could not be delivered in time" in slack.taken[0]["facts"][-1]
    assert _states(store) == [State.DEAD, State.SENT]


def test_an_end_takes_over_only_where_the_notice_still_waits(store: Store) -> None:
    slack, inbox, clock = Recording(failures=[unheard(DeliveryDelayed)]), Recording(), Clock()
    put(store, "slack", "inbox", change=Change.OPENED)
    deliver_due(post(store, clock, slack=slack, inbox=inbox))
    put(store, "slack", "inbox", change=Change.RESOLVED)
    clock.advance(minutes=1)

    deliver_due(post(store, clock, slack=slack, inbox=inbox))

    assert slack.headlines == ["i1 resolved"]
    assert inbox.headlines == ["i1 opened", "i1 resolved"]


def test_an_end_of_one_incident_leaves_another_alone(store: Store) -> None:
    slack = Recording()
    put(store, incident="i1")
    put(store, incident="i2", change=Change.RESOLVED)

    deliver_due(post(store, Clock(), slack=slack))

    assert slack.headlines == ["i1 opened", "i2 resolved"]


MORNING = NOON + timedelta(hours=20)


def _put_for_the_morning(store: Store, change: Change, **more: Any) -> None:
    with store.transaction() as connection:
        enqueue(
            connection,
            alert(change=change, **more),
            incident_id="i1",
            change=change,
            destinations=["slack", "inbox"],
            now=NOON,
            not_before={"slack": Wait(until=MORNING, why=QUIET)},
        )


def test_what_comes_up_in_quiet_hours_waits_for_their_end_and_elsewhere_does_not(store: Store) -> None:
    slack, inbox, clock = Recording(), Recording(), Clock()
    _put_for_the_morning(store, Change.OPENED)

    deliver_due(post(store, clock, slack=slack, inbox=inbox))
    assert (slack.headlines, inbox.headlines) == ([], ["i1 opened"])
    clock.now = MORNING
    deliver_due(post(store, clock, slack=slack, inbox=inbox))

    assert slack.headlines == ["i1 opened"]


def test_what_began_grew_and_ended_in_quiet_hours_is_one_message(store: Store) -> None:
    slack, inbox, clock = Recording(), Recording(), Clock()
    for change in (Change.OPENED, Change.WORSE, Change.GROWN, Change.RESOLVED):
        _put_for_the_morning(store, change)
        deliver_due(post(store, clock, slack=slack, inbox=inbox))
    clock.now = MORNING

    deliver_due(post(store, clock, slack=slack, inbox=inbox))

    assert slack.headlines == ["i1 resolved"]
    assert slack.taken[0]["facts"] == ["The first notice of this waited for the end of quiet hours."]
    assert inbox.headlines == ["i1 opened", "i1 worse", "i1 grown", "i1 resolved"]
    assert not any(taken["facts"] for taken in inbox.taken)


def test_what_became_critical_at_night_is_told_at_once_with_what_waited_for_the_morning(store: Store) -> None:
    slack, clock = Recording(), Clock()
    _put_for_the_morning(store, Change.OPENED)
    put(store, change=Change.WORSE)

    deliver_due(post(store, clock, slack=slack))
    assert slack.headlines == ["i1 worse"]
    clock.now = MORNING
    deliver_due(post(store, clock, slack=slack))

    assert slack.headlines == ["i1 worse"]


def test_two_beginnings_in_quiet_hours_are_two_messages(store: Store) -> None:
    slack, clock = Recording(), Clock(MORNING)
    _put_for_the_morning(store, Change.OPENED, headline="2 things were off")
    _put_for_the_morning(store, Change.OPENED, headline="3 things were off")

    deliver_due(post(store, clock, slack=slack))

    assert slack.headlines == ["2 things were off", "3 things were off"]


def test_what_comes_back_critical_at_night_does_not_wait_behind_an_end_that_waits_for_the_morning(store: Store) -> None:
    slack, clock = Recording(), Clock()
    _put_for_the_morning(store, Change.RESOLVED)
    put(store, change=Change.REOPENED)

    deliver_due(post(store, clock, slack=slack))

    assert slack.headlines == ["i1 resolved", "i1 reopened"]


def test_what_comes_back_in_quiet_hours_waits_with_the_end_before_it(store: Store) -> None:
    slack, clock = Recording(), Clock()
    _put_for_the_morning(store, Change.RESOLVED)
    _put_for_the_morning(store, Change.REOPENED)

    deliver_due(post(store, clock, slack=slack))
    assert slack.headlines == []
    clock.now = MORNING
    deliver_due(post(store, clock, slack=slack))

    assert slack.headlines == ["i1 resolved", "i1 reopened"]
