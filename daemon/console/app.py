"""Serves the inbox. It is handed the messages and knows nothing of the store behind them."""

from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from daemon.alerts import picture
from daemon.alerts.alert import Alert
from daemon.console.page import Draw, page, policy

_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def console(alerts: Callable[[], Sequence[Alert]], zone: ZoneInfo, *, draw: Draw | None = None) -> Starlette:
    """The application: `/` is the inbox, `/healthz` says that it answers. `alerts` is asked at each visit."""
    drawing = _remembered(draw or _drawn)

    def inbox(_: Request) -> Response:
        return HTMLResponse(
            page(alerts(), zone, draw=drawing), headers={**_HEADERS, "Content-Security-Policy": policy()}
        )

    def health(_: Request) -> Response:
        return PlainTextResponse("ok\n", headers=_HEADERS)

    return Starlette(routes=[Route("/", inbox), Route("/healthz", health)])


def _drawn(spec: dict[str, Any]) -> str | None:
    """A picture that cannot be drawn must not take the page with it: the text shows the same."""
    try:
        return picture.svg(spec)
    except ValueError:
        return None


def _remembered(draw: Draw, most: int = 400) -> Draw:
    """Draws each picture once; a sent message never changes."""
    known: dict[str, str | None] = {}

    def remembered(spec: dict[str, Any]) -> str | None:
        key = repr(spec)
        if key not in known:
            if len(known) >= most:
                known.pop(next(iter(known)))
            known[key] = draw(spec)
        return known[key]

    return remembered
