"""The small web server: who never finishes a request holds up nobody."""

import socket
from contextlib import ExitStack, closing

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from daemon import impatience, listening
from tests.process.canaries import free_port

VISITORS = 40  # more than are served at once


async def _read(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())} bytes")


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"],
    ids=["no word", "half a line", "half a body"],
)
def test_visitors_who_never_finish_are_let_go(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impatience, "PATIENCE_SECONDS", 0.2)
    port = free_port()
    application = Starlette(routes=[Route("/", _read, methods=["GET", "POST"])])
    with ExitStack() as stack:
        stack.callback(listening.start("127.0.0.1", port, application, name="test", section="test.port"))
        for _ in range(VISITORS):
            idle = stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=10)))
            idle.sendall(begun)
        while idle.recv(1000):  # until it is closed, whatever is said before
            pass

        assert httpx.post(f"http://127.0.0.1:{port}/", content=b"1234", timeout=10).text == "4 bytes"
