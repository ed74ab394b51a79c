"""Resend: https://resend.com/docs/api-reference/emails/send-email. What it took under a key it does not send again for 24 hours."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from config.destinations.email import EmailResend
from daemon.alerts.email import Letter
from daemon.destinations.contract import Again
from daemon.destinations.drawing import Draw
from daemon.destinations.mail_api import Asked, MailApiDestination, answered
from daemon.destinations.mailbox import Mailbox, mailbox
from daemon.http_client import Reply

ENDPOINT = "https://api.resend.com/emails"

# 409: the key was used for another body. A key is one alert's alone, so an earlier attempt of it was taken.
_TAKEN_BEFORE = "invalid_idempotent_request"
_REMEDIES = {
    "missing_api_key": "is the key right?",
    "invalid_api_key": "is the key right?",
    "restricted_api_key": "the key may not send mail",
    "invalid_from_address": "is `sender` right?",
    "validation_error": "is the domain of `sender` verified there?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendApi:
    """How Resend is asked."""

    api_key: str = field(repr=False)
    endpoint: str = ENDPOINT
    title: str = "Resend"
    again: Again = Again.KEYED

    def asked(self, letter: Letter, mailbox: Mailbox, key: str, /) -> Asked:
        """With our own key."""
        body: dict[str, Any] = {
            "from": mailbox.sender_full,
            "to": list(mailbox.to),
            "subject": letter.subject,
            "text": letter.text,
            "headers": dict(letter.headers),
        }
        if letter.html:
            body["html"] = letter.html
        if letter.picture is not None:
            body["attachments"] = [
                {
                    "content": b64encode(letter.picture).decode(),
                    "filename": "chart.png",
                    "content_type": "image/png",
                    "content_id": letter.picture_id,
                }
            ]
        return Asked(
            url=self.endpoint,
            content=json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self.api_key}", "idempotency-key": key},
        )

    def taken(self, reply: Reply) -> str | None:
        """200 with an id; or told that this key was taken before."""
        said = answered(reply)
        if reply.status == 409 and said.get("name") == _TAKEN_BEFORE:
            return ""
        found = said.get("id") if reply.status == 200 else None
        return found if isinstance(found, str) and found else None

    def remedy(self, reply: Reply) -> str:
        """What its word for the error says."""
        return _REMEDIES.get(str(answered(reply).get("name")), "")


def connect(name: str, settings: EmailResend, draw: Draw | None, endpoint: str = ENDPOINT) -> MailApiDestination:
    """A destination for these settings; another endpoint is a test's."""
    api = ResendApi(api_key=settings.api_key.get_secret_value().strip(), endpoint=endpoint)
    return MailApiDestination(mailbox=mailbox(name, settings.sender, settings.to, draw), api=api)
