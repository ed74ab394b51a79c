"""The one door to SMTP: hands one message to a mail server, and says how far it came when that fails.

Only between the dot that ends a message and the server's answer can nobody tell whether it was taken: that is Unclear.
Everything before may be repeated freely.
"""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from daemon import progress

# However slowly a server answers, once it has taken the connection: before it would look as if the sender stood still.
_WHOLE_SECONDS = 50.0
_GO_AHEAD, _TAKEN = 354, 250
_TAKES = (250, 251)  # 251: taken, and passed on to another address

Answer = TypeVar("Answer")


class NotSent(Exception):
    """The server was not reached, was out of order, or dropped the line before the message was whole."""


class Said(Exception):
    """The server said no; a `code` of 4yz means later, 5yz never. `what` it said no to."""

    def __init__(self, what: str, code: int) -> None:
        super().__init__(f"{what} ({code})")
        self.what, self.code = what, code


class Unclear(Exception):
    """The whole message went out and no answer came."""


class Insecure(Exception):
    """The server does not offer the encryption that is asked for, or cannot prove who it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server and how to speak with it. `tls` is starttls, tls or none."""

    host: str
    port: int
    tls: str = "starttls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout_seconds: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The server took the message, for all but the `refused`: mail address -> its code."""

    refused: dict[str, int]


def send(
    server: Server, sender: str, to: Sequence[str], message: bytes, whole_seconds: float = _WHOLE_SECONDS
) -> Taken:
    """Hand over a message (with CRLF line ends) for all recipients that the server takes.

    1. Connect, encrypt, sign in. 2. Name sender and recipients. 3. The message, its dot, and the answer.

    Raises:
        NotSent, Said, Insecure: nobody got it.
        Unclear: it may have been taken.
    """
    progress.made()
    smtp = _connected(server)
    progress.made()
    end = threading.Timer(whole_seconds, _hang_up, [smtp])
    end.daemon = True
    end.start()
    try:
        _encrypt(smtp, server)
        _sign_in(smtp, server)
        refused = _addressed(smtp, sender, to)
        _hand_over(smtp, message)
        _quit(smtp)
        return Taken(refused=refused)
    finally:
        end.cancel()
        smtp.close()


def greet(server: Server) -> None:
    """Connect, encrypt and sign in, and leave again: nothing is sent.

    Raises:
        NotSent, Said, Insecure: it does not come that far.
    """
    smtp = _connected(server)
    try:
        _encrypt(smtp, server)
        _sign_in(smtp, server)
        _quit(smtp)
    finally:
        smtp.close()


def certificates(ca_file: Path | None) -> ssl.SSLContext:
    """What servers have to prove: a certificate for their name from a known authority, or from that of the file.

    Raises:
        OSError: the file cannot be read, or holds no certificate.
    """
    return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))


def _connected(server: Server) -> smtplib.SMTP:
    try:
        if server.tls == "tls":
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_seconds, context=certificates(server.ca_file)
            )
        return smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
    except ssl.SSLCertVerificationError as error:
        raise Insecure(_unproven(error)) from None
    except smtplib.SMTPConnectError as error:
        raise Said("the connection", error.smtp_code) from None
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise NotSent(f"no connection ({type(error).__name__})") from None


def _encrypt(smtp: smtplib.SMTP, server: Server) -> None:
    _step("the greeting", smtp.ehlo_or_helo_if_needed)
    if server.tls != "starttls":
        return
    if not smtp.has_extn("starttls"):
        raise Insecure("it does not offer STARTTLS")
    context = certificates(server.ca_file)
    _step("STARTTLS", lambda: smtp.starttls(context=context))
    _step("the greeting", smtp.ehlo_or_helo_if_needed)


def _sign_in(smtp: smtplib.SMTP, server: Server) -> None:
    if server.username is None or server.password is None:
        return
    username, password = server.username, server.password
    _step("the user name and password", lambda: smtp.login(username, password))


def _addressed(smtp: smtplib.SMTP, sender: str, to: Sequence[str]) -> dict[str, int]:
    """Name who writes to whom; returns who was refused, which is not everybody."""
    code = _step("the sender", lambda: smtp.mail(sender))[0]
    if code != _TAKEN:
        raise Said("the sender", code)
    refused = {one: code for one in to if (code := _recipient(smtp, one)) not in _TAKES}
    if len(refused) == len(to):
        # One who may be taken later is reason enough to try again.
        raise Said("every recipient" if len(to) > 1 else "the recipient", min(refused.values()))
    return refused


def _recipient(smtp: smtplib.SMTP, address: str) -> int:
    return _step("a recipient", lambda: smtp.rcpt(address))[0]


def _hand_over(smtp: smtplib.SMTP, message: bytes) -> None:
    code = _step("the message", lambda: smtp.docmd("DATA"))[0]
    if code != _GO_AHEAD:
        raise Said("the message", code)
    body = re.sub(rb"(?m)^\.", b"..", message)
    _step("the message", lambda: smtp.send(body if body.endswith(b"\r\n") else body + b"\r\n"))
    try:
        smtp.send(b".\r\n")
        code, _ = smtp.getreply()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise Unclear(f"no answer after the message ({type(error).__name__})") from None
    if code != _TAKEN:
        raise Said("the message", code)


def _step(what: str, act: Callable[[], Answer]) -> Answer:
    """One exchange with the server; whatever goes wrong in it, the message has not been sent."""
    try:
        return act()
    except ssl.SSLCertVerificationError as error:
        raise Insecure(_unproven(error)) from None
    except smtplib.SMTPNotSupportedError:
        raise Insecure("it offers no way to sign in that we know") from None
    except smtplib.SMTPResponseException as error:
        raise Said(what, error.smtp_code) from None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotSent(f"the line broke at {what} ({type(error).__name__})") from None


def _unproven(error: ssl.SSLCertVerificationError) -> str:
    return f"its certificate is not accepted ({error.verify_message.rstrip('.')})"


def _quit(smtp: smtplib.SMTP) -> None:
    """Taken is taken, however the farewell goes."""
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException, ValueError):
        return


def _hang_up(smtp: smtplib.SMTP) -> None:
    if smtp.sock is not None:
        try:
            smtp.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
