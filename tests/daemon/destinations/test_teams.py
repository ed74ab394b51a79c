"""A Teams Workflow, against a real server that answers as Microsoft's does."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from structlog.testing import capture_logs

from config.destinations.teams import Teams
from config.outputs import Severity
from daemon.alerts import teams as layout
from daemon.alerts.alert import Alert
from daemon.destinations import teams
from daemon.destinations.pace import Pace
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.model import Change
from daemon.respite import until
from daemon.store import Store, claims, deliveries, open_store
from tests.receiver import Answer, Receiver

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALERT = Alert(
    incident_id="i1",
    change=Change.OPENED,
    severity=Severity.WARNING,
    headline="Orders -41 % <on> mobile & web",
    numbers="184 against 318",
)
TAKEN = Answer(status=202, text="")


def _teams(url: str, store: Store | None = None) -> teams.TeamsDestination:
    return teams.connect("growth", Teams(kind="teams", url=SecretStr(url)), Pace(0), store or open_store("sqlite://"))


def _failure(*answers: Answer) -> DeliveryError:
    with Receiver(*answers) as receiver, pytest.raises(DeliveryError) as failed:
        _teams(receiver.url).deliver(ALERT.to_dict(), "key", NOW)
    assert "canary" not in f"{failed.value} {failed.value.__cause__}".lower()
    return failed.value


def _error(code: str) -> str:
    return json.dumps({"error": {"code": code, "message": "canary"}})


def test_a_card_arrives_as_it_was_laid_out_and_queued_is_accepted() -> None:
    with Receiver(TAKEN) as receiver:
        receipt = _teams(receiver.url).deliver(ALERT.to_dict(), "key", NOW)

    assert [request.body for request in receiver.requests] == [layout.layout(ALERT)]
    assert len(receiver.requests[0].content) <= layout.MOST_BYTES
    assert receipt.external_id is None


@pytest.mark.parametrize("status", [400, 413])
def test_a_card_that_is_refused_arrives_as_plain_lines_in_the_same_attempt(status: int) -> None:
    with Receiver(Answer(status=status, text=""), TAKEN) as receiver, capture_logs() as logs:
        _teams(receiver.url).deliver(ALERT.to_dict(), "key", NOW)

    assert [request.body for request in receiver.requests] == [layout.layout(ALERT), layout.plain(ALERT)]
    assert [line["event"] for line in logs] == ["teams_refused_card"]


def test_an_alert_that_cannot_be_laid_out_still_says_its_headline() -> None:
    with Receiver(TAKEN) as receiver, capture_logs() as logs:
        _teams(receiver.url).deliver({**ALERT.to_dict(), "schema": 99, "possible_repeat": True}, "key", NOW)

    assert "This may be a repeat" in receiver.requests[0].words and "Orders -41 %" in receiver.requests[0].words
    assert [line["event"] for line in logs] == ["layout_failed"]


@pytest.mark.parametrize(
    ("answers", "kind", "said"),
    [
        ([Answer(status=401, text=_error("DirectApiAuthorizationRequired"))], DeliveryRefused, "open to anyone"),
        ([Answer(status=403, text="canary")], DeliveryRefused, "refused the address (403)"),
        ([Answer(status=404, text=_error("WorkflowNotFound"))], DeliveryRefused, "gone (404 WorkflowNotFound)"),
        ([Answer(status=410, text="")], DeliveryRefused, "gone (410)"),
        ([Answer(status=302, text="", headers={"location": "http://127.0.0.1:1/"})], DeliveryRefused, "elsewhere"),
        (
            [Answer(status=400, text=_error("WorkflowTriggerIsNotEnabled"))] * 2,
            DeliveryRefused,
            "(400 WorkflowTriggerIsNotEnabled): is the Workflow switched on?",
        ),
        ([Answer(status=408, text="")], DeliveryDelayed, "now (408)"),
        ([Answer(status=500, text="<html>canary</html>")], DeliveryDelayed, "out of order (500)"),
        ([Answer(status=503, text='{"error": {"code": "canary of spaces"}}')], DeliveryDelayed, "(503)"),
        ([Answer(status=502, text=_error("NoResponse"))], DeliveryUnclear, "(502 NoResponse)"),
        ([Answer(status=504, text="[]")], DeliveryUnclear, "(504)"),
        ([Answer(lost=True)], DeliveryUnclear, "no answer"),
    ],
)
def test_each_answer_has_its_meaning(answers: list[Answer], kind: type[DeliveryError], said: str) -> None:
    failure = _failure(*answers)

    assert type(failure) is kind
    assert said in str(failure) and 'Teams destination "growth"' in str(failure)


@pytest.mark.parametrize(("said", "seconds"), [({"retry-after": "300"}, 300), ({}, 60), ({"retry-after": "soon"}, 60)])
def test_too_many_messages_wait_as_long_as_it_says(said: dict[str, str], seconds: float) -> None:
    failure = _failure(Answer(status=429, text="", headers=said))

    assert isinstance(failure, DeliveryDelayed)
    assert failure.wait is not None and until(failure.wait, NOW) == NOW + timedelta(seconds=seconds)


def _sent(store: Store, count: int, at: datetime, name: str = "growth") -> None:
    with store.transaction() as connection:
        for i in range(count):
            key = f"{name}{at}{i}"
            facts: dict[str, Any] = {"incident_id": key, "change": "opened", "destination": name, "payload": {}}
            deliveries.add(connection, **facts, key=key, now=at)
        wait, boot = timedelta(minutes=3), "boot"
        while row := claims.claim(connection, name, now=at, owner=boot, lease=wait, give_up_after=wait):
            claims.settle(connection, row, deliveries.State.SENT, now=at, outcome="sent")


def test_more_than_a_hundred_an_hour_wait_even_after_a_restart() -> None:
    store, first = open_store("sqlite://"), NOW - timedelta(minutes=50)
    _sent(store, 1, first)
    _sent(store, 98, NOW - timedelta(minutes=1))
    _sent(store, 200, NOW, name="another")

    with Receiver(TAKEN, TAKEN) as receiver:
        _teams(receiver.url, store).deliver(ALERT.to_dict(), "key", NOW)
        _sent(store, 1, NOW)
        with pytest.raises(DeliveryDelayed, match="100 messages") as full:
            _teams(receiver.url, store).deliver(ALERT.to_dict(), "key", NOW)
        later = first + timedelta(hours=1)
        _teams(receiver.url, store).deliver(ALERT.to_dict(), "key", later)

    assert full.value.wait == later
    assert len(receiver.requests) == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://prod-161.westeurope.logic.azure.com:443/workflows/643e/triggers/manual/paths/invoke?api-version=2016-06-01&sig=x",
        "https://default1.2f.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/643e/triggers/manual/paths/invoke?sig=x",
        "http://127.0.0.1:8080/x",
        " https://prod-1.usgovtexas.logic.azure.us/workflows/x\n",
    ],
)
def test_workflows_and_this_machine_are_taken(url: str) -> None:
    assert _teams(url).url == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.webhook.office.com/webhookb2/canary",
        "https://outlook.office.com/webhook/canary",
        "https://outlook.office365.com/webhook/canary",
    ],
)
def test_an_office_365_connector_is_refused_with_what_to_do(url: str) -> None:
    with pytest.raises(ValidationError, match="switched Office 365 connectors off") as refused:
        _teams(url)

    assert "Workflows" in str(refused.value) and "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://prod-1.westeurope.logic.azure.com/canary",
        "https://logic.azure.com.evil.example/canary",
        "https://evil.example/x.logic.azure.com/canary",
        "https://x.logic.azure.com@evil.example/canary",
        "https://ana:canary@x.logic.azure.com/x",
        "https://x.logic.azure.com/a b",
        "https://x.logic.azure.com:canary/x",
        "https://[canary",
        "http://169.254.169.254/canary",
        "canary",
        "",
    ],
)
def test_any_other_address_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ValidationError, match="is no address of a Teams Workflow") as refused:
        _teams(url)

    assert "canary" not in str(refused.value)


def test_the_address_is_not_in_its_representation() -> None:
    assert "canary" not in repr(_teams("https://x.logic.azure.com/workflows/canary"))
