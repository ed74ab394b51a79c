"""Where alerts can go, and where state is kept."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from config.base import Section
from config.destinations.apprise import Apprise
from config.destinations.email import EmailMailgun, EmailPostmark, EmailResend, EmailSendgrid, EmailSmtp
from config.destinations.pagerduty import PagerDuty
from config.destinations.slack import Slack
from config.destinations.teams import Teams
from config.destinations.webhook import Webhook


class Severity(StrEnum):
    """How much an incident matters, most first."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class SlackWebhook(Section):
    """A Slack channel by incoming webhook. The URL is a secret: write ${SLACK_WEBHOOK_URL}."""

    kind: Annotated[Literal["slack_webhook"], Field(description="what it is", examples=["slack_webhook"])]
    url: Annotated[
        SecretStr,
        Field(description="the webhook's https address, a secret: write ${NAME}", examples=["${SLACK_WEBHOOK_URL}"]),
    ]


class Terminal(Section):
    """The terminal (or journal) that the service runs in."""

    kind: Annotated[Literal["terminal"], Field(description="what it is", examples=["terminal"])]


class Inbox(Section):
    """The local page that shows what would have been sent."""

    kind: Annotated[Literal["inbox"], Field(description="what it is", examples=["inbox"])]


Destination = Annotated[
    Slack
    | SlackWebhook
    | Teams
    | PagerDuty
    | EmailSmtp
    | EmailSendgrid
    | EmailMailgun
    | EmailPostmark
    | EmailResend
    | Webhook
    | Apprise
    | Terminal
    | Inbox,
    Field(discriminator="kind"),
]


def is_pager(of: Destination) -> bool:
    """Whether a message opens something there that somebody has to close: no place for what never ends."""
    return isinstance(of, PagerDuty)


class Store(Section):
    """Where state is kept."""

    url: Annotated[
        str,
        Field(
            repr=False,
            description="SQLAlchemy URL; may hold a password, so it is treated as a secret; default: a file beside the "
            "configuration",
            examples=["${DATABASE_URL}"],
        ),
    ] = "sqlite:///channelwatch.db"
