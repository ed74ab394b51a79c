"""What is queued, and what the end of an incident takes over."""

from datetime import timedelta

import pytest

from daemon.alerts.alert import Alert
from daemon.errors import DeliveryDelayed, DeliveryRefused
from daemon.model import Change
from daemon.outbox import deliver_due, enqueue
from daemon.store import Store, deliveries, open_store
from daemon.store.deliveries import State
from tests.daemon.outbox.builders import NOON, Clock, Recording, alert, post, put, unheard


@pytest.fixture
def store() -> Store:
    return open_store("sqlite://")


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
