"""Slack's webhook, against a real server that answers as Slack does."""

import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from config.outputs import Severity
from daemon.alerts import slack
from daemon.alerts.alert import Alert
from daemon.destinations.pace import Pace
from daemon.destinations.slack_webhook import SlackWebhookDestination, connect
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.model import Change
from daemon.respite import until
from tests.receiver import Answer, Receiver

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALERT = Alert(
    incident_id="i1",
    change=Change.OPENED,
    severity=Severity.WARNING,
    headline="Orders -41 % <on> mobile & web",
    numbers="184 against 318",
)


def _slack(url: str) -> SlackWebhookDestination:
    return connect("growth", SecretStr(url), Pace(0))


def _failure(*answers: Answer, alert: dict[str, Any] | None = None) -> DeliveryError:
    with Receiver(*answers) as receiver, pytest.raises(DeliveryError) as failed:
        _slack(receiver.url).deliver(alert or ALERT.to_dict(), "key", NOW)
    assert "canary" not in f"{failed.value} {failed.value.__cause__}".lower()
    return failed.value


def test_an_alert_arrives_as_it_was_laid_out() -> None:
    with Receiver() as receiver:
        _slack(receiver.url).deliver(ALERT.to_dict(), "key", NOW)

    assert [request.body for request in receiver.requests] == [slack.layout(ALERT)]
    assert receiver.requests[0].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(("status", "word"), [(400, "invalid_blocks"), (400, "invalid_payload"), (413, "")])
def test_a_layout_that_slack_refuses_arrives_as_plain_text_in_the_same_attempt(status: int, word: str) -> None:
    with Receiver(Answer(status=status, text=word)) as receiver:
        _slack(receiver.url).deliver(ALERT.to_dict(), "key", NOW)

    assert [request.body for request in receiver.requests] == [slack.layout(ALERT), slack.plain(ALERT)]


def test_an_alert_that_cannot_be_laid_out_still_says_its_headline() -> None:
    with Receiver() as receiver, capture_logs() as logs:
        _slack(receiver.url).deliver({**ALERT.to_dict(), "schema": 99}, "key", NOW)

    assert [request.body for request in receiver.requests] == [{"text": "Orders -41 % &lt;on&gt; mobile &amp; web"}]
    assert [line["event"] for line in logs] == ["layout_failed"]


def test_a_repeat_says_so() -> None:
    with Receiver() as receiver:
        _slack(receiver.url).deliver({**ALERT.to_dict(), "possible_repeat": True}, "key", NOW)

    assert "This may be a repeat" in receiver.requests[0].words


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (403, "action_prohibited"),
        (404, "no_service"),
        (404, "channel_not_found"),
        (410, "channel_is_archived"),
        (401, "invalid_token"),
        (418, "teapot"),
    ],
)
def test_a_webhook_that_is_gone_is_refused_for_good_in_slacks_words(status: int, word: str) -> None:
    failure = _failure(Answer(status=status, text=word))

    assert isinstance(failure, DeliveryRefused)
    assert (
        str(failure)
        == f'Slack destination "growth" refused the webhook ({status} {word}): was it revoked, or the channel archived?'
    )


def test_plain_text_that_is_refused_as_well_is_final() -> None:
    assert isinstance(_failure(Answer(status=400, text="no_text"), Answer(status=400, text="no_text")), DeliveryRefused)


def test_a_redirect_is_never_followed() -> None:
    failure = _failure(Answer(status=302, text="", headers={"location": "http://127.0.0.1:1/elsewhere"}))

    assert isinstance(failure, DeliveryRefused)
    assert "points elsewhere" in str(failure)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_slack_out_of_order_is_tried_again(status: int) -> None:
    failure = _failure(Answer(status=status, text="<html>canary</html>"))

    assert isinstance(failure, DeliveryDelayed)
    assert failure.wait is None


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"retry-after": "30"}, 30),
        ({"Retry-After": "1.5"}, 1.5),
        ({"retry-after": "0"}, 0),
        ({}, 30),
        ({"retry-after": "soon"}, 30),
        ({"retry-after": "-5"}, 30),
        ({"retry-after": "nan"}, 30),
        ({"retry-after": "Mon, 02 Mar 2026 12:01:00 GMT"}, 60),
        ({"retry-after": "Mon, 02 Mar 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "1000000000"}, 1_000_000_000),
    ],
)
def test_too_many_messages_wait_as_long_as_slack_says(said: dict[str, str], seconds: float) -> None:
    failure = _failure(Answer(status=429, text="rate_limited", headers=said))

    assert isinstance(failure, DeliveryDelayed)
    assert failure.wait is not None and until(failure.wait, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(lost=True),
        Answer(text="welcome to the hotel"),
        Answer(status=202, text=""),
        Answer(status=500, text="rollup_error"),
    ],
)
def test_an_answer_that_says_nothing_is_unclear(answer: Answer) -> None:
    assert isinstance(_failure(answer), DeliveryUnclear)


def test_a_closed_door_is_tried_again() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/services/T0CANARY/B0/canarysecretcanarysecret"

        with pytest.raises(DeliveryDelayed, match=r"no connection to 127\.0\.0\.1") as failed:
            _slack(url).deliver(ALERT.to_dict(), "key", NOW)

    assert "canary" not in f"{failed.value} {failed.value.__cause__}".lower()


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/services/T0/B0/x",
        "https://hooks.slack-gov.com/services/T0/B0/x",
        "http://127.0.0.1:8080/x",
        "http://localhost/x",
        "http://[::1]:9/x",
        " https://hooks.slack.com/services/T0/B0/x\n",
    ],
)
def test_slack_and_this_machine_are_taken(url: str) -> None:
    assert _slack(url).url == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/canary",
        "https://hooks.slack.com.evil.example/canary",
        "https://evil.example/hooks.slack.com/canary",
        "https://hooks.slack.com@evil.example/canary",
        "https://ana:canary@hooks.slack.com/x",
        "xoxb-canary",
        "",
        "https://[canary",
        "http://169.254.169.254/canary",
        "http://127.0.0.1.evil.example/canary",
        "ftp://localhost/canary",
        "https://hooks.slack.com/a b",
    ],
)
def test_any_other_address_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(DeliveryRefused, match=r'destination "growth": url must be https://hooks.slack.com') as refused:
        _slack(url)

    assert "canary" not in str(refused.value)


def test_the_address_is_not_in_its_representation() -> None:
    assert "canary" not in repr(_slack("https://hooks.slack.com/services/canary"))


def test_messages_keep_their_distance() -> None:
    now, slept = 100.0, list[float]()
    pace = Pace(1.0, clock=lambda: now + sum(slept), sleep=slept.append)

    pace.wait()
    pace.wait()
    pace.wait()

    assert slept == [0.0, 1.0, 1.0]
