"""Clicks come over a WebSocket that we open: each is kept before it is acknowledged, and a connection that ends is opened anew."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from daemon.answering import slack_socket
from daemon.answering.slack_socket import SlackSocket
from tests.slack_people import Sockets
from tests.slack_server import APP, APP_TOKEN, Slack, no


class Desk:
    """Takes payloads."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.sockets: Sockets | None = None
        self.acknowledged_before: list[int] = []
        self.changes = 0
        self._news = threading.Condition()

    def take(self, payload: Any) -> None:
        if self.sockets is not None:
            self.acknowledged_before.append(len(self.sockets.acknowledged))
        self.taken.append(payload)

    def changed(self) -> None:
        with self._news:
            self.changes += 1
            self._news.notify_all()

    def wait_for(self, socket: SlackSocket, *, connected: bool, changes: int = 0) -> None:
        with self._news:
            assert self._news.wait_for(lambda: socket.connected is connected and self.changes >= changes, 20)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_socket, "_FIRST_WAIT", 0.02)
    monkeypatch.setattr(slack_socket, "_LONGEST_WAIT", 0.1)
    monkeypatch.setattr(slack_socket, "_LOOK_SECONDS", 0.05)


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    with Sockets() as made:
        yield made


@pytest.fixture
def slack(sockets: Sockets) -> Iterator[Slack]:
    with Slack(socket=sockets.url) as made:
        yield made


@pytest.fixture
def desk(sockets: Sockets) -> Desk:
    made = Desk()
    made.sockets = sockets
    return made


@pytest.fixture
def socket(slack: Slack, desk: Desk) -> Iterator[SlackSocket]:
    made = SlackSocket("growth", APP_TOKEN, desk.take, desk.changed, slack.url)
    made.start()
    yield made
    made.stop()


def _click(**more: Any) -> dict[str, Any]:
    return {"type": "block_actions", "api_app_id": APP, **more}


def test_a_click_is_kept_and_then_acknowledged_by_its_envelope(
    socket: SlackSocket, sockets: Sockets, desk: Desk
) -> None:
    sockets.wait_for()

    took = sockets.bring(_click(n=1), "envelope-1")

    assert sockets.acknowledged == ["envelope-1"]
    assert desk.taken == [_click(n=1)]
    assert desk.acknowledged_before == [0]
    assert took < 3
    assert socket.connected


def test_when_slack_says_so_another_connection_is_opened(socket: SlackSocket, sockets: Sockets, desk: Desk) -> None:
    sockets.wait_for()
    sockets.say({"type": "disconnect", "reason": "refresh_requested"})
    sockets.wait_for(greeted=2)

    sockets.bring(_click(n=2))

    assert desk.taken == [_click(n=2)]


def test_a_connection_that_ends_is_told_and_opened_anew(socket: SlackSocket, sockets: Sockets, desk: Desk) -> None:
    sockets.wait_for()
    desk.wait_for(socket, connected=True)
    with capture_logs() as logs:
        sockets.end_all()
        sockets.wait_for(greeted=2)
        desk.wait_for(socket, connected=True)

    assert [entry["event"] for entry in logs][:2] == ["slack_socket_down", "slack_socket_up"]
    sockets.bring(_click(n=3))
    assert desk.taken == [_click(n=3)]


def test_a_refusal_is_told_without_the_token_and_tried_again(sockets: Sockets) -> None:
    desk = Desk()
    with capture_logs() as logs, Slack(socket=sockets.url) as slack:
        slack.script["apps.connections.open"] = [no("invalid_auth"), no("ratelimited"), no("internal_error")]
        socket = SlackSocket("growth", APP_TOKEN, desk.take, desk.changed, slack.url)
        slack.script["apps.connections.open"].pop(1)  # asked to wait for half a minute, it would
        socket.start()
        sockets.wait_for()
        socket.stop()

    told = [entry for entry in logs if entry["event"] == "slack_socket_down"]
    assert len(told) == 2
    assert "invalid_auth" in told[0]["reason"]
    assert APP_TOKEN not in str(logs)


@pytest.mark.parametrize(
    "url",
    ["ws://192.0.2.1/link", "http://127.0.0.1/", "wss://wss.slack.com.evil.example/", "", None],
)
def test_only_a_socket_of_slack_is_opened(url: Any) -> None:
    desk = Desk()
    with capture_logs() as logs, Slack(socket=url) as slack:
        socket = SlackSocket("growth", APP_TOKEN, desk.take, desk.changed, slack.url)
        socket.start()
        desk.wait_for(socket, connected=False, changes=1)
        socket.stop()

    assert "named a socket that is not Slack" in str(logs)


@pytest.mark.parametrize(
    "noise",
    [
        "",
        "{",
        "[]",
        "null",
        '{"type": 1}',
        '{"type": "interactive"}',
        '{"type": "interactive", "payload": []}',
        "[" * 9_000,
    ],
)
def test_noise_is_passed_over(socket: SlackSocket, sockets: Sockets, desk: Desk, noise: str) -> None:
    sockets.wait_for()
    sockets.say(noise)

    sockets.bring(_click(n=1))

    assert desk.taken == [_click(n=1)]
    assert sockets.greeted == 1


def test_another_apps_click_is_acknowledged_and_not_taken(socket: SlackSocket, sockets: Sockets, desk: Desk) -> None:
    sockets.wait_for()

    with capture_logs() as logs:
        sockets.bring({**_click(), "api_app_id": "A0OTHER"})

    assert desk.taken == []
    assert "slack_click_refused" in {entry["event"] for entry in logs}


def test_other_envelopes_are_acknowledged(socket: SlackSocket, sockets: Sockets, desk: Desk) -> None:
    sockets.wait_for()
    sockets.say({"type": "events_api", "envelope_id": "e7", "payload": {"event": {}}})

    sockets.bring(_click(), "e8")

    assert sockets.acknowledged == ["e7", "e8"]
    assert len(desk.taken) == 1
