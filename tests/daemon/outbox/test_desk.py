"""What the operator sees of the outbox and can do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.outputs import Severity
from daemon.destinations import Again
from daemon.errors import DeliveryDelayed, DeliveryRefused, DeliveryUnclear
from daemon.model import Change, Status
from daemon.outbox import deliver_due, desk
from daemon.store import Store, incidents
from daemon.store.deliveries import State
from tests.builders.troubles import off, opened
from tests.daemon.outbox.builders import NOON, Clock, Recording, post, put, unheard
from tests.daemon.outbox.letters import sent_again
from tests.daemon.outbox.vendors import KINDS


@pytest.fixture
def store(any_store: Store) -> Store:
    return any_store


def _refused(store: Store, count: int, clock: Clock) -> None:
    for number in range(count):
        put(store, incident=f"i{number}")
    deliver_due(post(store, clock, slack=Recording(failures=[unheard(DeliveryRefused) for _ in range(count)])))


def test_what_was_not_delivered_is_listed_with_why_and_what_is_counted(store: Store) -> None:
    put(store, incident="fine")
    deliver_due(post(store, Clock(), slack=Recording()))
    put(store, incident="lost", severity=Severity.INFO)
    deliver_due(post(store, Clock(), slack=Recording(failures=[unheard(DeliveryUnclear)])))

    seen = desk.overview(store)

    assert [(d.incident_id, d.state, d.last_class, d.last_error) for d in seen.deliveries] == [
        ("lost", State.AMBIGUOUS, "unclear", "the destination said no")
    ]
    assert seen.counts == {("slack", State.SENT): 1, ("slack", State.AMBIGUOUS): 1}
    assert [hold.failures for hold in seen.holds] == [1]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "," not in kind])
def test_what_a_vendor_refused_is_listed_and_arrives_when_it_is_sent_again(kind: str) -> None:
    found = sent_again(KINDS[kind], 12, taken_before=False)

    assert (found.listed, found.redriven, found.arrived, found.shown) == (12,) * 4


@pytest.mark.parametrize("kind", ["webhook", "pagerduty", "email_resend"])
def test_a_vendor_that_knows_keys_shows_nothing_twice_however_often_it_is_sent(kind: str) -> None:
    found = sent_again(KINDS[kind], 12, taken_before=True)

    assert (found.listed, found.redriven, found.arrived, found.shown) == (12,) * 4


def test_a_delivery_can_be_looked_at(store: Store) -> None:
    put(store)
    (delivery,) = desk.overview(store).deliveries

    assert desk.show(store, delivery.id) == delivery
    assert desk.show(store, 99) is None


def test_a_hundred_dead_letters_sent_again_all_arrive_once(store: Store) -> None:
    clock, slack = Clock(), Recording()
    _refused(store, 100, clock)

    clock.advance(days=3)
    assert len(desk.redrive(store, now=clock.now)) == 100
    deliver_due(post(store, clock, slack=slack))

    assert slack.headlines == [f"i{number} opened" for number in range(100)]
    assert len(set(slack.keys)) == 100


def test_one_dead_letter_can_be_sent_again_alone(store: Store) -> None:
    clock, slack = Clock(), Recording()
    _refused(store, 3, clock)
    chosen = desk.overview(store).deliveries[1].id

    assert desk.redrive(store, now=clock.now, delivery_id=chosen) == [chosen]
    deliver_due(post(store, clock, slack=slack))

    assert slack.headlines == ["i1 opened"]


def test_sending_again_gives_a_new_day_and_lifts_the_hold(store: Store) -> None:
    clock, slack = Clock(), Recording()
    put(store)
    far = DeliveryDelayed("wait", NOON + timedelta(days=400))
    deliver_due(post(store, clock, slack=Recording(failures=[far])))

    clock.advance(days=2)
    desk.redrive(store, now=clock.now, destination="slack")
    deliver_due(post(store, clock, slack=Recording(failures=[unheard(DeliveryDelayed)])))
    clock.advance(seconds=2)
    deliver_due(post(store, clock, slack=slack))

    assert slack.headlines == ["i1 opened"]


def test_a_notice_is_not_sent_again_after_later_news_arrived(store: Store) -> None:
    clock = Clock()
    _refused(store, 1, clock)
    put(store, incident="i0", change=Change.RESOLVED)
    deliver_due(post(store, clock, slack=Recording()))

    assert desk.redrive(store, now=clock.now) == []


def test_what_was_told_of_an_open_incident_is_not_purged_since_later_news_changes_it_in_place(store: Store) -> None:
    put(store, incident="i1")
    deliver_due(post(store, Clock(), slack=Recording()))
    trouble = opened(off("email", "orders", -0.4), name="i1")
    for status, gone in ((Status.OPEN, 0), (Status.RESOLVED, 1)):
        with store.transaction() as connection:
            incidents.record(connection, replace(trouble, status=status), at=NOON, change=Change.OPENED, reason="x")

        assert desk.purge(store, before=NOON + timedelta(days=1)) == gone


def test_what_waits_for_a_destination_that_is_no_more_says_so(store: Store) -> None:
    put(store)
    (waiting,) = desk.overview(store).deliveries

    assert "by itself" in desk.next_step(waiting, NOON, {"slack"})
    assert "no destination is called slack any more" in desk.next_step(waiting, NOON, {"team"})


def test_only_what_is_over_and_old_is_purged(store: Store) -> None:
    clock = Clock()
    _refused(store, 2, clock)
    put(store, incident="fine")
    deliver_due(post(store, clock, slack=Recording()))

    assert desk.purge(store, before=NOON) == 0
    assert desk.purge(store, before=NOON + timedelta(days=1)) == 1
    assert desk.purge(store, before=NOON + timedelta(days=1), states=[State.DEAD]) == 2
    with pytest.raises(ValueError, match="being sent"):
        desk.purge(store, before=NOON, states=[State.SENDING])


def test_no_older_word_is_sent_again_after_a_newer_one_that_may_have_been_taken(store: Store) -> None:
    clock = Clock()
    failures: list[Exception] = [unheard(kind) for kind in (DeliveryRefused, DeliveryUnclear, DeliveryRefused)]
    webhook = Recording(failures=failures, again=Again.KEYED)
    here = post(store, clock, webhook=webhook)
    put(store, "webhook", severity=Severity.WARNING)
    deliver_due(here)
    put(store, "webhook", change=Change.WORSE)
    for _ in range(2):
        deliver_due(here)
        clock.advance(minutes=1)

    [worse] = [d.id for d in desk.overview(store).deliveries if d.change == Change.WORSE]
    assert desk.redrive(store, now=clock.now) == [worse]


def test_a_destination_that_knows_the_key_gets_it_again_without_a_word(store: Store) -> None:
    clock = Clock()
    webhook = Recording(failures=[unheard(DeliveryUnclear)], again=Again.KEYED)
    here = post(store, clock, webhook=webhook)
    put(store, "webhook")
    for _ in range(2):
        deliver_due(here)
        clock.advance(minutes=1)

    assert [alert["possible_repeat"] for alert in webhook.taken] == [False]
