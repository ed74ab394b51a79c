"""Whoever asks to be left alone is, to the microsecond, whatever the form in which it asks."""

from datetime import timedelta

import pytest

from daemon.errors import DeliveryDelayed
from daemon.outbox import Tally, desk
from daemon.outbox.attempt import deliver_to
from daemon.store import Store, holds
from daemon.store.deliveries import State
from tests.daemon.outbox.builders import NOON, Clock, Recording, post, put
from tests.daemon.outbox.vendors import KINDS
from tests.daemon.outbox.waits import FOR_EVER, FORMS, WAITING, told_to_wait


@pytest.fixture
def store(any_store: Store) -> Store:
    return any_store


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_asked_a_moment_too_soon_and_all_arrives_then(kind: str, status: int) -> None:
    for header in FORMS:
        heard = told_to_wait(KINDS[kind], status, header)

        assert heard.early == timedelta(), header
        if header == FOR_EVER:
            assert len(heard.asked) == 1
            assert heard.states == [State.DEAD] * WAITING
            assert all("wait" in reason or "out of order" in reason for reason in heard.reasons)
        else:
            assert heard.states == [State.SENT] * WAITING, header


def test_what_comes_up_during_a_wait_of_days_is_given_up_at_once_and_sent_when_a_person_says_so(store: Store) -> None:
    clock = Clock()
    slack = Recording(failures=[DeliveryDelayed("it asks us to wait (429)", timedelta(days=3))])
    sender = post(store, clock, slack=slack)
    put(store, incident="i1")
    assert deliver_to(sender, "slack") == Tally(failed=1, dead=1)

    put(store, incident="i2")
    assert deliver_to(sender, "slack") == Tally(failed=1, dead=1)

    reasons = {d.incident_id: d.last_error for d in desk.overview(store).deliveries}
    assert reasons == {
        "i1": "it asks us to wait (429)",
        "i2": "not before 2026-03-05 12:00 UTC: it asks us to wait (429)",
    }
    assert len(desk.redrive(store, now=clock())) == 2
    assert deliver_to(sender, "slack") == Tally(sent=2)


def test_a_wait_of_less_than_a_day_is_waited_for(store: Store) -> None:
    clock = Clock()
    slack = Recording(failures=[DeliveryDelayed("it asks us to wait (429)", timedelta(hours=23))])
    put(store, incident="i1")
    deliver_to(post(store, clock, slack=slack), "slack")
    put(store, incident="i2")
    clock.advance(hours=23)

    assert deliver_to(post(store, clock, slack=slack), "slack").sent >= 1


def test_a_success_does_not_end_a_wait_that_another_program_was_asked_for(store: Store) -> None:
    clock = Clock()

    class Asked(Recording):
        def deliver(self, alert, key, now):  # type: ignore[no-untyped-def]
            with store.transaction() as connection:
                holds.extend(connection, "slack", NOON + timedelta(minutes=1), 1, "it asks us to wait (429)")
            return super().deliver(alert, key, now)

    put(store, incident="i1")
    put(store, incident="i2")

    assert deliver_to(post(store, clock, slack=Asked()), "slack") == Tally(sent=1)
    clock.advance(minutes=1)
    assert deliver_to(post(store, clock, slack=Recording()), "slack") == Tally(sent=1)
