"""Destinations of three families, the real servers behind them, and what people see there.

keyed: a second copy shows nothing. looking: the destination finds its own message again. blind: a second copy is seen.
"""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from config.destinations.email import EmailSmtp
from config.destinations.pagerduty import PagerDuty
from config.destinations.slack import Slack as SlackSettings
from config.destinations.teams import Teams
from config.destinations.webhook import Webhook
from daemon.alerts.alert import Alert
from daemon.destinations import Context, Destination, email_smtp, pagerduty, slack, slack_webhook, teams, webhook
from daemon.destinations.pace import Pace
from daemon.store import Store
from tests.mail_server import MailServer
from tests.receiver import Answer, Receiver, Request
from tests.slack_server import CHANNEL, TOKEN, Slack

_SECRET = SecretStr("whsec_" + base64.b64encode(b"canarysecret-to-sign-alerts-with").decode())
_REPEAT = "This may be a repeat"
# What an alert of the torture is called: its incident, and what it says of it.
_CALLED = re.compile(r"\b(k\d+) (opened|worse|resolved)\b")

Called = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One message that somebody sees, and whether it says that it may be a repeat."""

    what: Called
    is_marked: bool = False


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came to a server: how many messages, what people see of them in order; of living messages how many show what is
    no longer so, and how many lack their chart.
    """

    copies: int
    sights: Sequence[Sight]
    stale: int = 0
    bare: int = 0


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server, and what has come to it."""

    port: int
    seen: Callable[[], Seen]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of destination. end: how the sender's bytes end when a message is complete."""

    family: str
    serve: Callable[[], AbstractContextManager[Server]]
    connect: Callable[[int, Store], Destination]
    end: bytes = b""


def called(words: str) -> Called:
    """What a message is about."""
    found: set[Called] = set(_CALLED.findall(words))
    assert len(found) == 1, words
    return found.pop()


def _url(port: int) -> SecretStr:
    return SecretStr(f"http://127.0.0.1:{port}/services/T0CANARY/B0CANARY/canarysecretcanarysecret")


@contextmanager
def _receiving(seen: Callable[[Sequence[Request]], Seen], status: int = 200) -> Iterator[Server]:
    with Receiver(answer=lambda _: Answer(status=status)) as receiver:
        yield Server(port=urlsplit(receiver.url).port or 0, seen=lambda: seen(list(receiver.requests)))


def _by_id(requests: Sequence[Request]) -> Seen:
    """A program that knows the ids of Standard Webhooks."""
    known: dict[str, Called] = {}
    for request in requests:
        alert = request.body["data"]["alert"]
        known.setdefault(_header(request, "webhook-id"), (alert["incident_id"], alert["change"]))
    return Seen(copies=len(requests), sights=[Sight(what=what) for what in known.values()])


def _header(request: Request, name: str) -> str:
    return next(value for header, value in request.headers.items() if header.lower() == name)


def _pages(requests: Sequence[Request]) -> Seen:
    """PagerDuty: a trigger of what is open adds to it, of what is not it pages; a resolve of what is not open does nothing."""
    sights: list[Sight] = []
    paged: set[str] = set()
    for body in (request.body for request in requests):
        incident = str(body["dedup_key"]).rpartition("-")[2]
        is_end = body["event_action"] == "resolve"
        what = (incident, "resolved") if is_end else called(body["payload"]["summary"])
        is_new_page = not is_end and incident not in paged
        if is_new_page or Sight(what=what) not in sights:
            sights.append(Sight(what=what))
        paged = paged - {incident} if is_end else paged | {incident}
    return Seen(copies=len(requests), sights=sights)


def _every_one(requests: Sequence[Request]) -> Seen:
    sights = [Sight(what=called(r.words), is_marked=_REPEAT in r.words) for r in requests]
    return Seen(copies=len(sights), sights=sights)


@contextmanager
def _slack() -> Iterator[Server]:
    with Slack() as server:

        def seen() -> Seen:
            newest = dict(called(words) for words in server.pings)
            shown = [called(m["text"]) for m in server.roots]
            return Seen(
                copies=len(server.pings),
                sights=[
                    Sight(what=called(words), is_marked="may be a repeat" in words.lower()) for words in server.pings
                ],
                stale=sum(newest[incident] != change for incident, change in shown) + len(shown) - len(dict(shown)),
                bare=sum(all(block["type"] != "image" for block in m["blocks"]) for m in server.roots),
            )

        yield Server(port=urlsplit(server.url).port or 0, seen=seen)


@contextmanager
def _mail() -> Iterator[Server]:
    with MailServer() as server:

        def seen() -> Seen:
            texts = [mail.message.get_body(("plain",)).get_content() for mail in server.mails]  # type: ignore[union-attr]
            return Seen(
                copies=len(texts), sights=[Sight(what=called(text), is_marked=_REPEAT in text) for text in texts]
            )

        yield Server(port=server.port, seen=seen)


def _draw(alert: Alert) -> bytes | None:
    return b"PNG" if alert.chart else None


def _to_slack(port: int, store: Store) -> Destination:
    settings = SlackSettings(kind="slack", token=SecretStr(TOKEN), channel=CHANNEL)
    last = partial(Context(store=store).last_message, "slack")
    return slack.connect("slack", settings, _draw, last, Pace(0), f"http://127.0.0.1:{port}/api")


def _to_mail(port: int, _store: Store) -> Destination:
    settings = EmailSmtp(
        kind="email_smtp",
        host="127.0.0.1",
        port=port,
        tls="none",
        sender="alerts@example.com",
        to=["ana@example.com"],
    )
    return email_smtp.connect("email_smtp", settings, _draw, Path())


def _to_webhook(port: int, _store: Store) -> Destination:
    return webhook.connect("webhook", Webhook(kind="webhook", url=_url(port), secret=_SECRET, allow_private=True))


def _to_pagerduty(port: int, _store: Store) -> Destination:
    settings = PagerDuty(kind="pagerduty", routing_key=SecretStr("c" * 32))
    return pagerduty.connect("pagerduty", settings, f"http://127.0.0.1:{port}/v2/enqueue")


KINDS = {
    "webhook": Kind(family="keyed", serve=partial(_receiving, _by_id), connect=_to_webhook),
    "pagerduty": Kind(family="keyed", serve=partial(_receiving, _pages, 202), connect=_to_pagerduty),
    "slack": Kind(family="looking", serve=_slack, connect=_to_slack),
    "slack_webhook": Kind(
        family="blind",
        serve=partial(_receiving, _every_one),
        connect=lambda port, _: slack_webhook.connect("slack_webhook", _url(port), Pace(0)),
    ),
    "teams": Kind(
        family="blind",
        serve=partial(_receiving, _every_one, 202),
        connect=lambda port, store: teams.connect("teams", Teams(kind="teams", url=_url(port)), Pace(0), store),
    ),
    "email_smtp": Kind(family="blind", serve=_mail, connect=_to_mail, end=b"\r\n.\r\n"),
}
