"""E-mails as each kind sends them, and as a reader's mail program gets them, whoever carried them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP

from pydantic import SecretStr

from config.destinations.email import EmailMailgun, EmailPostmark, EmailResend, EmailSendgrid
from daemon.alerts import email
from daemon.alerts.alert import Alert
from daemon.alerts.email import Letter
from daemon.destinations import email_mailgun, email_postmark, email_resend, email_sendgrid
from daemon.destinations.email_smtp import message as smtp_message
from daemon.destinations.mail_api import MailApiDestination
from daemon.destinations.mailbox import mailbox
from tests.messages import validators

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n picture"
_KEY, _SECRET = "key", SecretStr("secret")
_SENDER, _TO = "channelwatch <alerts@example.com>", ["growth@example.com"]


_newest: list[tuple[Alert, Letter]] = []


def _letter(alert: Alert) -> Letter:
    """All kinds send the same one, which is laid out once."""
    if not _newest or _newest[0][0] is not alert:
        _newest[:] = [(alert, email.layout(alert, _KEY, "example.com", PNG))]
    return _newest[0][1]


def _smtp(alert: Alert) -> bytes:
    return bytes(smtp_message(_letter(alert), mailbox("team", _SENDER, _TO, None), NOW))


def _asked(destination: MailApiDestination) -> Callable[[Alert], bytes]:
    return lambda alert: destination.api.asked(_letter(alert), destination.mailbox, _KEY).content


_VENDORS = {
    "email_sendgrid": email_sendgrid.connect(
        "team", EmailSendgrid(kind="email_sendgrid", api_key=_SECRET, sender=_SENDER, to=_TO), None
    ),
    "email_mailgun": email_mailgun.connect(
        "team",
        EmailMailgun(kind="email_mailgun", api_key=_SECRET, domain="mg.example.com", sender=_SENDER, to=_TO),
        None,
    ),
    "email_postmark": email_postmark.connect(
        "team", EmailPostmark(kind="email_postmark", server_token=_SECRET, sender=_SENDER, to=_TO), None
    ),
    "email_resend": email_resend.connect(
        "team", EmailResend(kind="email_resend", api_key=_SECRET, sender=_SENDER, to=_TO), None
    ),
}


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What a reader's mail program is given, whoever carried it."""

    headers: dict[str, str]
    text: str
    html: str
    picture_ids: tuple[str, ...]


def of_smtp(content: bytes) -> Mail:
    """Read by the strict parser."""
    mail = validators.parsed(content)
    bodies = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    shown = {kind: str(part.get_content()).replace("\r\n", "\n") for kind, part in bodies.items() if part is not None}
    ids = tuple(part["Content-ID"].strip("<>") for part in mail.walk() if part.get_content_maintype() == "image")
    headers = {name: str(value) for name, value in mail.items()}
    return Mail(headers=headers, text=shown["plain"], html=shown["html"], picture_ids=ids)


def of_sendgrid(content: bytes) -> Mail:
    """v3/mail/send: text comes before HTML, pictures are inline attachments."""
    body = json.loads(content)
    text, html = body["content"]
    assert (text["type"], html["type"]) == ("text/plain", "text/html")
    assert all(a["disposition"] == "inline" and a["type"] == "image/png" for a in body["attachments"])
    return Mail(
        headers=body["headers"] | {"Subject": body["subject"]},
        text=text["value"],
        html=html["value"],
        picture_ids=tuple(a["content_id"] for a in body["attachments"]),
    )


def of_mailgun(content: bytes) -> Mail:
    """A form, read by the standard library's parser; headers are fields that begin with h:, a picture's file name is its id."""
    boundary = content[2 : content.index(b"\r\n")].decode()
    head = f'Content-Type: multipart/form-data; boundary="{boundary}"\r\n\r\n'.encode()
    form = BytesParser(policy=HTTP.clone(raise_on_defect=True)).parsebytes(head + content)
    assert isinstance(form, EmailMessage)
    fields: dict[str, str] = {}
    ids: list[str] = []
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if name == "inline":
            ids.append(str(part.get_filename()))
        else:
            payload = part.get_payload(decode=True)
            assert isinstance(name, str) and isinstance(payload, bytes)
            fields[name] = payload.decode()
    assert {n for n in fields if ":" not in n} == {"from", "to", "subject", "text", "html"}
    headers = {n.removeprefix("h:"): v for n, v in fields.items() if n.startswith("h:")}
    return Mail(
        headers=headers | {"Subject": fields["subject"]},
        text=fields["text"],
        html=fields["html"],
        picture_ids=tuple(ids),
    )


def of_postmark(content: bytes) -> Mail:
    """Headers are a list of names and values; a content id says `cid:`."""
    body = json.loads(content)
    return Mail(
        headers={h["Name"]: h["Value"] for h in body["Headers"]} | {"Subject": body["Subject"]},
        text=body["TextBody"],
        html=body["HtmlBody"],
        picture_ids=tuple(a["ContentID"].removeprefix("cid:") for a in body["Attachments"]),
    )


def of_resend(content: bytes) -> Mail:
    """Headers are an object."""
    body = json.loads(content)
    return Mail(
        headers=body["headers"] | {"Subject": body["subject"]},
        text=body["text"],
        html=body["html"],
        picture_ids=tuple(a["content_id"] for a in body["attachments"]),
    )


MAILS: dict[str, tuple[Callable[[Alert], bytes], Callable[[bytes], Mail]]] = {
    "email_smtp": (_smtp, of_smtp),
    "email_sendgrid": (_asked(_VENDORS["email_sendgrid"]), of_sendgrid),
    "email_mailgun": (_asked(_VENDORS["email_mailgun"]), of_mailgun),
    "email_postmark": (_asked(_VENDORS["email_postmark"]), of_postmark),
    "email_resend": (_asked(_VENDORS["email_resend"]), of_resend),
}
