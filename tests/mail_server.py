"""Mail servers on this machine: a real one (aiosmtpd) with encryption and sign-in, and one that only follows a script."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "alerts", "canary-smtp-password"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What came in: the envelope's addresses, the bytes, and the message in them."""

    sender: str
    to: list[str]
    content: bytes
    signed_in: bool

    @property
    def message(self) -> EmailMessage:
        parsed = BytesParser(policy=default).parsebytes(self.content)
        assert isinstance(parsed, EmailMessage)
        return parsed


class Authority:
    """A certificate authority of its own, with one certificate for `localhost`."""

    def __init__(self, folder: Path, *names: str) -> None:
        authority = trustme.CA()
        self.file = folder / "internal-ca.pem"
        authority.cert_pem.write_to_path(self.file)
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*(names or ("localhost", "127.0.0.1"))).configure_cert(self.server)


@dataclass
class _Handler:
    recipients: Mapping[str, str]
    answers: list[str]
    drop: bool
    mails: list[Mail] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        said = self.recipients.get(address, "250 OK")
        if said.startswith("25"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        said = self.answers.pop(0) if self.answers else "250 OK"
        if said.startswith("250"):
            self.mails.append(
                Mail(
                    sender=envelope.mail_from,
                    to=list(envelope.rcpt_tos),
                    content=bytes(envelope.original_content),
                    signed_in=bool(session.authenticated),
                )
            )
        if self.drop and server.transport is not None:
            server.transport.abort()
        return said


class MailServer:
    """Takes mail. recipients: address -> the answer to it. answers: to the messages, in turn; then `250`.

    tls: starttls (required), tls or none. drop: the line breaks after each message, before the answer.
    """

    def __init__(
        self,
        *,
        authority: Authority | None = None,
        tls: str = "none",
        sign_in: bool = False,
        recipients: Mapping[str, str] | None = None,
        answers: Sequence[str] = (),
        drop: bool = False,
        sign_in_answer: str | None = None,
    ) -> None:
        self._handler = _Handler(recipients or {}, list(answers), drop)
        self._options: dict[str, Any] = {"hostname": "mail.test"}
        self._encrypted = authority.server if tls == "tls" and authority else None
        if tls == "starttls" and authority is not None:
            self._options |= {"tls_context": authority.server, "require_starttls": True}
        if sign_in:
            inside = tls == "starttls"  # aiosmtpd cannot see the encryption around it
            self._options |= {"authenticator": self._sign_in, "auth_required": inside, "auth_require_tls": inside}
        self._answer = sign_in_answer
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    @property
    def mails(self) -> list[Mail]:
        return self._handler.mails

    def _sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        if self._answer:
            return AuthResult(success=False, handled=False, message=self._answer)
        return AuthResult(success=right, handled=False)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._started(), self._loop).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stopped(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _started(self) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: SMTP(self._handler, loop=self._loop, **self._options), "127.0.0.1", 0, ssl=self._encrypted
        )

    async def _stopped(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class ScriptedServer:
    """Answers each line it reads with the next of `answers`, and closes the line after the last. The first is the greeting."""

    def __init__(self, *answers: str) -> None:
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.heard: list[str] = []

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._thread.join()

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # the other side has had enough
            connection, _ = self._listener.accept()
            with connection, connection.makefile("rb") as lines:
                for answer in self._answers:
                    connection.sendall(f"{answer}\r\n".encode())
                    if not answer[3:].startswith("-"):
                        self.heard.append(lines.readline().decode(errors="replace").strip())
