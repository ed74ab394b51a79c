"""One delivery after another: order, waits, holds, crashes."""

import os
import socket
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from config.outputs import Severity
from daemon.destinations import Again
from daemon.errors import DeliveryDelayed, DeliveryRefused, DeliveryUnclear, StoreError
from daemon.model import Change
from daemon.outbox import Policy, Tally, deliver_due, new_boot
from daemon.outbox.attempt import deliver_to
from daemon.store import Store, claims, deliveries, holds
from daemon.store.deliveries import Delivery, State
from tests.daemon.outbox.builders import NOON, Clock, Recording, post, put, unheard


@pytest.fixture
def store(any_store: Store) -> Store:
    return any_store


def _only(store: Store) -> Delivery:
    with store.reading() as connection:
        (delivery,) = deliveries.listing(connection)
    return delivery


def _claim(store: Store, owner: str, destination: str = "slack") -> Delivery:
    """A sender takes the delivery and is never heard of again."""
    with store.transaction() as connection:
        claimed = claims.claim(
            connection, destination, now=NOON, owner=owner, lease=Policy().lease, give_up_after=Policy().give_up_after
        )
    assert claimed is not None
    return claimed


def test_a_sent_alert_keeps_what_the_destination_called_it(store: Store) -> None:
    put(store)

    assert deliver_due(post(store, Clock(), slack=Recording())) == Tally(sent=1)

    sent = _only(store)
    assert (sent.state, sent.attempts, sent.external_id, sent.last_class) == (State.SENT, 1, "message-1", "sent")


def test_it_is_tried_again_later_with_the_same_words_and_key(store: Store) -> None:
    slack, clock = Recording(failures=[unheard(DeliveryDelayed)]), Clock()
    put(store)

    first = deliver_due(post(store, clock, slack=slack))
    too_soon = deliver_due(post(store, clock, slack=slack))
    clock.advance(seconds=2)
    second = deliver_due(post(store, clock, slack=slack))

    assert (first, too_soon, second) == (Tally(failed=1), Tally(), Tally(sent=1))
    assert len(set(slack.keys)) == 1
    assert "possible_repeat" in slack.taken[0]
    assert slack.taken[0]["possible_repeat"] is False


def test_news_of_an_incident_never_overtakes_what_came_before(store: Store) -> None:
    slack, clock = Recording(failures=[unheard(DeliveryDelayed)]), Clock()
    put(store, incident="i1", change=Change.OPENED)
    put(store, incident="i2", change=Change.OPENED)
    put(store, incident="i1", change=Change.WORSE)

    deliver_due(post(store, clock, slack=slack))
    clock.advance(minutes=1)
    deliver_due(post(store, clock, slack=slack))

    assert slack.headlines == ["i2 opened", "i1 opened", "i1 worse"]


def test_a_refused_notice_does_not_stop_what_follows(store: Store) -> None:
    slack = Recording(failures=[unheard(DeliveryRefused)])
    put(store, change=Change.OPENED)
    put(store, change=Change.WORSE)

    assert deliver_due(post(store, Clock(), slack=slack)) == Tally(sent=1, failed=1, dead=1)
    assert slack.headlines == ["i1 worse"]


def test_a_destination_that_asks_for_time_gets_it_for_all_its_alerts_also_after_a_restart(store: Store) -> None:
    slack, inbox, clock = (
        Recording(failures=[DeliveryDelayed("wait", NOON + timedelta(seconds=90))]),
        Recording(),
        Clock(),
    )
    for incident in ("i1", "i2", "i3"):
        put(store, "slack", "inbox", incident=incident)

    deliver_due(post(store, clock, slack=slack, inbox=inbox))
    clock.advance(seconds=89)
    deliver_due(post(store, clock, boot="here:2:second", slack=slack, inbox=inbox))
    assert (len(slack.keys), len(inbox.taken)) == (1, 3)

    clock.advance(seconds=4)
    deliver_due(post(store, clock, slack=slack, inbox=inbox))
    assert slack.headlines == ["i1 opened", "i2 opened", "i3 opened"]


def test_a_dead_destination_is_tried_five_times_and_then_left_alone_for_a_while(store: Store) -> None:
    slack, clock = Recording(failures=[unheard(DeliveryDelayed) for _ in range(20)]), Clock()
    for number in range(20):
        put(store, incident=f"i{number}")

    deliver_due(post(store, clock, slack=slack))

    assert len(slack.keys) == 5


def test_a_success_ends_the_count_of_failures(store: Store) -> None:
    slack, clock = Recording(failures=[unheard(DeliveryDelayed) for _ in range(4)]), Clock()
    for number in range(5):
        put(store, incident=f"i{number}")

    deliver_due(post(store, clock, slack=slack))

    with store.reading() as connection:
        assert holds.load(connection, "slack").failures == 0


def test_one_dead_destination_changes_nothing_for_the_others(store: Store) -> None:
    slack, inbox = Recording(failures=[unheard(DeliveryDelayed) for _ in range(99)]), Recording()
    for number in range(20):
        put(store, "slack", "inbox", incident=f"i{number}")

    deliver_due(post(store, Clock(), slack=slack, inbox=inbox))

    assert len(inbox.taken) == 20


def test_an_unclear_alert_is_sent_again_marked(store: Store) -> None:
    slack, clock = Recording(failures=[unheard(DeliveryUnclear)]), Clock()
    put(store, severity=Severity.CRITICAL)

    deliver_due(post(store, clock, slack=slack))
    clock.advance(seconds=2)
    deliver_due(post(store, clock, slack=slack))

    assert [alert["possible_repeat"] for alert in slack.taken] == [True]


def test_unclear_information_is_parked_and_stops_nothing(store: Store) -> None:
    slack = Recording(failures=[unheard(DeliveryUnclear)])
    put(store, severity=Severity.INFO, change=Change.OPENED)
    put(store, severity=Severity.INFO, change=Change.BETTER)

    assert deliver_due(post(store, Clock(), slack=slack)) == Tally(sent=1, failed=1, parked=1)
    assert slack.headlines == ["i1 better"]


def test_a_fault_of_ours_counts_as_unclear_and_is_logged_with_its_traceback(store: Store) -> None:
    put(store)

    with capture_logs() as logs:
        tally = deliver_due(post(store, Clock(), slack=Recording(failures=[KeyError("headline")])))

    assert tally == Tally(failed=1)
    assert [line["event"] for line in logs] == ["delivery_crashed", "delivery"]
    assert "please report" in str(_only(store).last_error)


def test_what_a_crashed_run_was_sending_is_sent_again_marked(store: Store) -> None:
    put(store)
    _claim(store, f"{socket.gethostname()}:{2**22 + 1}:crashed")  # beyond the largest process id
    slack = Recording()

    deliver_due(post(store, Clock(), boot=new_boot(), slack=slack))

    assert [alert["possible_repeat"] for alert in slack.taken] == [True]


def test_a_destination_that_knows_the_key_gets_it_unmarked_after_a_crash(store: Store) -> None:
    put(store, severity=Severity.INFO)
    first = _claim(store, f"{socket.gethostname()}:{2**22 + 1}:crashed")
    slack = Recording(again=Again.KEYED)

    deliver_due(post(store, Clock(), boot=new_boot(), slack=slack))

    assert slack.keys == [first.key]
    assert [alert["possible_repeat"] for alert in slack.taken] == [False]


def test_what_another_living_run_is_sending_is_left_to_it(store: Store) -> None:
    put(store, change=Change.OPENED)
    put(store, change=Change.WORSE)
    _claim(store, f"{socket.gethostname()}:{os.getppid()}:alive")
    slack = Recording()

    assert deliver_due(post(store, Clock(), boot=new_boot(), slack=slack)) == Tally()


def test_what_a_silent_run_elsewhere_was_sending_is_taken_up_when_its_lease_ends(store: Store) -> None:
    put(store)
    _claim(store, "elsewhere:1:silent")
    slack, clock = Recording(), Clock()

    clock.advance(seconds=179)
    assert deliver_due(post(store, clock, slack=slack)) == Tally()
    clock.advance(seconds=1)
    deliver_due(post(store, clock, slack=slack))

    assert [alert["possible_repeat"] for alert in slack.taken] == [True]


def test_a_run_that_lost_its_lease_does_not_overwrite_what_its_successor_did(store: Store) -> None:
    clock, successor = Clock(), Recording()
    put(store)

    class Slow(Recording):
        def deliver(self, alert, key, now):  # type: ignore[no-untyped-def]
            clock.advance(minutes=4)
            deliver_due(post(store, clock, boot="elsewhere:2:successor", slack=successor))
            return super().deliver(alert, key, now)

    with capture_logs() as logs:
        deliver_to(post(store, clock, slack=Slow()), "slack")

    assert len(successor.taken) == 1
    assert _only(store).attempts == 2
    assert "lost" in str(logs[-1].get("lease"))


def test_delivery_stops_between_two_alerts_when_asked(store: Store) -> None:
    slack = Recording()
    for number in range(3):
        put(store, incident=f"i{number}")

    deliver_to(post(store, Clock(), slack=slack), "slack", stopped=lambda: len(slack.taken) == 2)

    assert len(slack.taken) == 2


def test_a_broken_state_stops_delivery_before_anything_is_sent(store: Store) -> None:
    slack = Recording()
    put(store)
    with store.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE holds")

    with pytest.raises(StoreError):
        deliver_due(post(store, Clock(), slack=slack))

    assert slack.keys == []


def test_secrets_in_an_error_are_neither_kept_nor_logged(store: Store) -> None:
    put(store)
    careless = Recording(failures=[DeliveryDelayed("POST https://hooks.slack.com/services/T0/B0/hunter22 failed")])
    sender = post(store, Clock(), slack=careless)
    object.__setattr__(sender, "redact", lambda text: text.replace("hunter22", "[hidden]"))

    with capture_logs() as logs:
        deliver_due(sender)

    with store.reading() as connection:
        kept = f"{deliveries.listing(connection)} {holds.load_all(connection)}"
    assert "hunter22" not in f"{kept} {logs}"
    assert "[hidden]" in kept


@pytest.mark.parametrize("days", [-400, 0, 400])
def test_what_a_cycle_for_another_time_queued_is_sent_at_once_and_gets_its_whole_day(store: Store, days: int) -> None:
    put(store, now=NOON + timedelta(days=days))
    slack, clock = Recording(failures=[unheard(DeliveryDelayed)] * 200), Clock()

    while not slack.taken and _only(store).state is State.QUEUED:
        deliver_due(post(store, clock, slack=slack))
        clock.advance(minutes=15)

    assert timedelta(hours=23) < clock.now - NOON < timedelta(hours=25)
    assert _only(store).state is State.DEAD


def test_nothing_is_done_without_destinations(store: Store) -> None:
    put(store)

    assert deliver_due(post(store, Clock())) == Tally()
    assert _only(store).lease_owner is None
