"""The inbox on this machine: what was received, as a page."""

import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from daemon.alerts.alert import Alert
from daemon.errors import WrongUsage
from daemon.store import Store, inbox

# Messages that the page shows.
_MOST = 200
# The page is for people at this machine.
_HOST = "127.0.0.1"


def received(store: Store) -> list[Alert]:
    """What the inbox received, newest first."""
    with store.reading() as connection:
        return [Alert.from_dict(message.alert) for message in inbox.latest(connection, limit=_MOST)]


def save(path: Path, alerts: Sequence[Alert], zone: ZoneInfo, title: str = "Inbox") -> None:
    """Write the page, pictures included, as one file."""
    from daemon.alerts import picture
    from daemon.console.page import page

    path.write_text(page(alerts, zone, title=title, draw=picture.svg), encoding="utf-8")


def serve(store: Store, zone: ZoneInfo, port: int, *, started: Callable[[str], None]) -> None:
    """Serve the page on 127.0.0.1 until interrupted; `started` is told its address. Port 0: one that is free.

    Raises:
        WrongUsage: another program has the port.
    """
    import uvicorn

    from daemon.console.app import console

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with listener:
        try:
            listener.bind((_HOST, port))
        except OSError as error:
            raise WrongUsage(
                f"port {port} of this machine cannot be used ({error.strerror}): give another --port"
            ) from error
        started(f"http://{_HOST}:{listener.getsockname()[1]}/")
        page_server = uvicorn.Server(uvicorn.Config(console(lambda: received(store), zone), log_level="warning"))
        page_server.run(sockets=[listener])
