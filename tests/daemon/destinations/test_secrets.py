"""No key, password, address or signature of a destination in any message, log or repr, whatever happens; no redactor at work."""

import base64
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import SecretStr, TypeAdapter

from config.outputs import Destination as Settings
from daemon import logs
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.destinations import email_mailgun, email_postmark, email_resend, email_sendgrid, pagerduty, slack
from daemon.destinations.build import build
from daemon.destinations.contract import Context, Destination
from daemon.destinations.pace import Pace
from daemon.errors import DeliveryError
from daemon.redact import Redactor, secrets_of
from daemon.store import open_store
from tests import builders_alerts as stories
from tests.mail_server import MailServer
from tests.receiver import Answer, Receiver

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALERT = compose(stories.checkout_failing())
CANARY = "canary/of+a=secret&more"
HOOK = "whsec_" + base64.b64encode(b"canary of a signing secret..").decode()
MAIL = {"sender": "alerts@example.com", "to": ["growth@example.com"]}
Connect = Callable[[Any, str], Destination]

KINDS: dict[str, tuple[dict[str, Any], Connect | None]] = {
    "slack": (
        {"token": f"xoxb-{CANARY}", "channel": "C0GROWTH01", "signing_secret": CANARY, "app_token": f"xapp-{CANARY}"},
        lambda s, url: slack.connect("team", s, None, lambda _: None, Pace(0), url),
    ),
    "slack_webhook": ({"url": "{url}"}, None),
    "teams": ({"url": "{url}"}, None),
    "webhook": ({"url": "{url}", "secret": HOOK, "previous_secret": HOOK, "allow_private": True}, None),
    "pagerduty": ({"routing_key": CANARY}, lambda s, url: pagerduty.connect("team", s, url)),
    "apprise": ({"url": "{apprise}"}, None),
    "email_sendgrid": ({"api_key": CANARY, **MAIL}, lambda s, url: email_sendgrid.connect("team", s, None, url)),
    "email_mailgun": (
        {"api_key": CANARY, "domain": "mg.example.com", **MAIL},
        lambda s, url: email_mailgun.connect("team", s, None, url),
    ),
    "email_postmark": ({"server_token": CANARY, **MAIL}, lambda s, url: email_postmark.connect("team", s, None, url)),
    "email_resend": ({"api_key": CANARY, **MAIL}, lambda s, url: email_resend.connect("team", s, None, url)),
}
ANSWERS = [
    Answer(status=400, text=CANARY),
    Answer(status=401, text=CANARY),
    Answer(status=404, text=CANARY),
    Answer(status=429, text=CANARY),
    Answer(status=500, text=CANARY),
    Answer(status=302, text="", headers={"location": "https://canary.example/"}),
    Answer(lost=True),
    Answer(text=CANARY),
]


@pytest.fixture
def lines() -> io.StringIO:
    """Everything that any library logs, at DEBUG, as it would be written."""
    stream = io.StringIO()
    logs.set_up(Redactor(), level="DEBUG", as_json=True, stream=stream)
    return stream


def _forms(secret: str) -> set[str]:
    bare = secret.removeprefix("whsec_")
    return {
        secret,
        bare,
        quote(secret),
        quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode().rstrip("="),
        base64.b64encode(f"api:{secret}".encode()).decode().rstrip("="),
    }


def _assert_clean(secrets: list[str], *texts: str) -> None:
    assert secrets
    for secret in secrets:
        for form in _forms(secret):
            for text in texts:
                assert form not in text


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_a_secret_is_said(kind: str, lines: io.StringIO) -> None:
    given, connect = KINDS[kind]
    with Receiver(*ANSWERS) as receiver:
        written = {name: _filled(value, receiver.url) for name, value in given.items()}
        settings = TypeAdapter(Settings).validate_python({"kind": kind, **written})
        context = Context(store=open_store("sqlite://"), seconds_between_posts=0)
        destination = connect(settings, receiver.url) if connect else build("team", settings, context)
        said = []
        for _ in ANSWERS:
            try:
                destination.deliver(ALERT.to_dict(), "key", NOW)
            except DeliveryError as error:
                said.append(f"{error} {error!r} {error.__cause__!r} {error.__context__!r}")

    assert len(said) >= len(ANSWERS) - 2
    assert len(receiver.requests) >= len(ANSWERS)
    _assert_clean(secrets_of(settings), *said, repr(destination), repr(settings), lines.getvalue())
    assert all('"team"' in words for words in said)


def test_nothing_of_a_mail_servers_password_is_said(lines: io.StringIO, tmp_path: Path) -> None:
    said = []
    for sign_in in (True, False):
        with MailServer(sign_in=sign_in, answers=["554 no"]) as server:
            settings = TypeAdapter(Settings).validate_python(
                {"kind": "email_smtp", "host": "127.0.0.1", "port": server.port, "tls": "none", **MAIL}
                | {"username": "alerts", "password": CANARY}
            )
            destination = build("team", settings, Context(store=open_store("sqlite://"), folder=tmp_path))
            with pytest.raises(DeliveryError) as failed:
                destination.deliver(ALERT.to_dict(), "key", NOW)
        said.append(f"{failed.value} {failed.value!r} {failed.value.__cause__!r}")
        _assert_clean([CANARY, f"\0alerts\0{CANARY}"], *said, repr(destination), repr(settings), lines.getvalue())


def test_every_secret_of_a_destination_is_known_to_the_redactor() -> None:
    """The second line of defence needs to know them."""
    secret = SecretStr("x")
    for kind, (given, _) in KINDS.items():
        written = {name: _filled(value, "http://127.0.0.1:9/x") for name, value in given.items()}
        settings = TypeAdapter(Settings).validate_python({"kind": kind, **written})
        named = {name for name, field in type(settings).model_fields.items() if _is_secret(name)}
        held = {name for name in type(settings).model_fields if isinstance(getattr(settings, name), type(secret))}
        assert named <= held, kind


def _filled(value: Any, url: str) -> Any:
    return {"{url}": url, "{apprise}": url.replace("http", "json", 1)}.get(str(value), value)


def _is_secret(name: str) -> bool:
    return name.endswith(("key", "token", "secret", "password", "url"))


def test_an_alert_holds_no_secret_to_begin_with() -> None:
    assert "canary" not in str(Alert.to_dict(ALERT))
