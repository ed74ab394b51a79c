"""The door of each destination: is it found, does it answer, does it prove who it is? Nothing is sent.

A web address is asked for its front page (HEAD /), never for the secret part; a mail server is greeted and signed in to;
Slack is asked who a token belongs to and what it may do.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from config.destinations.apprise import Apprise
from config.destinations.email import EmailMailgun, EmailPostmark, EmailResend, EmailSendgrid, EmailSmtp
from config.destinations.pagerduty import PagerDuty
from config.destinations.slack import Slack
from config.destinations.teams import Teams
from config.destinations.webhook import Webhook
from config.outputs import Destination, Inbox, SlackWebhook, Terminal
from config.upkeep import Heartbeat
from daemon.alerts.untrusted import clean
from daemon.doctor.answering import slack_socket
from daemon.doctor.line import Line, fail, ok, warn
from daemon.errors import DeliveryRefused

_CLOCK_WARN, _CLOCK_FAIL = timedelta(minutes=2), timedelta(minutes=30)
_SCOPES = {"chat:write": "nothing can be posted", "files:write": "alerts come without their chart"}
_NETWORK = "Look at the network, the firewall and the name."


def look(of: Destination, name: str, folder: Path, now: datetime) -> Iterator[Line]:
    """One destination."""
    what = f"destination {name}"
    match of:
        case Inbox():
            yield ok(what, "the local page: channelwatch inbox")
        case Terminal():
            yield ok(what, "the terminal or journal")
        case EmailSmtp():
            yield from _mail_server(what, of, folder)
        case Slack():
            yield from slack(what, of, name)
            yield from slack_socket(what, of, name)
        case SlackWebhook() | Teams():
            yield from _web(what, of.url.get_secret_value(), now, allow_private=True)
        case Webhook():
            yield from _web(what, of.url.get_secret_value(), now, allow_private=of.allow_private)
        case Apprise():
            yield _library(what, of, name)
        case EmailMailgun() | EmailPostmark() | EmailResend() | EmailSendgrid() | PagerDuty():
            yield from _web(what, _endpoint(of), now, allow_private=False)


def _endpoint(of: EmailMailgun | EmailPostmark | EmailResend | EmailSendgrid | PagerDuty) -> str:
    from daemon.destinations import email_mailgun, email_postmark, email_resend, email_sendgrid, pagerduty

    match of:
        case EmailMailgun():
            return email_mailgun.ENDPOINTS[of.region]
        case EmailPostmark():
            return email_postmark.ENDPOINT
        case EmailResend():
            return email_resend.ENDPOINT
        case EmailSendgrid():
            return email_sendgrid.ENDPOINT
        case PagerDuty():
            return pagerduty.ENDPOINTS[of.region]


def slack(what: str, of: Slack, name: str, endpoint: str | None = None) -> Iterator[Line]:
    """The door of Slack's Web API; another endpoint is a test's."""
    from daemon.destinations import slack as destination
    from daemon.destinations.pace import Pace
    from daemon.destinations.slack_api import ENDPOINT
    from daemon.errors import DeliveryError, DeliveryRefused

    try:
        connected = destination.connect(name, of, None, lambda _: None, Pace(0), endpoint or ENDPOINT)
        signed = connected.api.signed_in()
    except DeliveryRefused as error:
        yield fail(what, str(error), "docs/alerts.md has the Slack app that this takes.")
        return
    except DeliveryError as error:
        yield fail(what, str(error), _NETWORK)
        return
    yield ok(what, f"Slack: signed in as {clean(signed.user)} in {clean(signed.team)}; nothing was sent")
    for scope, without in _SCOPES.items() if signed.scopes is not None else ():
        if scope not in (signed.scopes or ()):
            line = (
                what,
                f"the app lacks the scope {scope}: {without}",
                "Add it under OAuth & Permissions, and reinstall.",
            )
            yield fail(*line) if scope == "chat:write" else warn(*line)


def _library(what: str, of: Apprise, name: str) -> Line:
    """Services of Apprise are not asked: each has its own way."""
    from daemon.destinations import apprise

    try:
        service = apprise.connect(name, of).title
    except DeliveryRefused as error:
        return fail(
            what, str(error).removeprefix(f'destination "{name}": '), "Put it right, then try: channelwatch test-alert."
        )
    return ok(what, f"{service}, through Apprise; it was not asked: channelwatch test-alert {name}")


def heartbeat(of: Heartbeat, now: datetime) -> Iterator[Line]:
    """The dead man's switch: its server answers. It is not told anything, for only the service may say that all is well."""
    yield from _web("upkeep.heartbeat", of.url.get_secret_value(), now, allow_private=of.allow_private)


def _web(what: str, url: str, now: datetime, *, allow_private: bool) -> Iterator[Line]:
    from daemon import http_client

    parts = urlsplit(url.strip())
    door = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
    try:
        reply = http_client.request("HEAD", door, allow_private=allow_private)
    except http_client.NotAllowed as error:
        yield fail(what, str(error), "Write another address, or allow this one.")
    except (http_client.NotSent, http_client.Unclear) as error:
        yield fail(what, str(error), _NETWORK)
    else:
        yield ok(what, f"{parts.hostname} answers{' over TLS' if parts.scheme == 'https' else ''}; nothing was sent")
        yield from _clock(reply.headers.get("date", ""), str(parts.hostname), now)


def _clock(said: str, host: str, now: datetime) -> Iterator[Line]:
    """This machine's clock against the other's."""
    try:
        away = abs(now - parsedate_to_datetime(said))
    except (ValueError, TypeError):  # it says nothing, or no time with a zone
        return
    seen, todo = f"{away.total_seconds():.0f} s away from that of {host}", "Set the clock: timedatectl set-ntp true."
    if away > _CLOCK_FAIL:
        yield fail("clock", seen, todo)
    elif away > _CLOCK_WARN:
        yield warn("clock", seen, todo)


def _mail_server(what: str, of: EmailSmtp, folder: Path) -> Iterator[Line]:
    from daemon import smtp_client

    server = smtp_client.Server(
        host=of.host,
        port=of.resolved_port,
        tls=of.tls,
        username=of.username,
        password=of.password.get_secret_value() if of.password else None,
        ca_file=folder / of.ca_file if of.ca_file else None,
        timeout_seconds=of.timeout_seconds,
    )
    try:
        smtp_client.greet(server)
    except smtp_client.NotSent as error:
        yield fail(what, f"{of.host}: {error}", _NETWORK)
    except (smtp_client.Insecure, OSError) as error:
        yield fail(what, f"{of.host}: {error}", "Look at tls and ca_file.")
    except smtp_client.Said as error:
        yield fail(what, f"{of.host} refused {error}", "Look at username and password.")
    else:
        signed = "signed in" if of.username else "greeted"
        yield ok(what, f"{of.host}: {signed}{' over TLS' if of.tls != 'none' else ''}; nothing was sent")
