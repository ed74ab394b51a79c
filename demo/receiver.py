"""A Slack-like webhook on this machine: it fails now and then, as Slack does, so that the outbox has something to do."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

# What the first requests get: busy, then broken; afterwards everything is taken.
_SCRIPT: tuple[tuple[int, dict[str, str], str], ...] = (
    (429, {"Retry-After": "1"}, "rate_limited"),
    (503, {}, "service_unavailable"),
)


class Receiver:
    """Takes webhooks while used as a context; `messages` holds what it accepted, oldest first."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.refused = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """Where to post."""
        return f"http://127.0.0.1:{self._server.server_port}/services/T0DEMO/B0DEMO/local"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, text = receiver._take(body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Keep the terminal for the alerts."""

        return Handler

    def _take(self, body: bytes) -> tuple[int, dict[str, str], str]:
        if self.refused < len(_SCRIPT):
            self.refused += 1
            return _SCRIPT[self.refused - 1]
        message = json.loads(body)
        if not message.get("text"):
            return 400, {}, "no_text"
        self.messages.append(message)
        return 200, {}, "ok"
