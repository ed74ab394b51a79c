"""Hears answers as the configuration of the day wants it: at an address, over sockets, or not at all."""

from collections.abc import Callable

import structlog

from config.answering import Answering
from config.destinations.slack import Slack
from config.settings import Settings
from daemon import listening
from daemon.answering.slack_desk import Service, SlackDesk
from daemon.answering.slack_socket import SlackSocket
from daemon.errors import WrongUsage
from daemon.vitals import Vitals

log = structlog.get_logger(__name__)


class Hearing:
    """What hears people's answers while the service runs."""

    def __init__(self, service: Callable[[], Service], vitals: Vitals) -> None:
        """`service` is asked at each answer, since a new configuration may be at work by then."""
        self._service, self._desk, self._vitals = service, SlackDesk(service), vitals
        self._address: tuple[str, int] | None = None
        self._unlisten: Callable[[], None] = lambda: None
        self._sockets: dict[tuple[str, frozenset[str]], SlackSocket] = {}

    def listen(self, settings: Settings) -> None:
        """Hear as these settings say, and no longer otherwise. What cannot be used is told; the service goes on without it."""
        self._listen_at(settings.answering)
        self._connect(settings)

    def stop(self) -> None:
        """Hear no more."""
        self._unlisten()
        for socket in self._sockets.values():
            socket.stop()
        self._desk.stop()

    def _listen_at(self, answering: Answering | None) -> None:
        wanted = (answering.host, answering.port) if answering is not None else None
        if wanted == self._address:
            return
        self._unlisten()
        self._address, self._unlisten = wanted, lambda: None
        if answering is None:
            return
        from daemon.answering.web import application

        app = application(self._service, self._desk)
        try:
            self._unlisten = listening.start(answering.host, answering.port, app, name="answers", section="answering")
            log.info("answering", host=answering.host, port=answering.port)
        except WrongUsage as error:
            self._address = None  # the next reload tries again
            log.error("no_answering", reason=str(error))

    def _connect(self, settings: Settings) -> None:
        """One socket an app, however many of its channels there are."""
        apps: dict[str, set[str]] = {}
        for name, of in settings.destinations.items():
            if isinstance(of, Slack) and of.app_token is not None:
                apps.setdefault(of.app_token.get_secret_value().strip(), set()).add(name)
        wanted = {(token, frozenset(names)) for token, names in apps.items()}
        for gone in [key for key in self._sockets if key not in wanted]:
            self._sockets.pop(gone).stop()
        for token, names in wanted - set(self._sockets):
            socket = SlackSocket(min(names), token, self._taking(names), self._count)
            self._sockets[token, names] = socket
            socket.start()
        self._count()

    def _count(self) -> None:
        up = {name: socket.connected for (_, names), socket in list(self._sockets.items()) for name in names}
        self._vitals.sockets(up)

    def _taking(self, names: frozenset[str]) -> Callable[[object], None]:
        return lambda payload: self._desk.take(payload, names)
