"""An HTTP API on this machine that answers as a test says: with rows, with an error, late, or never."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.process.watched import KEY, Row

NAMES = ("date", "channel", "sessions", "orders", "revenue")


@dataclass(kw_only=True)
class Api:
    """Days between two dates. status: what it answers with; open: None, or what has to be set before it answers."""

    rows: Sequence[Row]
    status: int = 200
    open: threading.Event | None = None
    asked: int = 0
    names: Sequence[str] = NAMES
    _server: ThreadingHTTPServer | None = None
    _port: int = 0
    _ending: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listen."""
        server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        server.daemon_threads, server.block_on_close = True, False
        self._server, self._port = server, server.server_port
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on; the address stays its own."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def let_go(self) -> None:
        """Answer what is waiting, and from now on at once."""
        if self.open is not None:
            self.open.set()
            self.open = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ending.set()
        self.let_go()
        self.stop()

    def answer(self, path: str, key: str | None) -> tuple[int, Any]:
        """What goes back."""
        self.asked += 1
        if (waiting := self.open) is not None:
            waiting.wait()
        if key != f"Bearer {KEY}":
            return 401, {"error": "who are you?"}
        if self.status != 200:
            return self.status, {"error": "maintenance"}
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        found = [dict(zip(self.names, row, strict=True)) for row in self.rows if asked["from"] <= row[0] <= asked["to"]]
        return 200, {"data": found}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, answer = api.answer(self.path, self.headers.get("Authorization"))
                if api._ending.is_set():
                    return
                body = json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except (BrokenPipeError, ConnectionResetError):
                    return  # whoever asked has given up

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
