"""Who hears about it: destinations and routes."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from config.base import Section


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


Destination = Annotated[SlackWebhook | Terminal | Inbox, Field(discriminator="kind")]


class Route(Section):
    """Which incidents go to which destinations; empty lists mean all."""

    to: Annotated[list[str], Field(min_length=1, description="names of destinations", examples=["[growth]"])]
    channels: Annotated[
        list[str],
        Field(
            description="only these channels; `business` for the whole business; empty: all",
            examples=["[paid_search, business]"],
        ),
    ] = []
    kpis: Annotated[list[str], Field(description="only these KPIs; empty: all", examples=["[orders]"])] = []
    min_severity: Annotated[
        Severity,
        Field(description="the least that is sent: critical, warning or info (all)", examples=["warning"]),
    ] = Severity.INFO


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
