"""The service's addresses for monitoring: /healthz, /readyz and /metrics. They show no secret, and change nothing.

healthz: it makes progress, by the same proof as systemd's watchdog. readyz: it also can write its state.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import structlog

from config.upkeep import Web
from daemon import listening
from daemon.errors import ChannelwatchError, WrongUsage
from daemon.vitals import Vitals

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from daemon.app import App

log = structlog.get_logger(__name__)

_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class Service(Protocol):
    """A configuration at work."""

    @property
    def app(self) -> "App":
        """Its settings and its state."""

    def stuck(self) -> str | None:
        """What stands still; None: everything makes progress."""


def start_web(web: Web, service: Callable[[], Service], vitals: Vitals) -> Callable[[], None]:
    """Listen, in a thread of its own; returns what stops it. Nothing is done, and little loaded, without a port.

    service: asked at each visit, since a new configuration may be at work by then.

    Raises:
        WrongUsage: the address cannot be used.
    """
    if web.port is None:
        return lambda: None
    stop = listening.start(web.host, web.port, application(service, vitals), name="monitoring", section="upkeep.web")
    log.info("web", host=web.host, port=web.port)
    return stop


class Monitoring:
    """The addresses as the configuration of the day wants them."""

    def __init__(self, service: Callable[[], Service], vitals: Vitals) -> None:
        self._service, self._vitals = service, vitals
        self._web: Web | None = None
        self._stop: Callable[[], None] = lambda: None

    def listen(self, web: Web) -> None:
        """Listen there, and no longer elsewhere. An address that cannot be used is told; the service goes on without it."""
        if web == self._web:
            return
        self._stop()
        self._web, self._stop = web, lambda: None
        try:
            self._stop = start_web(web, self._service, self._vitals)
        except WrongUsage as error:
            log.error("no_monitoring", reason=str(error))

    def stop(self) -> None:
        """Listen no more."""
        self._stop()


def application(service: Callable[[], Service], vitals: Vitals) -> "Starlette":
    """The three addresses."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    from daemon.metrics import exposition

    def answer(trouble: str | None) -> Response:
        return PlainTextResponse(f"{trouble or 'ok'}\n", 503 if trouble else 200, headers=_HEADERS)

    def healthz(_: Request) -> Response:
        return answer(_not_alive(service()))

    def readyz(_: Request) -> Response:
        return answer(_not_alive(service()) or _not_writable(service()))

    def metrics(_: Request) -> Response:
        try:
            text, kind = exposition(service().app, vitals, stuck=service().stuck() is not None)
        except ChannelwatchError as error:
            return answer(service().app.redact(str(error)))
        return Response(text, media_type=kind, headers=_HEADERS)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])


def _not_alive(service: Service) -> str | None:
    stuck = service.stuck()
    return f"{stuck} stands still" if stuck else None


def _not_writable(service: Service) -> str | None:
    try:
        with service.app.store.transaction():
            return None
    except ChannelwatchError as error:
        return service.app.redact(str(error))
