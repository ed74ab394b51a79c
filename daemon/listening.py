"""A small web server in a thread of its own: what listens for monitoring, and what listens for answers."""

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from daemon.errors import WrongUsage

if TYPE_CHECKING:
    from starlette.applications import Starlette

_STOP_SECONDS = 5.0
# So many visitors at once; more are told to come again.
_MOST_VISITORS = 32


def start(host: str, port: int, application: "Starlette", *, name: str, section: str) -> Callable[[], None]:
    """Listen from now on; returns what stops it. section: where the configuration names the address.

    Raises:
        WrongUsage: the address cannot be used.
    """
    import uvicorn

    from daemon.impatience import Impatient

    listener = _listener(host, port, name, section)
    # Requests are logged nowhere: the addresses of answers hold secrets.
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            http=Impatient,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=_MOST_VISITORS,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name=name, daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(_STOP_SECONDS)
        listener.close()

    return stop


def _listener(host: str, port: int, name: str, section: str) -> socket.socket:
    """Listening from now on: a visitor waits until somebody answers."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WrongUsage(f"{host} port {port} cannot be used for {name} ({reason}): change {section}") from error
