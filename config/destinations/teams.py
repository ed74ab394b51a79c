"""Microsoft Teams, by a Workflow's webhook."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from config.base import Section, bad_value

# Where Workflows live: Logic Apps and the Power Platform, each also in the clouds of the American government and of China.
_WORKFLOWS = (
    *(".logic.azure.com", ".logic.azure.us", ".logic.azure.cn"),
    *(".api.powerplatform.com", ".api.powerplatform.us", ".api.gov.powerplatform.microsoft.us"),
    *(".api.high.powerplatform.microsoft.us", ".api.powerplatform.partner.microsoftonline.cn"),
)
# Office 365 connectors: retired, and where one still answers, it says 200 to what it drops.
_CONNECTORS = (".webhook.office.com", "outlook.office.com", "outlook.office365.com")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

_REMEDY = (
    "In Teams: the channel's ... menu, Workflows, “Post to a channel when a webhook request is received”, "
    "for anyone; copy the address that it shows."
)


def _is_workflow(value: SecretStr) -> SecretStr:
    """Only https to Microsoft; plain http only to this machine, for a local receiver."""
    url = value.get_secret_value().strip()
    try:
        parts = urlsplit(url)
        host, named, _ = parts.hostname or "", parts.username is not None, parts.port
    except ValueError:
        host, named, parts = "", False, urlsplit("")
    if host.endswith(_CONNECTORS):
        raise bad_value("Workflow: Microsoft has switched Office 365 connectors off", remedy=_REMEDY)
    theirs = parts.scheme == "https" and host.endswith(_WORKFLOWS)
    ours = parts.scheme in ("http", "https") and host in _LOOPBACK
    if named or not url.isprintable() or " " in url or not (theirs or ours):
        raise bad_value("address of a Teams Workflow", remedy=_REMEDY)
    return SecretStr(url)


class Teams(Section):
    """A Microsoft Teams channel by a Workflow's webhook. The URL is a secret: write ${TEAMS_WORKFLOW_URL}."""

    kind: Annotated[Literal["teams"], Field(description="what it is", examples=["teams"])]
    url: Annotated[
        SecretStr,
        Field(description="the Workflow's https address, a secret: write ${NAME}", examples=["${TEAMS_WORKFLOW_URL}"]),
        AfterValidator(_is_workflow),
    ]
