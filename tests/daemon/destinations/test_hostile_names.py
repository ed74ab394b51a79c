"""Names that strangers wrote reach every destination as text: no mention, link, tag, header or control character of theirs.

A new kind of destination joins by one line in KINDS: a function that delivers alerts and reads what arrived.
"""

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from rich.console import Console

from config.destinations.apprise import Apprise
from config.destinations.email import EmailMailgun, EmailPostmark, EmailResend, EmailSendgrid, EmailSmtp
from config.destinations.pagerduty import PagerDuty
from config.destinations.slack import Slack
from config.destinations.teams import Teams
from config.destinations.webhook import Webhook
from config.outputs import Inbox, Terminal
from daemon.alerts import slack as slack_layout
from daemon.alerts.alert import Alert
from daemon.console.page import page
from daemon.destinations import (
    apprise,
    email_mailgun,
    email_postmark,
    email_resend,
    email_sendgrid,
    email_smtp,
    pagerduty,
    slack,
    slack_webhook,
    teams,
    webhook,
)
from daemon.destinations.build import build
from daemon.destinations.contract import Context, Destination
from daemon.destinations.pace import Pace
from daemon.inbox import received
from daemon.store import open_store
from tests.daemon.destinations.reading import Seen, of_card, of_event, of_html, of_json, of_mail, of_slack, parts_of
from tests.hostile import NAMES
from tests.mail_server import MailServer
from tests.messages.layouts import OURS
from tests.messages.places import MESSAGES, OWNER
from tests.receiver import Answer, Receiver, Request

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = SecretStr("whsec_" + "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0")
SENDER, TO = "channelwatch <alerts@example.com>", ["growth@example.com"]


def _alerts() -> list[Alert]:
    """Every name in every place of some message; which one goes on by one from name to name."""
    kinds = list(MESSAGES.values())
    return [kinds[i % len(kinds)](name) for i, name in enumerate(NAMES)]


def _deliver(destination: Destination, alerts: Sequence[Alert]) -> None:
    for i, alert in enumerate(alerts):
        destination.deliver(json.loads(json.dumps(alert.to_dict())), f"key{i}", NOW + timedelta(minutes=i))


def _posted(connect: Callable[[str], Destination], alerts: Sequence[Alert], answer: Answer) -> list[Request]:
    with Receiver(answer=lambda request: answer) as receiver:
        _deliver(connect(receiver.url), alerts)
    assert len(receiver.requests) == len(alerts)
    for request in receiver.requests:
        names = {name.lower() for name in request.headers}
        assert names <= _REQUEST_HEADERS, names
    return receiver.requests


_REQUEST_HEADERS = {
    *("host", "user-agent", "accept", "accept-encoding", "connection", "content-length", "content-type"),
    *("authorization", "x-postmark-server-token", "idempotency-key"),
    *("webhook-id", "webhook-timestamp", "webhook-signature"),
}
_MAIL_HEADERS = {
    *("from", "to", "subject", "date", "message-id", "references", "in-reply-to", "list-id", "auto-submitted"),
    *("x-auto-response-suppress", "mime-version", "content-type", "x-pm-keepid"),
}


def _slack(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    def connect(url: str) -> Destination:
        return slack_webhook.connect("growth", SecretStr(url), Pace(0))

    return [of_slack(request.body) for request in _posted(connect, alerts, Answer())]


def _teams(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    def connect(url: str) -> Destination:
        settings = Teams(kind="teams", url=SecretStr(url))
        return teams.connect("growth", settings, Pace(0), open_store("sqlite://"))

    requests = _posted(connect, alerts, Answer(status=202, text=""))
    assert max(len(request.content) for request in requests) <= 20_480
    return [of_card(request.body).with_autolinks(but=set()) for request in requests]


def _pagerduty(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    settings = PagerDuty(kind="pagerduty", routing_key=SECRET)
    alerts = [alert for alert in alerts if not alert.is_over]  # an end has no words
    requests = _posted(lambda url: pagerduty.connect("on_call", settings, url), alerts, Answer(status=202, text="{}"))
    return [of_event(request.body).with_autolinks(but=set()) for request in requests]


def _slack_bot(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    """The message itself, with its picture's words, and what stands in its thread."""

    def connect(url: str) -> Destination:
        settings = Slack(kind="slack", token=SecretStr("xoxb-x"), channel="C0GROWTH01")
        return slack.connect("growth", settings, None, lambda _: None, Pace(0), url)

    taken = Answer(text='{"ok": true, "channel": "C0GROWTH01", "ts": "1.2"}')
    bodies = [r.body for r in _posted(connect, [replace(alert, possible_repeat=False) for alert in alerts], taken)]
    threads = [slack_layout.reply(alert) for alert in alerts]
    pictures = [slack_layout.layout(alert, "F0123456789") for alert in alerts]
    return [of_slack(body) for body in (*bodies, *threads, *pictures)]


def _apprise(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    def connect(url: str) -> Destination:
        return apprise.connect("phones", Apprise(kind="apprise", url=SecretStr(url.replace("http", "json", 1))))

    requests = _posted(connect, alerts, Answer())
    seen = [Seen(texts=[request.body["title"], request.body["message"]]) for request in requests]
    for message in seen:
        message.mentions = [text for text in message.texts if re.search(r"@\w|<[!@#]", text)]
    return [message.with_autolinks(but=_own_links(message)) for message in seen]


def _terminal(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=False)
    _deliver(build("tty", Terminal(kind="terminal"), Context(store=open_store("sqlite://"), console=console)), alerts)
    return [Seen(texts=[out.getvalue()])]


def _inbox(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    """A page shows the newest 200."""
    pages = []
    for first in range(0, len(alerts), 200):
        batch = alerts[first : first + 200]
        store = open_store("sqlite://")
        _deliver(build("page", Inbox(kind="inbox"), Context(store=store)), batch)
        pages.append(of_html(page(received(store), ZoneInfo("Europe/London"))))
    return pages


def _email_smtp(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    with MailServer() as server:
        settings = EmailSmtp(kind="email_smtp", host="127.0.0.1", port=server.port, tls="none", sender=SENDER, to=TO)
        _deliver(email_smtp.connect("team", settings, None, folder), alerts)
    assert len(server.mails) == len(alerts)
    return [seen for mail in server.mails for seen in _as_mail(of_mail(mail.content))]


def _email_sendgrid(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    settings = EmailSendgrid(kind="email_sendgrid", api_key=SECRET, sender=SENDER, to=TO)
    requests = _posted(
        lambda url: email_sendgrid.connect("team", settings, None, url), alerts, Answer(status=202, text="")
    )
    return [
        seen
        for body in (request.body for request in requests)
        for seen in _as_mail(
            parts_of(
                headers=body["headers"] | {"subject": body["subject"]},
                text=body["content"][0]["value"],
                page=body["content"][1]["value"],
            )
        )
    ]


def _email_mailgun(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    settings = EmailMailgun(kind="email_mailgun", api_key=SECRET, domain="mg.example.com", sender=SENDER, to=TO)
    requests = _posted(
        lambda url: email_mailgun.connect("team", settings, None, url), alerts, Answer(text='{"id": "<1@mg>"}')
    )
    return [
        seen
        for form in (of_form(request) for request in requests)
        for seen in _as_mail(
            parts_of(
                headers={n.removeprefix("h:"): v for n, v in form.items() if n.startswith("h:")}
                | {"subject": form["subject"]},
                text=form["text"],
                page=form["html"],
            )
        )
    ]


def of_form(request: Request) -> dict[str, str]:
    """The fields of a form; none of them is of a stranger's making."""
    kind = next(value for name, value in request.headers.items() if name.lower() == "content-type")
    boundary = kind.partition("boundary=")[2].encode()
    parts = request.content.split(b"--" + boundary)
    assert (parts[0], parts[-1]) == (b"", b"--\r\n")
    form = {}
    for part in parts[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        found = re.fullmatch(rb'Content-Disposition: form-data; name="([\w:-]+)"', head)
        assert found is not None, head
        form[found.group(1).decode()] = value.removesuffix(b"\r\n").decode()
    assert {n for n in form if ":" not in n} == {"from", "to", "subject", "text", "html"}
    return form


def _email_postmark(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    settings = EmailPostmark(kind="email_postmark", server_token=SECRET, sender=SENDER, to=TO)
    requests = _posted(
        lambda url: email_postmark.connect("team", settings, None, url),
        alerts,
        Answer(text='{"ErrorCode": 0, "MessageID": "1"}'),
    )
    return [
        seen
        for body in (request.body for request in requests)
        for seen in _as_mail(
            parts_of(
                headers={h["Name"]: h["Value"] for h in body["Headers"]} | {"subject": body["Subject"]},
                text=body["TextBody"],
                page=body["HtmlBody"],
            )
        )
    ]


def _email_resend(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    settings = EmailResend(kind="email_resend", api_key=SECRET, sender=SENDER, to=TO)
    requests = _posted(
        lambda url: email_resend.connect("team", settings, None, url), alerts, Answer(text='{"id": "1"}')
    )
    return [
        seen
        for body in (request.body for request in requests)
        for seen in _as_mail(
            parts_of(headers=body["headers"] | {"subject": body["subject"]}, text=body["text"], page=body["html"])
        )
    ]


def _as_mail(parts: list[Seen]) -> list[Seen]:
    headers, text, html = parts
    assert set(headers.headers) <= _MAIL_HEADERS
    assert all("\n" not in value for value in headers.texts)
    return [headers, text.with_autolinks(but=_own_links(text)), html.with_autolinks(but=set())]


def _own_links(text: Seen) -> set[str]:
    return {word for words in text.texts for word in words.split() if word.startswith(OURS)}


def _webhook(alerts: Sequence[Alert], folder: Path) -> list[Seen]:
    def connect(url: str) -> Destination:
        settings = Webhook(kind="webhook", url=SecretStr(url), secret=SECRET, allow_private=True)
        return webhook.connect("own", settings)

    requests = _posted(connect, alerts, Answer(status=204, text=""))
    assert max(len(request.content) for request in requests) < 20_480
    return [of_json(request.content) for request in requests]


KINDS: dict[str, Callable[[Sequence[Alert], Path], list[Seen]]] = {
    "slack": _slack_bot,
    "slack_webhook": _slack,
    "teams": _teams,
    "pagerduty": _pagerduty,
    "apprise": _apprise,
    "terminal": _terminal,
    "inbox": _inbox,
    "email_smtp": _email_smtp,
    "email_sendgrid": _email_sendgrid,
    "email_mailgun": _email_mailgun,
    "email_postmark": _email_postmark,
    "email_resend": _email_resend,
    "webhook": _webhook,
}


def test_the_corpus_is_large_and_every_kind_of_destination_is_tried() -> None:
    from config import fields
    from config.outputs import Destination as Settings

    assert len(set(NAMES)) >= 200
    assert set(KINDS) == set(fields.kinds(Settings))


@pytest.fixture(scope="module")
def alerts() -> list[Alert]:
    return _alerts()


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_name_stays_text(kind: str, alerts: list[Alert], tmp_path: Path) -> None:
    seen = KINDS[kind](alerts, tmp_path)

    assert sum(len(s.texts) for s in seen) > 0
    for message in seen:
        assert message.alive(ours=OURS, owner=OWNER) == []


def test_the_names_can_still_be_read(alerts: list[Alert], tmp_path: Path) -> None:
    """What was made harmless is not what was left out."""
    for kind in ("email_smtp", "webhook", "inbox"):
        words = "\n".join(text for seen in KINDS[kind](alerts, tmp_path) for text in seen.texts).replace("\u2060", "")
        for name in ("<script>alert(1)</script>", "@everyone", "https://evil.example/x", "日本語キャンペーン"):
            assert name in words, (kind, name)
