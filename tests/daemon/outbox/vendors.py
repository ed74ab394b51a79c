"""Every kind of destination that goes over HTTP, against one server: how it is reached, taken, and told to wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from config.destinations.email import EmailMailgun, EmailPostmark, EmailResend, EmailSendgrid
from config.destinations.pagerduty import PagerDuty
from config.destinations.slack import Slack
from config.destinations.teams import Teams
from config.destinations.webhook import Webhook
from daemon.destinations import (
    Destination,
    email_mailgun,
    email_postmark,
    email_resend,
    email_sendgrid,
    pagerduty,
    slack,
    slack_webhook,
    teams,
    webhook,
)
from daemon.destinations.drawing import Draw
from daemon.destinations.pace import Pace
from daemon.store import Store
from tests.receiver import OK, Answer

_KEY = SecretStr("canary-of-a-key")
_SENDER, _TO = "alerts@example.com", ["growth@example.com"]
_SECRET = SecretStr("whsec_Y2FuYXJ5IG9mIGEgc2VjcmV0LCAyNCBieXRlcw==")

Refuse = Callable[[int, Mapping[str, str]], Answer]


def _plainly(status: int, headers: Mapping[str, str]) -> Answer:
    return Answer(status=status, text="", headers=headers)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`connect` to a server's address; what it answers where it takes a message; how it says no with a status."""

    connect: Callable[[str, Store, Draw | None], Destination]
    taken: Answer
    refuse: Refuse = _plainly


def _slack_says(status: int, headers: Mapping[str, str]) -> Answer:
    word = "ratelimited" if status == 429 else "service_unavailable"
    return Answer(status=200, text=f'{{"ok": false, "error": "{word}"}}', headers=headers)


def _teams_says(status: int, headers: Mapping[str, str]) -> Answer:
    said = f"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error {status} with ContextId x"
    return Answer(status=200, text=said, headers=headers)


def _slack(url: str, _: Store, draw: Draw | None) -> Destination:
    settings = Slack(kind="slack", token=SecretStr("xoxb-canary"), channel="C0GROWTH01")
    return slack.connect("it", settings, draw, lambda _: None, Pace(0), url)


def _slack_webhook(url: str, _: Store, __: Draw | None) -> Destination:
    return slack_webhook.connect("it", SecretStr(url), Pace(0))


def _teams(url: str, store: Store, _: Draw | None) -> Destination:
    return teams.connect("it", Teams(kind="teams", url=SecretStr(url)), Pace(0), store)


def _pagerduty(url: str, _: Store, __: Draw | None) -> Destination:
    return pagerduty.connect("it", PagerDuty(kind="pagerduty", routing_key=_KEY), url)


def _webhook(url: str, _: Store, __: Draw | None) -> Destination:
    return webhook.connect("it", Webhook(kind="webhook", url=SecretStr(url), secret=_SECRET, allow_private=True))


def _sendgrid(url: str, _: Store, draw: Draw | None) -> Destination:
    settings = EmailSendgrid(kind="email_sendgrid", api_key=_KEY, sender=_SENDER, to=_TO)
    return email_sendgrid.connect("it", settings, draw, url)


def _mailgun(url: str, _: Store, draw: Draw | None) -> Destination:
    settings = EmailMailgun(kind="email_mailgun", api_key=_KEY, domain="mg.example.com", sender=_SENDER, to=_TO)
    return email_mailgun.connect("it", settings, draw, url)


def _postmark(url: str, _: Store, draw: Draw | None) -> Destination:
    settings = EmailPostmark(kind="email_postmark", server_token=_KEY, sender=_SENDER, to=_TO)
    return email_postmark.connect("it", settings, draw, url)


def _resend(url: str, _: Store, draw: Draw | None) -> Destination:
    return email_resend.connect("it", EmailResend(kind="email_resend", api_key=_KEY, sender=_SENDER, to=_TO), draw, url)


_POSTED = Answer(text='{"ok": true, "channel": "C0GROWTH01", "ts": "1772452800.000100"}')
_CARD = Answer(status=202, text="")

KINDS = {
    "slack": Kind(connect=_slack, taken=_POSTED),
    "slack, by its words": Kind(connect=_slack, taken=_POSTED, refuse=_slack_says),
    "slack_webhook": Kind(connect=_slack_webhook, taken=OK),
    "teams": Kind(connect=_teams, taken=_CARD),
    "teams, in the body": Kind(connect=_teams, taken=_CARD, refuse=_teams_says),
    "pagerduty": Kind(connect=_pagerduty, taken=Answer(status=202, text='{"status": "success"}')),
    "webhook": Kind(connect=_webhook, taken=Answer(status=204, text="")),
    "email_sendgrid": Kind(connect=_sendgrid, taken=Answer(status=202, text="", headers={"X-Message-Id": "sg-1"})),
    "email_mailgun": Kind(connect=_mailgun, taken=Answer(text='{"id": "<1@mg.example.com>", "message": "Queued."}')),
    "email_postmark": Kind(connect=_postmark, taken=Answer(text='{"MessageID": "pm-1", "ErrorCode": 0}')),
    "email_resend": Kind(connect=_resend, taken=Answer(text='{"id": "re-1"}')),
}
