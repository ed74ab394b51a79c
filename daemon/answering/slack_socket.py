"""Slack's Socket Mode: clicks come over a WebSocket that we open, so that no address of ours has to be reached from outside.

Reference: https://docs.slack.dev/apis/events-api/using-socket-mode. Slack ends each connection after some hours and says so
before; another one is opened then. An envelope that nobody acknowledges in time comes again.
"""

import json
import random
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog

from daemon.destinations import slack_api
from daemon.destinations.slack_api import Api, SlackRefused
from daemon.errors import DeliveryError, DeliveryRefused
from daemon.respite import until

log = structlog.get_logger(__name__)

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
# After this Slack was well: the next trouble is a new one.
_STEADY_SECONDS = 60.0
# How often it is asked whether to stop.
_LOOK_SECONDS = 1.0
_PING_SECONDS = 20.0
# A click comes with the message in which the button stands.
_LARGEST_MESSAGE = 1_000_000
_SLACK = re.compile(r"wss://([a-z0-9-]+\.)+slack(-gov)?\.com(/|\?).*")
_STAND_IN = re.compile(r"ws://(127\.0\.0\.1|localhost)(:\d+)?/.*")

Take = Callable[[Any], None]


class SlackSocket:
    """Hears the clicks of one app, from `start` until `stop`. take: is given each payload, and keeps it before it returns."""

    def __init__(
        self, name: str, token: str, take: Take, changed: Callable[[], None], endpoint: str | None = None
    ) -> None:
        """`name` is that of a destination of the app; `changed` is called when `connected` does; another endpoint is a test's."""
        self._name, self._take, self._changed = name, take, changed
        self._api = Api(name=name, token=token, endpoint=endpoint or slack_api.ENDPOINT)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"slack-socket-{name}", daemon=True)
        self._app = ""  # its id, as Slack says it
        self.connected = False

    def start(self) -> None:
        """Begin to hear."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 5.0) -> None:
        """Hear no more."""
        self._stopping.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        attempts = 0
        while not self._stopping.is_set():
            began, wait = time.monotonic(), 0.0
            try:
                self._hear()
                reason = ""  # Slack asked to connect anew
            except DeliveryError as error:
                reason = str(error)
                if error.wait is not None:
                    now = datetime.now(UTC)
                    wait = (until(error.wait, now) - now).total_seconds()
                if isinstance(error, DeliveryRefused):
                    wait = _LONGEST_WAIT
            except Exception as error:  # noqa: BLE001 - whatever ends the connection, another one is opened
                reason = f'Slack destination "{self._name}": the socket ended ({type(error).__name__})'
            steady = self.connected and time.monotonic() - began > _STEADY_SECONDS
            attempts = 0 if steady or not reason else attempts + 1
            if reason and not self._stopping.is_set():
                log.warning("slack_socket_down", destination=self._name, reason=reason, attempts=attempts)
            self._is_up(False)
            longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempts, 10))
            self._stopping.wait(max(wait, random.uniform(_FIRST_WAIT / 2, longest)))

    def _hear(self) -> None:
        """One connection, until Slack wants another one, or we stop."""
        from websockets.sync.client import connect  # only those who use it need it

        with connect(
            address(self._api),
            open_timeout=10,
            close_timeout=2,
            ping_interval=_PING_SECONDS,
            ping_timeout=_PING_SECONDS,
            max_size=_LARGEST_MESSAGE,
            proxy=None,
            user_agent_header="channelwatch",
        ) as socket:
            while not self._stopping.is_set():
                try:
                    message = socket.recv(timeout=_LOOK_SECONDS)
                except TimeoutError:
                    continue
                envelope = _read(message)
                if envelope.get("type") == "disconnect":
                    return
                if (answer := self._heard(envelope)) is not None:
                    socket.send(answer)

    def _is_up(self, connected: bool) -> None:
        self.connected = connected
        self._changed()

    def _heard(self, envelope: dict[str, Any]) -> str | None:
        """What to answer to an envelope; what it holds is kept by then."""
        if envelope.get("type") == "hello":
            info = envelope.get("connection_info")
            self._app = str(info.get("app_id") or "") if isinstance(info, dict) else ""
            self._is_up(True)
            log.info("slack_socket_up", destination=self._name)
            return None
        payload = envelope.get("payload")
        if envelope.get("type") == "interactive" and isinstance(payload, dict):
            if self._app and payload.get("api_app_id") != self._app:
                log.warning("slack_click_refused", destination=self._name, reason="it is another app's")
            else:
                self._take(payload)
        name = envelope.get("envelope_id")
        return json.dumps({"envelope_id": name}) if isinstance(name, str) else None


def address(api: Api) -> str:
    """Where Slack wants an app to connect, for a short while.

    Raises:
        DeliveryRefused: the token may not, or it is not Slack who answers.
        DeliveryError: nobody answers now.
    """
    try:
        said = api.call("apps.connections.open", form={})
    except SlackRefused as error:
        shown = f" ({error.word})" if error.word else ""
        remedy = "is app_token the App-Level Token, with connections:write, and Socket Mode on? docs/answering.md"
        raise DeliveryRefused(f'Slack destination "{api.name}" opens no socket{shown}: {remedy}') from error
    url = str(said.get("url"))
    allowed = _STAND_IN if api.endpoint.startswith("http://") else _SLACK
    if not allowed.fullmatch(url):
        raise DeliveryRefused(f'Slack destination "{api.name}" named a socket that is not Slack\'s')
    return url


def _read(message: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
