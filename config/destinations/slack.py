"""A Slack channel by the token of one's own Slack app."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator

from config.base import Section, bad_value

# Names of channels can be changed, and most of Slack's methods take ids alone.
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{7,20}")


def _is_channel(value: str) -> str:
    if not _CHANNEL.fullmatch(value):
        raise bad_value(
            "Slack channel's id",
            remedy="In Slack, open the channel, click its name, and copy the Channel ID at the end of About.",
        )
    return value


class Slack(Section):
    """A Slack channel by a Slack app of one's own: one message an incident, edited in place, with its thread and chart; docs/alerts.md has the app."""

    kind: Annotated[Literal["slack"], Field(description="what it is", examples=["slack"])]
    token: Annotated[
        SecretStr,
        Field(description="Bot User OAuth Token (xoxb-...), a secret: write ${NAME}", examples=["${SLACK_BOT_TOKEN}"]),
    ]
    channel: Annotated[
        str,
        Field(description="the channel's id, as Slack shows it at the end of About", examples=["C0123ABCD45"]),
        AfterValidator(_is_channel),
    ]
    signing_secret: Annotated[
        SecretStr | None,
        Field(
            description="the app's Signing Secret: people answer by buttons, and Slack brings each click to "
            "answering.url with /slack at its end; a secret: write ${NAME}",
            examples=["${SLACK_SIGNING_SECRET}"],
        ),
    ] = None
    app_token: Annotated[
        SecretStr | None,
        Field(
            description="App-Level Token (xapp-...) with connections:write: people answer by buttons, and clicks come by "
            "Socket Mode, which needs no address of ours; a secret: write ${NAME}",
            examples=["${SLACK_APP_TOKEN}"],
        ),
    ] = None

    @field_validator("signing_secret")
    @classmethod
    def _is_signing_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not secret.get_secret_value().strip():  # with an empty one anybody could sign
            raise bad_value("Signing Secret", remedy="Copy it from Basic Information in the app's settings.")
        return secret

    @field_validator("app_token")
    @classmethod
    def _is_app_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"xapp-[\x21-\x7e]+", token.get_secret_value().strip()):
            raise bad_value(
                "App-Level Token",
                remedy="It begins with xapp-: make one under Basic Information, with the scope connections:write.",
            )
        return token

    @property
    def hears_clicks(self) -> bool:
        """Whether people answer by its buttons."""
        return self.signing_secret is not None or self.app_token is not None
