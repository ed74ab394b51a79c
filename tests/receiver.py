"""A real HTTP server on this machine that answers as Slack's webhooks do, or as a test says."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Request:
    """What came in."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]  # empty where it is no JSON
    content: bytes = b""

    @property
    def words(self) -> str:
        """Everything in it that people read."""
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back; `lost`: the request is read, and the connection closed without a word."""

    status: int = 200
    text: str = "ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    lost: bool = False


OK = Answer()


class Receiver:
    """Answers with `answers` in turn, then with `ok`; or with whatever `answer` says."""

    def __init__(self, *answers: Answer, answer: Callable[[Request], Answer] | None = None) -> None:
        self.requests: list[Request] = []
        self._script = list(answers)
        self._answer = answer
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/services/T0CANARY/B0CANARY/canarysecretcanarysecret"

    def wait_for(self, count: int, seconds: float = 10.0) -> None:
        """Return once so many requests have come.

        Raises:
            TimeoutError: they did not come in time.
        """
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.requests) >= count, seconds):
                raise TimeoutError(f"{len(self.requests)} of {count} requests came within {seconds} s")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _take(self, request: Request) -> Answer:
        with self._arrived:
            self.requests.append(request)
            scripted = self._script.pop(0) if self._script else None
            self._arrived.notify_all()
        return scripted or (self._answer(request) if self._answer else OK)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                body = self.rfile.read(length)
                if len(body) < length:
                    return  # the sender was killed
                is_json = self.headers["content-type"] == "application/json"
                found = json.loads(body) if is_json else {}
                answer = take(Request(path=self.path, headers=dict(self.headers), body=found, content=body))
                self.close_connection = True
                if answer.lost:
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer.text.encode())))
                self.end_headers()
                try:
                    self.wfile.write(answer.text.encode())
                except (BrokenPipeError, ConnectionResetError):
                    return  # the sender was killed

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler
