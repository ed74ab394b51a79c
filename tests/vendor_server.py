"""A real HTTP server on this machine that answers as vendors' APIs do: reports, errors, and every kind of broken answer."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), strict_parsing=True).items()}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back. cut: fewer bytes come than are announced; lost: nothing comes; drip: one byte at a time, for ever."""

    status: int = 200
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    lost: bool = False
    drip: bool = False

    @property
    def raw(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


Vendor = Callable[[Asked], Answer]
HTML = "<!DOCTYPE html><html><body>Sign in to continue</body></html>"


class VendorServer:
    """Answers with `answers` in turn, the last one for ever; or as vendors under a path do."""

    def __init__(self, *answers: Answer, vendors: Mapping[str, Vendor] | None = None) -> None:
        self.asked: list[Asked] = []
        self._script = list(answers)
        self._vendors = dict(vendors or {})
        self._free = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._free.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            if self._script:
                return self._script.pop(0) if len(self._script) > 1 else self._script[0]
        for path, vendor in self._vendors.items():
            if asked.path.startswith(path):
                return vendor(asked)
        return Answer(status=404, body=HTML)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer_to, free = self._answer, self._free

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.reply()

            def do_POST(self) -> None:
                self.reply()

            def reply(self) -> None:
                parts = urlsplit(self.path)
                asked = Asked(
                    method=self.command,
                    path=parts.path,
                    query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(int(self.headers.get("content-length") or 0)),
                )
                answer = answer_to(asked)
                self.close_connection = True
                if answer.lost:
                    return
                try:
                    self.send(answer)
                except (BrokenPipeError, ConnectionResetError):
                    return  # whoever asked has had enough

            def send(self, answer: Answer) -> None:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer.raw) + (10 if answer.cut else 0)))
                self.end_headers()
                if answer.drip:
                    for byte in answer.raw:
                        self.wfile.write(bytes([byte]))
                        if free.wait(0.02):
                            return
                self.wfile.write(answer.raw)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler


# --- open-source analytics and monitoring


def plausible(asked: Asked) -> Answer:
    """Stats API v2: https://plausible.io/docs/stats-api"""
    if asked.headers.get("authorization") != "Bearer canary-key":
        return Answer(
            status=401, body={"error": "Invalid API key or site ID. Please make sure you're using a valid API key."}
        )
    question = asked.json
    first, last = (date.fromisoformat(day) for day in question["date_range"])
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    results = [
        {"metrics": [100 + i, 120 + i][: len(question["metrics"])], "dimensions": [day.isoformat(), channel]}
        for i, day in enumerate(days)
        for channel in ("Organic Search", "Direct")
    ]
    at = question.get("pagination", {"limit": 10_000, "offset": 0})
    assert isinstance(at["offset"], int)
    return Answer(body={"results": results[at["offset"] : at["offset"] + at["limit"]], "meta": {}, "query": question})


def matomo(asked: Asked) -> Answer:
    """Reporting API: https://developer.matomo.org/api-reference/reporting-api; errors come with status 200."""
    form = asked.form
    if form.get("token_auth") != "canary-token":
        said = "You must be logged in to access this functionality."
        return Answer(body={"result": "error", "message": said})
    assert (form["module"], form["format"], form["period"]) == ("API", "JSON", "day")
    first, last = (date.fromisoformat(day) for day in form["date"].split(","))
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    rows = [{"label": "Search Engines", "nb_visits": 40}, {"label": "Direct Entry", "nb_visits": 12}]
    return Answer(body={day.isoformat(): ([] if i == 0 else rows) for i, day in enumerate(days)})


def prometheus(asked: Asked) -> Answer:
    """https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries"""
    start, end, step = (int(asked.query[name]) for name in ("start", "end", "step"))
    if (end - start) / step > 11_000:
        said = "exceeded maximum resolution of 11,000 points per timeseries."
        return Answer(status=400, body={"status": "error", "errorType": "bad_data", "error": said})
    times = range(start, end + 1, step)
    result = [
        {"metric": {"route": route}, "values": [[t, "NaN" if t == start else f"{n}.5"] for t in times]}
        for route, n in (("checkout", 4), ("search", 7))
    ]
    return Answer(body={"status": "success", "data": {"resultType": "matrix", "result": result}})


def sheet(asked: Asked) -> Answer:
    """A published Google Sheet as CSV: sends on to another host of Google's."""
    if asked.path.endswith("/export"):
        assert "authorization" not in asked.headers
        return Answer(status=307, headers={"location": "/sheets/content?format=csv"}, body=HTML)
    return Answer(body=b'day,channel,calls\r\n2026-11-19,tv,12\r\n2026-11-20,tv,"1,204"\r\n,,\r\n')
