"""`test-alert` through the real thing: what arrives, what is said, and that nothing else knows of it."""

import json
import socket
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from standardwebhooks import Webhook

from tests.mail_server import PASSWORD, USER, Authority, MailServer
from tests.process.business import FELL
from tests.process.command import channelwatch, slack
from tests.process.story import morning_after
from tests.receiver import Answer, Receiver

SECRET = "whsec_" + b64encode(b"canarysecret canarysecret canarysecret").decode()


def _env(**destinations: Mapping[str, object]) -> dict[str, str]:
    return {"CHANNELWATCH_DESTINATIONS": json.dumps(destinations)}


def _mail(port: int, **more: object) -> dict[str, object]:
    address = {"sender": "alerts@example.com", "to": ["growth@example.com"]}
    return {"kind": "email_smtp", "host": "localhost", "port": port, "tls": "none", **address, **more}


def test_a_webhook_gets_a_signed_test_and_the_outbox_knows_nothing_of_it(quiet: Path) -> None:
    with Receiver(Answer(status=204, text="")) as receiver:
        hook = {"kind": "webhook", "url": receiver.url, "secret": SECRET, "allow_private": True}
        done = channelwatch(quiet, "test-alert", "own", env=_env(own=hook))

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Accepted: own took the test alert “Test: ")
    (request,) = receiver.requests
    said = Webhook(SECRET).verify(request.content, dict(request.headers))
    assert said["data"]["alert"]["headline"].startswith("Test: ")
    assert said["data"]["alert"]["news"] == "This is a test. The numbers are made up; nothing is wrong."
    assert "GBP" in said["data"]["alert"]["impact"]
    assert not list(quiet.glob("*.db"))


def test_a_mail_server_with_encryption_and_sign_in_gets_it_with_its_chart(quiet: Path) -> None:
    authority = Authority(quiet)
    with MailServer(authority=authority, tls="starttls", sign_in=True) as server:
        settings = _mail(server.port, tls="starttls", ca_file="internal-ca.pem", username=USER, password=PASSWORD)
        done = channelwatch(quiet, "test-alert", "team", env=_env(team=settings))

    assert done.code == 0, done.err
    message = server.mails[0].message
    assert message["Subject"].startswith("[channelwatch] Test: ")
    assert [part.get_content_type() for part in message.walk()].count("image/png") == 1
    assert PASSWORD not in done.out + done.err


def test_slack_and_the_inbox_get_it_and_nobody_is_mentioned(quiet: Path) -> None:
    with Receiver() as receiver:
        env = slack(growth=receiver.url)
        done = channelwatch(quiet, "test-alert", "growth", env=env)
        kept = channelwatch(quiet, "test-alert", "inbox", env=env)
        queued = channelwatch(quiet, "outbox", "--json", env=env)

    assert (done.code, kept.code) == (0, 0)
    assert "<@" not in receiver.requests[0].words
    assert queued.json == []


def test_a_refusal_says_what_to_do(quiet: Path) -> None:
    with Receiver(Answer(status=404, text="no_service"), Answer(status=404, text="no_service")) as receiver:
        done = channelwatch(quiet, "test-alert", "growth", env=slack(growth=receiver.url))

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Refused, and would be every time. Slack destination ")
    assert "was it revoked" in done.err


def test_a_closed_door_is_said(quiet: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    done = channelwatch(quiet, "test-alert", "team", env=_env(team=_mail(port)))

    assert done.code == 1
    assert done.err.startswith("Not delivered now; a real alert would be tried again for a day. Mail destination")


def test_a_destination_that_there_is_not_is_wrong_usage_and_the_names_are_said(quiet: Path) -> None:
    done = channelwatch(quiet, "test-alert", "growht", env=slack(growth="https://hooks.slack.com/services/T0/B0/x"))

    assert (done.code, done.out) == (2, "")
    assert (
        done.err
        == "there is no destination 'growht'; did you mean 'growth'? Destinations are: terminal, inbox, growth.\n"
    )


def test_settings_that_can_never_work_are_found_by_validate(quiet: Path) -> None:
    hook = {"kind": "webhook", "url": "http://example.com/canarysecret", "secret": "canarysecret"}
    done = channelwatch(quiet, "validate", env=_env(own=hook, team={**_mail(25), "ca_file": "absent.pem"}))

    assert done.code == 78
    assert "destinations.own: url must be an https:// address" in done.err
    assert "destinations.team: ca_file absent.pem" in done.err


def test_a_real_alert_goes_out_by_mail_and_by_webhook_and_its_end_joins_its_thread(fallen: Path) -> None:
    with MailServer() as server, Receiver(answer=lambda request: Answer(status=204, text="")) as receiver:
        hook = {"kind": "webhook", "url": receiver.url, "secret": SECRET, "allow_private": True}
        env = _env(team=_mail(server.port), own=hook) | {"CHANNELWATCH_ROUTES": json.dumps([{"to": ["team", "own"]}])}
        checked = channelwatch(fallen, "check", "--now", morning_after(FELL), "--json", env=env)

    (incident,) = checked.json["incidents"]
    message = server.mails[0].message
    assert incident["id"] in message["References"]
    assert message["Subject"].startswith("[channelwatch] Orders in paid search from ")
    assert receiver.requests[0].body["data"]["incident"]["id"] == incident["id"]
    assert receiver.requests[0].body["data"]["incident"]["impact"] == incident["impact"]
