"""From settings to a destination."""

from collections.abc import Mapping
from typing import assert_never

from rich.console import Console

from config.outputs import Destination as Settings
from config.outputs import Inbox, SlackWebhook, Terminal
from daemon.destinations import inbox, slack_webhook, terminal
from daemon.destinations.contract import Context, Destination
from daemon.destinations.pace import Pace


def build(name: str, settings: Settings, context: Context) -> Destination:
    """The destination of that name.

    Raises:
        DeliveryRefused: its settings can never work.
    """
    match settings:
        case SlackWebhook():
            return slack_webhook.connect(name, settings.url, Pace(context.seconds_between_posts))
        case Terminal():
            return terminal.TerminalDestination(console=context.console or Console(stderr=True))
        case Inbox():
            return inbox.InboxDestination(store=context.store, chart=context.chart)
    assert_never(settings)


def build_all(settings: Mapping[str, Settings], context: Context) -> dict[str, Destination]:
    """All destinations by name.

    Raises:
        DeliveryRefused: the settings of one can never work.
    """
    return {name: build(name, of, context) for name, of in settings.items()}
