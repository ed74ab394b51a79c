"""Stands between a sender and a server, and has the sender killed as it connects, or just before it hears the answer.

The server has read and done everything by then, and never learns that nobody heard it.
"""

import contextlib
import os
import select
import signal
import socket
import threading
from concurrent.futures import Future
from typing import Self

CONNECTING = "connecting"
SENT = "sent, before the answer"
_SECONDS = 20.0


class Gate:
    """In front of a port. end: with what the sender's bytes end before an answer counts as one to a message."""

    def __init__(self, port: int, end: bytes = b"") -> None:
        self._port, self._end = port, end
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self.arm(None, 0)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def arm(self, point: str | None, nth: int) -> None:
        """Kill when a point is reached for the `nth` time; `sender` says whom, and `over` that it is dead."""
        self._point, self._left = point, nth
        self.sender: Future[int] = Future()
        self.over = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, contextlib.suppress(ConnectionError):
            if self._springs(CONNECTING):
                return
            with socket.create_connection(("127.0.0.1", self._port)) as far:
                said = b""
                while True:
                    ready, _, _ = select.select([near, far], [], [])
                    if near in ready:
                        asked = near.recv(1 << 16)
                        far.sendall(asked)
                        said = (said + asked)[-8:]
                    answered = far.recv(1 << 16) if far in ready else b""
                    if answered and said.endswith(self._end) and self._springs(SENT):
                        return
                    near.sendall(answered)
                    if (near in ready and not asked) or (far in ready and not answered):
                        return

    def _springs(self, point: str) -> bool:
        if point != self._point:
            return False
        self._left -= 1
        if self._left:
            return False
        os.kill(self.sender.result(_SECONDS), signal.SIGKILL)
        self.over.wait(_SECONDS)
        return True
