"""A shop whose numbers lie where companies keep them: days in PostgreSQL, hours behind an HTTP API, weeks in a file."""

import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

FIRST = date(2025, 9, 1)
LAST = date(2026, 4, 5)
_SESSIONS = {"paid_search": 4000, "email": 2500}
_WEEK = (1.0, 1.02, 1.0, 0.98, 1.05, 0.9, 0.85)
_CONVERSION = 0.06
_PAGE = 500


@dataclass(frozen=True, kw_only=True)
class Fall:
    """A channel's orders are down to a part of themselves on some days."""

    channel: str
    first: date
    last: date
    left: float

    def at(self, day: date, channel: str) -> float:
        """What is left of a channel's orders on a day."""
        return self.left if channel == self.channel and self.first <= day <= self.last else 1.0


def days(*falls: Fall) -> Iterator[tuple[date, str, int, int, float]]:
    """Day, channel, sessions, orders, revenue."""
    for back in range((LAST - FIRST).days):
        day = FIRST + timedelta(days=back)
        for channel, usual in _SESSIONS.items():
            chance = random.Random(f"{day} {channel}")
            sessions = round(usual * _WEEK[day.weekday()] * chance.gauss(1, 0.02))
            left = min((f.at(day, channel) for f in falls), default=1.0)
            orders = round(sessions * _CONVERSION * chance.gauss(1, 0.02) * left)
            yield day, channel, sessions, orders, round(orders * 50 * chance.gauss(1, 0.01), 2)


def hours(*falls: Fall) -> dict[str, dict[str, Any]]:
    """Hour, as the shop's clock shows it -> what the site counted; the same days, with nights."""
    totals: dict[date, list[float]] = {}
    for day, _, sessions, orders, _ in days(*falls):
        total = totals.setdefault(day, [0.0, 0.0])
        total[0] += sessions
        total[1] += orders
    shape = [0.2 if hour < 6 else 1.0 if hour < 18 else 1.3 for hour in range(24)]
    found = {}
    for day, (of_sessions, of_orders) in totals.items():
        for hour in range(24):
            chance = random.Random(f"{day} {hour}")
            part = shape[hour] / sum(shape)
            start = f"{day}T{hour:02}:00:00"
            found[start] = {
                "hour": start,
                "sessions": round(of_sessions * part * chance.gauss(1, 0.03)),
                "orders": round(of_orders * part * chance.gauss(1, 0.05)),
            }
    return found


def write_stores(folder: Path) -> None:
    """The stores' weeks as a file."""
    folder.mkdir(exist_ok=True)
    lines = ["week,footfall,store_revenue"]
    for number in range((LAST - FIRST).days // 7):
        monday = FIRST + timedelta(days=7 * number)
        chance = random.Random(f"stores {monday}")
        lines.append(f"{monday},{round(9000 * chance.gauss(1, 0.02))},{round(60000 * chance.gauss(1, 0.02))}")
    (folder / "stores_weekly.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@dataclass(kw_only=True)
class Api:
    """An API on this machine: pages of hours between two instants, for those who know its key."""

    key: str
    hours: dict[str, dict[str, Any]]
    down: bool = False
    asked: int = 0
    _server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def _answer(self, path: str, key: str | None) -> tuple[int, dict[str, Any]]:
        self.asked += 1
        if self.down:
            return 503, {"error": "maintenance"}
        if key != f"Bearer {self.key}":
            return 401, {"error": "who are you?"}
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        found = [row for start, row in self.hours.items() if asked["from"] <= start < asked["to"]]
        page = int(asked["page"])
        return 200, {"data": found[(page - 1) * _PAGE : page * _PAGE]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, answer = api._answer(self.path, self.headers.get("Authorization"))
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
