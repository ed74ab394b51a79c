"""PagerDuty's Events API, against a real server that makes one incident of all events with one key, as PagerDuty does."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from config.destinations.pagerduty import PagerDuty
from config.outputs import Severity
from daemon.alerts import pagerduty as layout
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.destinations import pagerduty
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.model import Change
from daemon.respite import until
from tests import builders_alerts as stories
from tests.messages.validators import of_event
from tests.receiver import Answer, Receiver

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALERT = compose(stories.checkout_failing())
TAKEN = Answer(status=202, text='{"status": "success", "message": "Event processed", "dedup_key": "x"}')
KEY = "channelwatch-a1b2c3"


def _pagerduty(url: str) -> pagerduty.PagerDutyDestination:
    settings = PagerDuty(kind="pagerduty", routing_key=SecretStr(" canarykey\n"))
    return pagerduty.connect("on_call", settings, url)


def _sent(*alerts: Alert | dict[str, Any], answers: tuple[Answer, ...] = ()) -> list[dict[str, Any]]:
    with Receiver(*answers, answer=lambda _: TAKEN) as receiver:
        for alert in alerts:
            stored = alert.to_dict() if isinstance(alert, Alert) else alert
            _pagerduty(receiver.url).deliver(json.loads(json.dumps(stored)), "key", NOW)
    for request in receiver.requests:
        assert of_event(request.body) == []
    return [request.body for request in receiver.requests]


def _failure(*answers: Answer, alert: Alert = ALERT) -> DeliveryError:
    with Receiver(*answers) as receiver, pytest.raises(DeliveryError) as failed:
        _pagerduty(receiver.url).deliver(alert.to_dict(), "key", NOW)
    assert "canary" not in f"{failed.value} {failed.value.__cause__}".lower()
    return failed.value


def test_a_page_says_what_and_brings_what_a_responder_needs() -> None:
    [event] = _sent(ALERT)

    assert (event["event_action"], event["dedup_key"], event["routing_key"]) == ("trigger", KEY, "canarykey")
    assert event["payload"]["summary"] == ALERT.headline
    assert event["payload"]["severity"] == "critical"
    assert event["payload"]["source"] == "on mobile, all paid channels"
    assert list(event["payload"]["custom_details"]) == [
        *("Numbers", "Likely", "Money", "Why", "Against", "Verify first", "Then", "Owner", "Data")
    ]
    assert event["client_url"] == event["links"][0]["href"] == "https://watch.example.com/incidents/a1b2c3"


@pytest.mark.parametrize("severity", Severity)
def test_severities_are_pagerdutys_own(severity: Severity) -> None:
    assert _sent(replace(ALERT, severity=severity))[0]["payload"]["severity"] == str(severity)


@pytest.mark.parametrize(
    ("change", "action"),
    [
        (Change.OPENED, "trigger"),
        (Change.WORSE, "trigger"),
        (Change.GROWN, "trigger"),
        (Change.REOPENED, "trigger"),
        (Change.RESOLVED, "resolve"),
        (Change.RETRACTED, "resolve"),
    ],
)
def test_each_change_is_told_under_the_incidents_own_key(change: Change, action: str) -> None:
    [event] = _sent(replace(ALERT, change=change))

    assert (event["event_action"], event["dedup_key"]) == (action, KEY)


def test_what_gets_better_pages_nobody_again() -> None:
    assert _sent(replace(ALERT, change=Change.BETTER)) == []


def test_a_receipt_names_the_incidents_key() -> None:
    with Receiver(TAKEN) as receiver:
        assert _pagerduty(receiver.url).deliver(ALERT.to_dict(), "key", NOW).external_id == KEY


def test_a_long_incident_id_still_has_one_key_of_its_own() -> None:
    first, again, other = (
        _sent(replace(ALERT, incident_id=name))[0]["dedup_key"] for name in ("x" * 400, "x" * 400, "x" * 399 + "y")
    )

    assert first == again != other


@pytest.mark.parametrize("status", [400, 413])
def test_an_event_that_is_refused_pages_with_its_headline_in_the_same_attempt(status: int) -> None:
    with capture_logs() as logs:
        whole, bare = _sent(ALERT, answers=(Answer(status=status, text=""),))

    assert "custom_details" in whole["payload"]
    assert bare["payload"] == {"summary": ALERT.headline, "source": "channelwatch", "severity": "critical"}
    assert [line["event"] for line in logs] == ["pagerduty_refused_event"]


@pytest.mark.parametrize(("change", "action"), [("opened", "trigger"), ("resolved", "resolve")])
def test_an_alert_that_cannot_be_laid_out_still_pages_and_still_ends(change: str, action: str) -> None:
    with capture_logs():
        [event] = _sent({**ALERT.to_dict(), "schema": 99, "change": change})

    assert (event["event_action"], event["dedup_key"]) == (action, KEY)


@pytest.mark.parametrize(
    ("answers", "kind", "said"),
    [
        ([Answer(status=400, text='{"errors": ["canary"]}')] * 2, DeliveryRefused, "integration key"),
        ([Answer(status=403, text="canary")], DeliveryRefused, "refused the event (403)"),
        ([Answer(status=302, text="", headers={"location": "http://127.0.0.1:1/"})], DeliveryRefused, "elsewhere"),
        ([Answer(status=500, text="")], DeliveryDelayed, "out of order (500)"),
        ([Answer(status=408, text="")], DeliveryDelayed, "now (408)"),
        ([Answer(status=200, text="ok")], DeliveryUnclear, "is that really PagerDuty?"),
        ([Answer(lost=True)], DeliveryUnclear, "no answer"),
    ],
)
def test_each_answer_has_its_meaning(answers: list[Answer], kind: type[DeliveryError], said: str) -> None:
    failure = _failure(*answers)

    assert type(failure) is kind
    assert said in str(failure) and 'PagerDuty destination "on_call"' in str(failure)


@pytest.mark.parametrize(("said", "seconds"), [({"retry-after": "300"}, 300), ({}, 60)])
def test_too_many_events_wait_as_long_as_it_says(said: dict[str, str], seconds: float) -> None:
    failure = _failure(Answer(status=429, text="", headers=said))

    assert isinstance(failure, DeliveryDelayed)
    assert failure.wait is not None and until(failure.wait, NOW) == NOW + timedelta(seconds=seconds)


def test_the_region_decides_the_host() -> None:
    hosts = {
        region: pagerduty.connect(
            "p", PagerDuty.model_validate({"kind": "pagerduty", "routing_key": "x", **given})
        ).endpoint
        for region, given in {"": {}, "eu": {"region": "eu"}}.items()
    }

    assert hosts == {
        "": "https://events.pagerduty.com/v2/enqueue",
        "eu": "https://events.eu.pagerduty.com/v2/enqueue",
    }


def test_the_key_is_not_in_its_representation() -> None:
    assert "canary" not in repr(_pagerduty("http://127.0.0.1:9/"))


def test_an_event_that_would_grow_too_large_is_its_headline() -> None:
    huge = replace(ALERT, subject="x", scope="x", at="x" * layout.MOST_BYTES)

    event = layout.layout(huge, KEY)

    assert event is not None and set(event["payload"]) == {"summary", "source", "severity"}
