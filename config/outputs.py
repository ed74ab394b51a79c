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

    kind: Literal["slack_webhook"]
    url: Annotated[SecretStr, Field(description="https://hooks.slack.com/services/..., as ${NAME}")]


class Terminal(Section):
    """The terminal (or journal) that the service runs in."""

    kind: Literal["terminal"]


class Inbox(Section):
    """The local page that shows what would have been sent."""

    kind: Literal["inbox"]


Destination = Annotated[SlackWebhook | Terminal | Inbox, Field(discriminator="kind")]


class Route(Section):
    """Which incidents go to which destinations; empty lists mean all."""

    to: Annotated[list[str], Field(min_length=1, description="names of destinations")]
    channels: Annotated[list[str], Field(description="only these channels; `business` for the whole business")] = []
    kpis: Annotated[list[str], Field(description="only these KPIs")] = []
    min_severity: Annotated[Severity, Field(description="critical, warning or info")] = Severity.INFO


class Store(Section):
    """Where state is kept."""

    url: Annotated[str, Field(description="SQLAlchemy URL; default: a file beside the configuration")] = "sqlite:///channelwatch.db"
