"""Apprise, with the real library against a real server: its `json://` service posts what it was given."""

import os
import re
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr, ValidationError
from structlog.testing import capture_logs

from config.destinations.apprise import Apprise
from config.outputs import Severity
from daemon.alerts import apprise as layout
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.destinations import apprise
from daemon.doctor import destinations as doctor
from daemon.doctor.line import Verdict
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.model import Change
from daemon.redact import Redactor, secrets_of
from daemon.respite import until
from tests import builders_alerts as stories
from tests.daemon.alerts.strategies import alerts
from tests.receiver import Answer, Receiver

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALERT = compose(stories.checkout_failing())


def _settings(url: str) -> Apprise:
    return Apprise(kind="apprise", url=SecretStr(url.replace("http", "json", 1)))


def _sent(alert: dict[str, object]) -> dict[str, str]:
    with Receiver() as receiver:
        receipt = apprise.connect("phones", _settings(receiver.url)).deliver(alert, "key", NOW)
    [request] = receiver.requests
    assert receipt.external_id is None
    return request.body


def _failure(*answers: Answer) -> DeliveryError:
    with Receiver(*answers) as receiver, pytest.raises(DeliveryError) as failed:
        apprise.connect("phones", _settings(receiver.url)).deliver(ALERT.to_dict(), "key", NOW)
    assert "canary" not in f"{failed.value} {failed.value.__cause__}".lower()
    return failed.value


def test_a_message_says_what_matters_first_with_the_link_before_the_details() -> None:
    body = _sent(ALERT.to_dict())
    lines = body["message"].split("\n")

    assert body["title"] == f"🔴 {ALERT.headline}"
    assert [line.split(":")[0] for line in lines[1:3]] == ["Likely", "Money"]
    assert lines[3] == "Open the incident: https://watch.example.com/incidents/a1b2c3"
    assert lines.index("Why") > 3
    assert "▆" not in body["message"]


@pytest.mark.parametrize(
    ("change", "severity", "kind"),
    [
        (Change.OPENED, Severity.CRITICAL, "failure"),
        (Change.WORSE, Severity.WARNING, "warning"),
        (Change.OPENED, Severity.INFO, "info"),
        (Change.RESOLVED, Severity.CRITICAL, "success"),
    ],
)
def test_services_with_colours_know_how_bad_it_is(change: Change, severity: Severity, kind: str) -> None:
    assert _sent(replace(ALERT, change=change, severity=severity).to_dict())["type"] == kind


def test_an_alert_that_cannot_be_laid_out_still_says_its_headline() -> None:
    with capture_logs() as logs:
        body = _sent({**ALERT.to_dict(), "schema": 99, "possible_repeat": True})

    assert body["message"].startswith("This may be a repeat") and ALERT.headline in body["message"]
    assert [line["event"] for line in logs] == ["layout_failed"]


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (Answer(status=401, text="canary"), DeliveryRefused, "refused the message (401)"),
        (Answer(status=404, text="canary"), DeliveryRefused, "still right?"),
        (Answer(status=302, text="", headers={"location": "http://127.0.0.1:1/"}), DeliveryRefused, "(302)"),
        (Answer(status=503, text="canary"), DeliveryDelayed, "out of order (503)"),
        (Answer(status=429, text=""), DeliveryDelayed, "asks us to wait (429)"),
        (Answer(lost=True), DeliveryUnclear, "did not say"),
    ],
)
def test_each_answer_has_its_meaning(answer: Answer, kind: type[DeliveryError], said: str) -> None:
    failure = _failure(answer)

    assert type(failure) is kind
    assert said in str(failure) and 'JSON destination "phones"' in str(failure)


def test_too_many_messages_wait_a_minute() -> None:
    failure = _failure(Answer(status=429, text=""))

    assert (
        isinstance(failure, DeliveryDelayed)
        and failure.wait is not None
        and until(failure.wait, NOW) == NOW + timedelta(minutes=1)
    )


def test_a_service_that_never_answers_is_given_up_and_unclear() -> None:
    def late(_: object) -> Answer:
        time.sleep(1.5)
        return Answer()

    with Receiver(answer=late) as receiver:
        destination = replace(apprise.connect("phones", _settings(receiver.url)), seconds=0.2)
        began = time.monotonic()
        with pytest.raises(DeliveryUnclear):
            destination.deliver(ALERT.to_dict(), "key", NOW)

        assert time.monotonic() - began < 1.2


def test_without_the_library_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    with pytest.raises(DeliveryRefused, match="pip install apprise where channelwatch is installed"):
        apprise.connect("phones", _settings("json://127.0.0.1/x"))
    [line] = doctor.look(_settings("json://127.0.0.1/x"), "phones", None, NOW)  # type: ignore[arg-type]
    assert line.verdict is Verdict.FAIL and "pip install apprise" in line.seen


def test_doctor_names_the_service_and_asks_nobody() -> None:
    [line] = doctor.look(_settings("ntfy://127.0.0.1/growth"), "phones", None, NOW)  # type: ignore[arg-type]

    assert line.verdict is Verdict.OK and line.seen.startswith("ntfy, through Apprise")


def test_a_service_that_apprise_does_not_know_is_refused_without_its_address() -> None:
    with pytest.raises(DeliveryRefused, match="knows no such service") as refused:
        apprise.connect("phones", _settings("nosuch://canary/canary"))

    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("canary", "is no Apprise URL. Write it as"),
        ("", "is no Apprise URL"),
        ("tgram://canary canary", "is no Apprise URL"),
        ("slack://canary/canary", "kind: slack_webhook"),
        ("workflows://canary/canary", "kind: teams"),
        ("pagerduty://canary@canary", "kind: pagerduty"),
        ("mailto://canary:canary@example.com", "kind: email_smtp"),
        ("json://canary/?optional=yes", "optional="),
        ("json://canary/?a=b&RETRY=3", "retry="),
    ],
)
def test_what_apprise_is_not_for_is_refused_with_what_to_do(url: str, said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)) as refused:
        _settings(url)

    assert "canary" not in str(refused.value)


def test_tokens_are_secrets_wherever_they_stand_in_the_url() -> None:
    settings = _settings("tgram://123456789:AAcanarycanarycanary/-1001234567890123/")
    redact = Redactor(secrets_of(settings))

    hidden = redact("no bot AAcanarycanarycanary for -1001234567890123, says api.telegram.org")

    assert hidden == "no bot [hidden] for [hidden], says api.telegram.org"
    assert "canary" not in repr(settings)


@settings(
    max_examples=int(os.environ.get("CHANNELWATCH_EXAMPLES", "20")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(alerts)
def test_any_alert_is_plain_lines_of_bounded_length(alert: Alert) -> None:
    note = layout.layout(alert)

    assert note.title.strip() and "\n" not in note.title and len(note.title) <= 800
    assert len(note.body) <= 6_000
    assert not re.search(r"[<>*`]|@\w|\{\{", note.title + note.body)
