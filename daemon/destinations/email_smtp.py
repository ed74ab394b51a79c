"""Mailboxes by SMTP. A mail server knows no idempotency key: a line that breaks after the last dot leaves it open.

One message goes to all recipients at once. Whoever the server refuses while it takes others does not get this alert:
sending it again would give it twice to those others. It is logged with who and why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import structlog

from config.destinations.email import EmailSmtp
from daemon import smtp_client
from daemon.alerts.email import Letter
from daemon.destinations.contract import Again, Receipt
from daemon.destinations.drawing import Draw
from daemon.destinations.mailbox import Mailbox, mailbox
from daemon.errors import DeliveryDelayed, DeliveryRefused, DeliveryUnclear
from daemon.smtp_client import Insecure, NotSent, Said, Server, Taken, Unclear

log = structlog.get_logger(__name__)

# Server's answers with a meaning of their own (RFC 5321 4.2.3, RFC 4954 section 6); the first digit tells the rest.
_PERMANENT = 500
_SIGN_IN = "the user name and password"
# Seven bits and short lines: any server on the way takes them as they are.
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)


@dataclass(frozen=True, kw_only=True)
class EmailSmtpDestination:
    """Sends alerts through one mail server."""

    mailbox: Mailbox
    server: Server
    again: Again = Again.BLIND

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime) -> Receipt:
        """Send an alert. If the server dislikes its form, send a lighter one in the same attempt, in the end bare text."""
        letter = self.mailbox.letter(alert, key)
        lighter = self.mailbox.lighter(letter, alert, key)
        shown: Letter = letter
        while True:
            try:
                taken = self._send(shown, now)
                break
            except Said as said:
                is_disliked = said.code >= _PERMANENT and said.what == "the message"
                form, shown = next(lighter, ("", shown)) if is_disliked else ("", shown)
                if not form:
                    raise self._refusal(said) from said
                log.warning("mail_refused_form", destination=self.mailbox.name, code=said.code, now=form)
        if taken.refused:
            log.error(
                "mail_recipients_refused",
                destination=self.mailbox.name,
                incident=alert.get("incident_id"),
                refused=taken.refused,
                todo="these people did not get it: correct or remove their addresses under `to`",
            )
        return Receipt(external_id=letter.message_id)

    def _send(self, letter: Letter, now: datetime) -> Taken:
        where = f'mail destination "{self.mailbox.name}"'
        try:
            return smtp_client.send(
                self.server, self.mailbox.sender, self.mailbox.to, bytes(message(letter, self.mailbox, now))
            )
        except NotSent as error:
            raise DeliveryDelayed(f"{where}: {error}: are host and port right, and is the server up?") from error
        except Insecure as error:
            raise DeliveryDelayed(
                f"{where}: the server cannot be trusted with this: {error}; see tls and ca_file in the configuration"
            ) from error
        except Unclear as error:
            raise DeliveryUnclear(f"{where}: {error}") from error

    def _refusal(self, said: Said) -> DeliveryDelayed | DeliveryRefused:
        where = f'mail destination "{self.mailbox.name}"'
        if said.code < _PERMANENT:
            return DeliveryDelayed(f"{where}: the server does not take {said.what} now ({said.code})")
        remedy = {
            _SIGN_IN: "set them anew; many providers ask for an app password",
            "the sender": "does this account have the right to send as `sender`?",
            "the recipient": "does the address under `to` exist?",
            "every recipient": "do the addresses under `to` exist?",
        }.get(said.what, "the server's log says why")
        return DeliveryRefused(f"{where}: the server refused {said.what} ({said.code}): {remedy}")


def message(letter: Letter, mailbox: Mailbox, now: datetime) -> EmailMessage:
    """The letter in MIME: text, or HTML with its picture."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = mailbox.sender_full
    mail["To"] = ", ".join(mailbox.to)
    mail.set_raw("Subject", _encoded(letter.subject))
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = letter.message_id
    for name, value in letter.headers.items():
        mail[name] = value
    mail.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.html and letter.picture is not None:
        parts = mail.get_payload()
        shown = parts[-1] if isinstance(parts, list) else None
        if isinstance(shown, EmailMessage):
            shown.add_related(
                letter.picture, "image", "png", cid=f"<{letter.picture_id}>", filename="chart.png", disposition="inline"
            )
    return mail


def _encoded(subject: str) -> str:
    """As a header holds it. EmailMessage encodes parts of long subjects twice when it folds them."""
    charset = "us-ascii" if subject.isascii() else "utf-8"
    return Header(subject, charset, maxlinelen=76, header_name="Subject").encode(linesep="\r\n")


def connect(name: str, settings: EmailSmtp, draw: Draw | None, folder: Path) -> EmailSmtpDestination:
    """A destination for these settings; `folder` is the configuration's.

    Raises:
        DeliveryRefused: the certificate authority's file cannot be used.
    """
    ca_file = None if settings.ca_file is None else folder / settings.ca_file
    try:
        smtp_client.certificates(ca_file)
    except OSError as error:
        raise DeliveryRefused(
            f'destination "{name}": ca_file {settings.ca_file} holds no certificates that can be read ({type(error).__name__})'
        ) from None
    server = Server(
        host=settings.host,
        port=settings.resolved_port,
        tls=settings.tls,
        username=settings.username,
        password=None if settings.password is None else settings.password.get_secret_value(),
        ca_file=ca_file,
        timeout_seconds=settings.timeout_seconds,
    )
    return EmailSmtpDestination(mailbox=mailbox(name, settings.sender, settings.to, draw), server=server)
