"""PagerDuty."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from config.base import Section


class PagerDuty(Section):
    """A PagerDuty service by its Events API v2: opened and worse pages, resolved ends it. Give it a route of its own."""

    kind: Annotated[Literal["pagerduty"], Field(description="what it is", examples=["pagerduty"])]
    routing_key: Annotated[
        SecretStr,
        Field(
            description="integration key of the service (Integrations, Events API v2), a secret: write ${NAME}",
            examples=["${PAGERDUTY_KEY}"],
        ),
    ]
    region: Annotated[
        Literal["us", "eu"], Field(description="where the account's data are: us or eu", examples=["eu"])
    ] = "us"
