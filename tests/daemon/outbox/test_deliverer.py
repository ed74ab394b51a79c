"""The daemon's threads, against a real server."""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from config.outputs import Inbox
from daemon.destinations import Context, Destination
from daemon.destinations.build import build
from daemon.destinations.pace import Pace
from daemon.destinations.slack_webhook import connect
from daemon.http_client import Timeouts, post_json
from daemon.outbox import Deliverer, Policy, Post, desk, new_boot
from daemon.store import Store, open_store
from daemon.store.deliveries import State
from tests.daemon.outbox.builders import Recording, put
from tests.receiver import Answer, Receiver

# Far ahead of every test's end: nothing may depend on the thread's own rounds of 5 s.
SECONDS = 4.0


class Told(Recording):
    """Lets a test wait for what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self._arrived = threading.Condition()

    def deliver(self, alert, key, now):  # type: ignore[no-untyped-def]
        receipt = super().deliver(alert, key, now)
        with self._arrived:
            self._arrived.notify_all()
        return receipt

    def wait_for(self, count: int) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.taken) >= count, SECONDS), (
                f"{len(self.taken)} of {count} arrived"
            )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store("sqlite:///state.db", tmp_path)


def _slack(url: str) -> Destination:
    return connect("slack", SecretStr(url), Pace(0))


def _deliverer(store: Store, **destinations: Destination) -> Deliverer:
    return Deliverer(Post(store=store, destinations=destinations, boot=new_boot(), uniform=lambda least, _: least))


def _put(store: Store, *destinations: str, incident: str) -> None:
    """By the real clock, as the threads go."""
    put(store, *destinations, incident=incident, now=datetime.now(UTC))


def _until(done: Callable[[], bool]) -> None:
    pause, ends = threading.Event(), SECONDS
    while not done():
        pause.wait(0.005)
        ends -= 0.005
        assert ends > 0


def test_what_is_queued_is_sent_as_soon_as_it_is_woken(store: Store) -> None:
    with Receiver() as receiver:
        deliverer = _deliverer(store, slack=_slack(receiver.url))
        deliverer.start()
        _put(store, "slack", incident="i1")
        deliverer.wake()
        receiver.wait_for(1, SECONDS)
        assert deliverer.stop()

    assert [d.state for d in desk.overview(store, states=State).deliveries] == [State.SENT]


def test_what_fails_is_tried_again_without_being_woken(store: Store) -> None:
    with Receiver(Answer(status=503), Answer(status=503), Answer(status=429, headers={"retry-after": "0"})) as receiver:
        deliverer = _deliverer(store, slack=_slack(receiver.url))
        _put(store, "slack", incident="i1")
        deliverer.start()
        receiver.wait_for(4, SECONDS)
        assert deliverer.stop()

    assert len({request.words for request in receiver.requests}) == 1


def test_a_destination_that_never_answers_delays_no_other(store: Store) -> None:
    inbox = Told()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        deliverer = _deliverer(store, slack=_slack(f"http://127.0.0.1:{silent.getsockname()[1]}/"), inbox=inbox)
        for number in range(20):
            _put(store, "slack", "inbox", incident=f"i{number}")
        deliverer.start()
        inbox.wait_for(20)
        assert not deliverer.stop(timeout_seconds=0)
    assert deliverer.stop(SECONDS)

    assert len(desk.overview(store, destination="slack").deliveries) == 20


def test_stopping_finishes_the_attempt_under_way_and_leaves_the_rest_queued(store: Store) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    class Slow(Recording):
        def deliver(self, alert, key, now):  # type: ignore[no-untyped-def]
            arrived.set()
            assert go_on.wait(SECONDS)
            return super().deliver(alert, key, now)

    deliverer = _deliverer(store, slack=Slow())
    for number in range(3):
        _put(store, "slack", incident=f"i{number}")
    deliverer.start()
    assert arrived.wait(SECONDS)

    assert not deliverer.stop(timeout_seconds=0)
    go_on.set()
    assert deliverer.stop(SECONDS)
    assert sorted(d.state for d in desk.overview(store, states=State).deliveries) == [
        State.QUEUED,
        State.QUEUED,
        State.SENT,
    ]


def test_a_state_that_is_locked_for_a_while_ends_no_thread(tmp_path: Path) -> None:
    store, inbox = open_store("sqlite:///state.db", tmp_path, busy_timeout_seconds=0.01), Told()
    deliverer = _deliverer(store, inbox=inbox)
    _put(store, "inbox", incident="i1")

    with store.transaction(), capture_logs() as logs:
        deliverer.start()
        _until(lambda: any(line["event"] == "delivery_round_failed" for line in logs))
    deliverer.wake()
    inbox.wait_for(1)

    assert deliverer.stop()


def test_a_watchdog_can_see_that_every_thread_gets_on(store: Store) -> None:
    deliverer = _deliverer(store, inbox=Told(), slack=Told())
    before = time.monotonic()
    deliverer.start()

    _until(lambda: all(time.monotonic() - s > before for s in deliverer.silent_seconds().values()))

    assert deliverer.stop()


def test_a_long_attempt_gets_on_with_each_of_its_requests(store: Store) -> None:
    marks: list[float] = []

    class Slow(Recording):
        def deliver(self, alert, key, now):  # type: ignore[no-untyped-def]
            for _ in range(3):
                with Receiver() as receiver:
                    post_json(receiver.url, {})
                marks.append(time.monotonic() - deliverer.silent_seconds()["slack"])
            return super().deliver(alert, key, now)

    slack = Slow()
    deliverer = _deliverer(store, slack=slack)
    _put(store, "slack", incident="i1")
    deliverer.start()
    _until(lambda: len(slack.taken) == 1)
    assert deliverer.stop()

    assert marks == sorted(set(marks)), "each request was a step"


def test_a_deliverer_that_never_started_can_be_stopped(store: Store) -> None:
    assert _deliverer(store, inbox=Told()).stop()


def test_a_whole_configuration_delivers_side_by_side(store: Store) -> None:
    page = build("page", Inbox(kind="inbox"), Context(store=store))
    with Receiver() as receiver:
        deliverer = _deliverer(store, slack=_slack(receiver.url), page=page)
        for number in range(10):
            _put(store, "slack", "page", incident=f"i{number}")
        deliverer.start()
        _until(lambda: not desk.overview(store).deliveries)
        assert deliverer.stop()

    assert [f"i{n} opened" in request.words for n, request in enumerate(receiver.requests)] == [True] * 10


def test_a_lease_outlives_the_longest_attempt() -> None:
    """Two requests, each with its pause before and all of its timeouts."""
    assert Policy().lease > timedelta(seconds=2 * (1 + sum(astuple(Timeouts()))))
