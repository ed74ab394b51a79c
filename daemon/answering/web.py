"""The addresses that people and Slack answer at. A GET or HEAD changes nothing, ever: mail scanners and previews follow links.

- `/a/TOKEN`: the page behind a link; a POST of its form acts, and leads back to the page, which says what was done
- `/slack`: clicks on Slack's buttons, by signed requests
"""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, unquote, urlsplit

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from config.answering import Answering
from config.destinations.slack import Slack
from daemon.answering import links, page
from daemon.answering.offering import PAGE
from daemon.answering.slack_clicks import payload_of
from daemon.answering.slack_desk import Service, SlackDesk
from daemon.answering.slack_signature import headers_of, signed_by
from daemon.app import App, utc_now
from daemon.controls import LONGEST_NAME, on_one_line
from daemon.errors import ChannelwatchError

log = structlog.get_logger(__name__)

_LARGEST_FORM = 16_384
# A click comes with the message in which the button stands.
_LARGEST_CLICK = 262_144
_BODY_SECONDS = 10.0
# What is not ours: so many a minute are answered with a page and a line of the log, more with a bare refusal.
_REFUSALS_A_MINUTE = 60
_COOKIE, _COOKIE_SECONDS = "name", 365 * 86_400
_HEADERS = {
    "Content-Security-Policy": page.policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

Clock = Callable[[], datetime]


def application(service: Callable[[], Service], desk: SlackDesk, clock: Clock = utc_now) -> Starlette:
    """The addresses, for the configuration that is at work when somebody comes."""
    refusals = _Refusals()

    async def link(request: Request) -> Response:
        token = str(request.path_params["token"])
        try:
            if request.method == "POST":
                body = await _body(request, _LARGEST_FORM)
                answer = await run_in_threadpool(links.take, service().app, token, body, clock())
            else:
                answer = await run_in_threadpool(links.show, service().app, token, _name(request), clock())
        except _NotRead as error:
            return _plain(str(error), 413)
        except ChannelwatchError as error:
            log.error("answer_not_kept", reason=service().app.redact(str(error)))
            return _page(page.note_page("Not now", "The state cannot be read or written. Please try again."), 503)
        if answer.queued:
            service().deliver_now()
        if answer.forged and not refusals.another():
            return _plain("too many links that are not ours", 429)
        if answer.done:
            back = RedirectResponse(token, 303, headers=_HEADERS)
            return _remembering(back, answer.who, service().app.settings.answering)
        return _page(answer.html, answer.status)

    async def slack(request: Request) -> Response:
        try:
            body = await _body(request, _LARGEST_CLICK)
        except _NotRead as error:
            return _plain(str(error), 413)
        by = signed_by(headers_of(request.headers.items()), body, _signing_secrets(service().app), clock())
        if not by:
            if refusals.another():
                log.warning("slack_request_refused", todo="is signing_secret the app's, and the clock right?")
            return _plain("this request is not signed by Slack", 401)
        await run_in_threadpool(desk.take, payload_of(body), by)
        return Response(headers=_HEADERS)

    async def root(_: Request) -> Response:
        return _page(page.note_page(page.ROOT, "Open one of the links in a message."), 200)

    async def failed(_: Request, error: Exception) -> Response:
        log.error("answering_crashed", exc_info=error)
        return _plain("that did not work; the log says why", 500)

    found = Starlette(
        routes=[
            Route("/", root),
            Route(f"/{PAGE}/{{token}}", link, methods=["GET", "POST"]),
            Route("/slack", slack, methods=["POST"]),
        ],
        exception_handlers={404: _nothing_here, 405: _not_that_way, Exception: failed},
    )
    found.router.redirect_slashes = False  # it would send a link on to whatever host was asked for, without https
    return found


class _NotRead(Exception):
    """The body of a request cannot be taken."""


async def _body(request: Request, most: int) -> bytes:
    """The body, as far as it is not too large, and comes soon enough."""
    found = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                found += part
                if len(found) > most:
                    raise _NotRead("that is too large")
    except (TimeoutError, ClientDisconnect):
        raise _NotRead("that did not come as a whole") from None
    return bytes(found)


class _Refusals:
    """Counts what is not ours, so that guessing costs nothing but the guesser's time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute, self._count = -1, 0

    def another(self) -> bool:
        """Count one; False where there were too many in this minute."""
        with self._lock:
            minute = int(time.monotonic() // 60)
            if minute != self._minute:
                self._minute, self._count = minute, 0
            self._count += 1
            return self._count <= _REFUSALS_A_MINUTE


def _signing_secrets(app: App) -> dict[str, str]:
    """Destination -> what Slack signs its clicks with."""
    return {
        name: of.signing_secret.get_secret_value().strip()
        for name, of in app.settings.destinations.items()
        if isinstance(of, Slack) and of.signing_secret is not None
    }


def _name(request: Request) -> str:
    """Who last answered from this browser, as far as anybody may be called so."""
    try:
        cookie = SimpleCookie(request.headers.get("cookie", "")).get(_COOKIE)
    except CookieError:
        return ""
    return on_one_line(unquote(cookie.value, errors="replace"))[:LONGEST_NAME] if cookie else ""


def _remembering(response: Response, who: str, answering: Answering | None) -> Response:
    parts = urlsplit(answering.url if answering else "")
    response.set_cookie(
        _COOKIE,
        quote(who, safe=""),
        max_age=_COOKIE_SECONDS,
        path=parts.path or "/",
        secure=parts.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


def _page(html: str, status: int) -> Response:
    return HTMLResponse(html, status, headers=_HEADERS)


def _plain(words: str, status: int) -> Response:
    return PlainTextResponse(f"{words}\n", status, headers=_HEADERS)


async def _nothing_here(_: Request, __: Exception) -> Response:
    return _plain("there is nothing here", 404)


async def _not_that_way(_: Request, __: Exception) -> Response:
    return _plain("not that way", 405)
