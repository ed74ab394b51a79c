"""Mailgun, API v3: https://documentation.mailgun.com/docs/mailgun/api-reference. It knows no idempotency key.

Two traps: a wrong path is answered 200 "Mailgun Magnificent API", and a domain of the other region 404.
"""

from base64 import b64encode
from dataclasses import dataclass, field

from config.destinations.email import EmailMailgun
from daemon.alerts.email import Letter
from daemon.destinations.contract import Again
from daemon.destinations.drawing import Draw
from daemon.destinations.mail_api import Asked, MailApiDestination, answered
from daemon.destinations.mailbox import Mailbox, mailbox
from daemon.destinations.multipart import Part, multipart
from daemon.http_client import Reply

ENDPOINTS = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}

# What it says with status 200 where no API is.
_NO_API = "Magnificent API"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailgunApi:
    """How Mailgun is asked."""

    api_key: str = field(repr=False)
    domain: str
    endpoint: str
    title: str = "Mailgun"
    again: Again = Again.BLIND

    def asked(self, letter: Letter, mailbox: Mailbox, key: str, /) -> Asked:
        """A form. A picture's file name is its content id."""
        parts = [
            Part("from", mailbox.sender_full),
            *(Part("to", address) for address in mailbox.to),
            Part("subject", letter.subject),
            Part("text", letter.text),
            *([Part("html", letter.html)] if letter.html else []),
            *(Part(f"h:{name}", value) for name, value in letter.headers.items()),
            Part("h:Message-Id", letter.message_id),
            Part("o:tracking", "no"),
        ]
        if letter.picture is not None:
            parts.append(Part("inline", letter.picture, filename=letter.picture_id, content_type="image/png"))
        content_type, content = multipart(parts, key)
        account = b64encode(f"api:{self.api_key}".encode()).decode()
        return Asked(
            url=f"{self.endpoint}/v3/{self.domain}/messages",
            content=content,
            content_type=content_type,
            headers={"authorization": f"Basic {account}"},
        )

    def taken(self, reply: Reply) -> str | None:
        """200 with an id; any other 200 is no promise."""
        found = answered(reply).get("id") if reply.status == 200 else None
        return found if isinstance(found, str) and found else None

    def remedy(self, reply: Reply) -> str:
        """The region is the usual mistake."""
        if reply.status == 404 or (reply.status == 200 and _NO_API in reply.text):
            return f"does it know the domain {self.domain}, and is `region` right?"
        return ""


def connect(name: str, settings: EmailMailgun, draw: Draw | None, endpoint: str | None = None) -> MailApiDestination:
    """A destination for these settings; another endpoint than its region's is a test's."""
    api = MailgunApi(
        api_key=settings.api_key.get_secret_value().strip(),
        domain=settings.domain,
        endpoint=endpoint or ENDPOINTS[settings.region],
    )
    return MailApiDestination(mailbox=mailbox(name, settings.sender, settings.to, draw), api=api)
