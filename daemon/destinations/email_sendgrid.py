"""SendGrid, API v3: https://www.twilio.com/docs/sendgrid/api-reference/mail-send. It knows no idempotency key."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from config.destinations.email import EmailSendgrid
from daemon.alerts.email import Letter
from daemon.destinations.contract import Again
from daemon.destinations.drawing import Draw
from daemon.destinations.mail_api import Asked, MailApiDestination
from daemon.destinations.mailbox import Mailbox, mailbox
from daemon.http_client import Reply

ENDPOINT = "https://api.sendgrid.com/v3/mail/send"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendgridApi:
    """How SendGrid is asked."""

    api_key: str = field(repr=False)
    endpoint: str = ENDPOINT
    title: str = "SendGrid"
    again: Again = Again.BLIND

    def asked(self, letter: Letter, mailbox: Mailbox, _key: str, /) -> Asked:  # SendGrid knows no key
        """All recipients see each other; plain text comes first, or it is refused."""
        content = [{"type": "text/plain", "value": letter.text}]
        if letter.html:
            content.append({"type": "text/html", "value": letter.html})
        body: dict[str, Any] = {
            "personalizations": [{"to": [{"email": address} for address in mailbox.to]}],
            "from": {"email": mailbox.sender, "name": mailbox.sender_name},
            "subject": letter.subject,
            "content": content,
            "headers": dict(letter.headers),
            # Rewritten links and a hidden picture have no place in an alert.
            "tracking_settings": {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}},
        }
        if letter.picture is not None:
            body["attachments"] = [
                {
                    "content": b64encode(letter.picture).decode(),
                    "type": "image/png",
                    "filename": "chart.png",
                    "disposition": "inline",
                    "content_id": letter.picture_id,
                }
            ]
        return Asked(
            url=self.endpoint,
            content=json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self.api_key}"},
        )

    def taken(self, reply: Reply) -> str | None:
        """202 and an empty body: queued."""
        return reply.headers.get("x-message-id", "") if reply.status == 202 else None

    def remedy(self, _reply: Reply, /) -> str:
        """SendGrid's own sentences may repeat what was sent, so they are not repeated."""
        return ""


def connect(name: str, settings: EmailSendgrid, draw: Draw | None, endpoint: str = ENDPOINT) -> MailApiDestination:
    """A destination for these settings; another endpoint is a test's."""
    api = SendgridApi(api_key=settings.api_key.get_secret_value().strip(), endpoint=endpoint)
    return MailApiDestination(mailbox=mailbox(name, settings.sender, settings.to, draw), api=api)
