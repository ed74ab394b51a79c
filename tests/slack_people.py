"""People who press buttons in the Slack of tests/slack_server.py: what Slack sends then, signed, or by its sockets."""

import hmac
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from tests.slack_server import APP, CHANNEL

SIGNING_SECRET = "canary8f742231b10e8888abcd99yyyzzz"


def pressed(
    message: Mapping[str, Any], action: str, option: str = "", who: str = "ana", at: float = 1.0, channel: str = CHANNEL
) -> dict[str, Any]:
    """The payload of one press in a message; `at` tells presses apart."""
    (row,) = (block for block in message["blocks"] if block["type"] == "actions")
    (element,) = (e for e in row["elements"] if e["action_id"] == action)
    chosen = {"selected_option": {"value": option}} if option else {"value": element.get("value")}
    assert not option or option in {o["value"] for o in element["options"]}
    return {
        "type": "block_actions",
        "api_app_id": APP,
        "team": {"id": "T0ACME", "domain": "acme"},
        "user": {"id": f"U0{who.upper()}", "username": who, "name": who, "team_id": "T0ACME"},
        "channel": {"id": channel, "name": "growth"},
        "response_url": "https://hooks.slack.com/actions/T0ACME/1/abc",
        "message": dict(message),
        "actions": [
            {
                "type": element["type"],
                "action_id": action,
                "block_id": row["block_id"],
                "action_ts": f"{at:.6f}",
                **chosen,
            }
        ],
    }


def signed(payload: Any, at: float, secret: str = SIGNING_SECRET) -> tuple[bytes, dict[str, str]]:
    """A request as Slack sends it: body and headers."""
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return body, headers(body, str(int(at)), secret)


def headers(body: bytes, at: str, secret: str = SIGNING_SECRET) -> dict[str, str]:
    mark = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, "sha256").hexdigest()
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": at,
        "x-slack-signature": f"v0={mark}",
    }


@dataclass
class Sockets:
    """Slack's end of Socket Mode: greets whoever connects, and brings clicks."""

    app: str = APP
    acknowledged: list[str] = field(default_factory=list)
    greeted: int = 0

    def __enter__(self) -> Self:
        self._open: list[ServerConnection] = []
        self._news = threading.Condition()
        self._server: Server = serve(self._connected, "127.0.0.1", 0, ping_interval=None)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_all()
        self._server.shutdown()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/link/?ticket=canarysecret"

    def wait_for(self, greeted: int = 1, seconds: float = 20.0) -> None:
        """Return once so many connections have begun."""
        with self._news:
            assert self._news.wait_for(lambda: self.greeted >= greeted and self._open, seconds), "nobody connected"

    def bring(self, payload: Any, name: str = "e1", seconds: float = 20.0) -> float:
        """Send a click, and wait until it is acknowledged; how long that took."""
        began, known = time.monotonic(), len(self.acknowledged)
        self.say({"type": "interactive", "envelope_id": name, "payload": payload})
        with self._news:
            assert self._news.wait_for(lambda: name in self.acknowledged[known:], seconds), "it was not acknowledged"
        return time.monotonic() - began

    def say(self, message: Any) -> None:
        """Send anything to the newest connection."""
        self._open[-1].send(message if isinstance(message, str) else json.dumps(message))

    def end_all(self) -> None:
        """End every connection, as a network does."""
        for connection in list(self._open):
            connection.close()

    def _connected(self, connection: ServerConnection) -> None:
        hello = {"type": "hello", "connection_info": {"app_id": self.app}, "num_connections": 1}
        connection.send(json.dumps(hello))
        with self._news:
            self._open.append(connection)
            self.greeted += 1
            self._news.notify_all()
        try:
            for answer in connection:
                with self._news:
                    self.acknowledged.append(json.loads(answer)["envelope_id"])
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        finally:
            with self._news:
                self._open.remove(connection)
