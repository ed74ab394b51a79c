"""From settings to a destination."""

from collections.abc import Hashable
from functools import partial
from typing import assert_never

from rich.console import Console

from config.destinations.apprise import Apprise
from config.destinations.email import EmailMailgun, EmailPostmark, EmailResend, EmailSendgrid, EmailSmtp
from config.destinations.pagerduty import PagerDuty
from config.destinations.slack import Slack
from config.destinations.teams import Teams
from config.destinations.webhook import Webhook
from config.outputs import Destination as Settings
from config.outputs import Inbox, SlackWebhook, Terminal
from daemon.destinations import (
    apprise,
    email_mailgun,
    email_postmark,
    email_resend,
    email_sendgrid,
    email_smtp,
    inbox,
    pagerduty,
    slack,
    slack_webhook,
    teams,
    terminal,
    webhook,
)
from daemon.destinations.contract import Context, Destination
from daemon.destinations.pace import Paced

Email = EmailSmtp | EmailSendgrid | EmailMailgun | EmailPostmark | EmailResend


def build(name: str, settings: Settings, context: Context) -> Destination:
    """The destination of that name.

    Raises:
        DeliveryRefused: its settings can never work.
    """
    match settings:
        case Slack():
            pace = context.target(name, settings.channel).pace
            return slack.connect(name, settings, context.chart, partial(context.last_message, name), pace)
        case SlackWebhook():
            return slack_webhook.connect(name, settings.url, context.target(name, settings.url).pace)
        case Teams():
            target = context.target(name, settings.url)
            return teams.connect(name, settings, target.pace, context.store, target.names)
        case PagerDuty():
            return Paced(
                destination=pagerduty.connect(name, settings), pace=context.target(name, settings.routing_key).pace
            )
        case EmailSmtp() | EmailSendgrid() | EmailMailgun() | EmailPostmark() | EmailResend():
            pace = context.target(name, *_account(settings)).pace
            return Paced(destination=_mailbox(name, settings, context), pace=pace)
        case Webhook():
            return webhook.connect(name, settings)
        case Apprise():
            return Paced(destination=apprise.connect(name, settings), pace=context.target(name, settings.url).pace)
        case Terminal():
            return terminal.TerminalDestination(console=context.console or Console(stderr=True))
        case Inbox():
            return inbox.InboxDestination(store=context.store, chart=context.chart)
    assert_never(settings)


def _mailbox(name: str, settings: Email, context: Context) -> Destination:
    match settings:
        case EmailSmtp():
            return email_smtp.connect(name, settings, context.chart, context.folder)
        case EmailSendgrid():
            return email_sendgrid.connect(name, settings, context.chart)
        case EmailMailgun():
            return email_mailgun.connect(name, settings, context.chart)
        case EmailPostmark():
            return email_postmark.connect(name, settings, context.chart)
        case EmailResend():
            return email_resend.connect(name, settings, context.chart)
    assert_never(settings)


def _account(settings: Email) -> tuple[Hashable, ...]:
    """What a mail server or provider counts by."""
    match settings:
        case EmailSmtp():
            return settings.host, settings.username
        case EmailPostmark():
            return (settings.server_token,)
        case EmailSendgrid() | EmailMailgun() | EmailResend():
            return (settings.api_key,)
    assert_never(settings)
