"""Postmark: https://postmarkapp.com/developer/api/email-api. It knows no idempotency key, and tells errors by its own codes."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from config.destinations.email import EmailPostmark
from daemon.alerts.email import Letter
from daemon.destinations.contract import Again
from daemon.destinations.drawing import Draw
from daemon.destinations.mail_api import Asked, MailApiDestination, answered
from daemon.destinations.mailbox import Mailbox, mailbox
from daemon.http_client import Reply

ENDPOINT = "https://api.postmarkapp.com/email"

# https://postmarkapp.com/developer/api/overview#error-codes
_REMEDIES = {
    10: "is server_token the token of the right server?",
    300: "are `sender` and the addresses under `to` right?",
    400: "`sender` has no sender signature there",
    401: "the sender signature of `sender` is not confirmed yet",
    405: "the account has no credit left",
    406: "every address under `to` is inactive there after a bounce or a complaint: activate or replace it",
    412: "the account waits for approval, and may only write to its own domain until then",
    413: "the account may not send",
    1235: "does it have the message stream of `stream`?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostmarkApi:
    """How Postmark is asked."""

    server_token: str = field(repr=False)
    stream: str
    endpoint: str = ENDPOINT
    title: str = "Postmark"
    again: Again = Again.BLIND

    def asked(self, letter: Letter, mailbox: Mailbox, _key: str, /) -> Asked:  # Postmark knows no key
        """The own message id is kept by X-PM-KeepID."""
        own = {**letter.headers, "Message-ID": letter.message_id, "X-PM-KeepID": "true"}
        body: dict[str, Any] = {
            "From": mailbox.sender_full,
            "To": ",".join(mailbox.to),
            "Subject": letter.subject,
            "TextBody": letter.text,
            "MessageStream": self.stream,
            "Headers": [{"Name": name, "Value": value} for name, value in own.items()],
            "TrackOpens": False,
            "TrackLinks": "None",
        }
        if letter.html:
            body["HtmlBody"] = letter.html
        if letter.picture is not None:
            body["Attachments"] = [
                {
                    "Name": "chart.png",
                    "Content": b64encode(letter.picture).decode(),
                    "ContentType": "image/png",
                    "ContentID": f"cid:{letter.picture_id}",
                }
            ]
        return Asked(
            url=self.endpoint,
            content=json.dumps(body).encode(),
            headers={"x-postmark-server-token": self.server_token},
        )

    def taken(self, reply: Reply) -> str | None:
        """200 and ErrorCode 0, both."""
        said = answered(reply)
        if reply.status != 200 or said.get("ErrorCode") != 0:
            return None
        return str(said.get("MessageID") or "")

    def remedy(self, reply: Reply) -> str:
        """What its code says; its sentences may repeat addresses."""
        code = answered(reply).get("ErrorCode")
        if not isinstance(code, int) or isinstance(code, bool):
            return ""
        return _REMEDIES.get(code, f"its error code is {code}, see postmarkapp.com/developer/api/overview")


def connect(name: str, settings: EmailPostmark, draw: Draw | None, endpoint: str = ENDPOINT) -> MailApiDestination:
    """A destination for these settings; another endpoint is a test's."""
    api = PostmarkApi(
        server_token=settings.server_token.get_secret_value().strip(), stream=settings.stream, endpoint=endpoint
    )
    return MailApiDestination(mailbox=mailbox(name, settings.sender, settings.to, draw), api=api)
