"""Whatever else people read: the services that Apprise knows."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from config.base import Section, bad_value

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://[!-~]+", re.IGNORECASE)
# `optional` tells a failure as a success, `retry` repeats what may have arrived: the outbox does that, and says so.
_NOT_TAKEN = re.compile(r"[?&](optional|retry)=", re.IGNORECASE)
# Kinds of our own for these say more, and lose nothing.
_OURS = {
    "slack": "slack_webhook",
    "workflow": "teams",
    "workflows": "teams",
    "msteams": "teams",
    "pagerduty": "pagerduty",
    "mailto": "email_smtp",
    "mailtos": "email_smtp",
}


def _is_address(value: SecretStr) -> SecretStr:
    url = value.get_secret_value().strip()
    found = _ADDRESS.fullmatch(url)
    if found is None:
        remedy = "Write it as https://appriseit.com/services shows it, for example ntfy://ntfy.example.com/growth."
        raise bad_value("Apprise URL", remedy=remedy)
    if kind := _OURS.get(found.group(1).lower()):
        raise bad_value("service for Apprise here", remedy=f"Write kind: {kind}, which says more.")
    if _NOT_TAKEN.search(url):
        raise bad_value("Apprise URL that can be trusted", remedy="Leave optional= and retry= out: the outbox repeats.")
    return SecretStr(url)


class Apprise(Section):
    """Any of the 170 services that Apprise knows (Telegram, Matrix, ntfy, Signal, SMS), as plain text. Needs the extra `apprise`."""

    kind: Annotated[Literal["apprise"], Field(description="what it is", examples=["apprise"])]
    url: Annotated[
        SecretStr,
        Field(
            description="Apprise URL of one recipient (appriseit.com/services), a secret: write ${NAME}",
            examples=["${APPRISE_URL}"],
        ),
        AfterValidator(_is_address),
    ]
