"""From settings to a destination."""

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
from daemon.destinations.pace import Pace


def build(name: str, settings: Settings, context: Context) -> Destination:
    """The destination of that name.

    Raises:
        DeliveryRefused: its settings can never work.
    """
    match settings:
        case Slack():
            pace = Pace(context.seconds_between_posts)
            return slack.connect(name, settings, context.chart, partial(context.last_message, name), pace)
        case SlackWebhook():
            return slack_webhook.connect(name, settings.url, Pace(context.seconds_between_posts))
        case Teams():
            return teams.connect(name, settings, Pace(context.seconds_between_posts), context.store)
        case PagerDuty():
            return pagerduty.connect(name, settings)
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
        case Webhook():
            return webhook.connect(name, settings)
        case Apprise():
            return apprise.connect(name, settings)
        case Terminal():
            return terminal.TerminalDestination(console=context.console or Console(stderr=True))
        case Inbox():
            return inbox.InboxDestination(store=context.store, chart=context.chart)
    assert_never(settings)
