"""The inbox over HTTP."""

import asyncio
from typing import Any

import httpx
from starlette.applications import Starlette

from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.console.app import console
from tests.builders_alerts import LONDON, checkout_failing


def _get(app: Starlette, path: str = "/") -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_the_inbox_shows_what_is_there_at_each_visit() -> None:
    sent: list[Alert] = []
    app = console(lambda: sent, LONDON, draw=lambda spec: None)

    assert "All quiet." in _get(app).text
    sent.append(compose(checkout_failing()))
    assert "all paid channels" in _get(app).text


def test_the_page_may_load_and_run_nothing() -> None:
    answer = _get(console(list, LONDON, draw=lambda spec: None))

    assert answer.headers["content-security-policy"].startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_health_answers() -> None:
    assert _get(console(list, LONDON), "/healthz").text == "ok\n"


def test_a_picture_is_drawn_once() -> None:
    drawn: list[dict[str, Any]] = []

    def draw(spec: dict[str, Any]) -> str:
        drawn.append(spec)
        return "<svg/>"

    app = console(lambda: [compose(checkout_failing())], LONDON, draw=draw)
    _get(app)
    _get(app)

    assert len(drawn) == 2  # light and dark
