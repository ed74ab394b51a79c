"""The signed webhook, verified by the standard's own library."""

import json
import os
import time
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook as Standard
from standardwebhooks import WebhookVerificationError

from config.destinations.webhook import Webhook
from daemon.alerts import document
from daemon.alerts.compose import compose
from daemon.destinations import Again
from daemon.destinations.webhook import WebhookDestination, connect
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.respite import until
from tests import builders_alerts as stories
from tests.daemon.alerts.strategies import alerts
from tests.receiver import Answer, Receiver, Request

ALERT = compose(stories.checkout_failing())
SECRET = "whsec_" + b64encode(b"canary of a secret, 24 bytes and more").decode()
BEFORE = "whsec_" + b64encode(b"the secret before that, 24 bytes too").decode()
LOTS = settings(
    max_examples=int(os.environ.get("CHANNELWATCH_EXAMPLES", "20")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _hook(url: str, **more: Any) -> WebhookDestination:
    settings = {"kind": "webhook", "url": url, "secret": SECRET, "allow_private": True}
    return connect("own", Webhook.model_validate(settings | more))


def _posted(at: datetime, **more: Any) -> Request:
    with Receiver(Answer(status=204, text="")) as receiver:
        _hook(receiver.url, **more).deliver(ALERT.to_dict(), "msg-1", at)
    return receiver.requests[0]


def _failure(answer: Answer) -> DeliveryError:
    with Receiver(answer, answer) as receiver, pytest.raises(DeliveryError) as failed:
        _hook(receiver.url).deliver(ALERT.to_dict(), "msg-1", NOW)
    assert "canary" not in f"{failed.value} {failed.value!r} {failed.value.__cause__!r}"
    assert 'webhook destination "own"' in str(failed.value)
    return failed.value


def _verifies(
    request: Request, *, secret: str = SECRET, content: bytes | None = None, headers: Mapping[str, str] | None = None
) -> bool:
    given = {n.lower(): v for n, v in request.headers.items()} | dict(headers or {})
    try:
        Standard(secret).verify(request.content if content is None else content, given)
    except WebhookVerificationError:
        return False
    return True


def test_the_standards_own_library_accepts_what_we_sign_and_nothing_else() -> None:
    now = datetime.now(UTC)
    request = _posted(now)

    assert _verifies(request)
    assert not _verifies(request, content=request.content + b" ")
    assert not _verifies(request, content=request.content.replace(b"Orders", b"Orderz"))
    assert not _verifies(request, secret=BEFORE)
    assert not _verifies(request, headers={"webhook-id": "msg-2"})
    assert not _verifies(request, headers={"webhook-timestamp": str(int(time.time()) + 1)})
    assert {n.lower(): v for n, v in request.headers.items()}["webhook-id"] == "msg-1"


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_or_early_attempt_is_not_accepted(seconds: int) -> None:
    # a second later the one of the past is older still, and the one of the future has come no nearer than 300 s
    assert not _verifies(_posted(datetime.now(UTC) + timedelta(seconds=seconds + (2 if seconds > 0 else 0))))


def test_while_secrets_change_over_both_are_accepted() -> None:
    request = _posted(datetime.now(UTC), previous_secret=BEFORE)

    assert _verifies(request)
    assert _verifies(request, secret=BEFORE)


@given(st.binary(min_size=24, max_size=64))
def test_any_secret_of_the_standard_is_taken(key: bytes) -> None:
    secret = "whsec_" + b64encode(key).decode()

    assert _hook("http://127.0.0.1:1/", secret=secret).keys == (key,)
    assert _hook("http://127.0.0.1:1/", secret=secret.rstrip("=")).keys == (key,)


@pytest.mark.parametrize(
    "written", ["canary", "whsec_canary!", "whsec_", "whsec_" + b64encode(b"canary").decode(), "whsec_" + "A" * 200]
)
def test_a_secret_of_another_form_is_refused_at_the_start_and_not_shown(written: str) -> None:
    for field in ("secret", "previous_secret"):
        with pytest.raises(DeliveryRefused, match=f'destination "own": {field} must') as failed:
            _hook("http://127.0.0.1:1/", **{field: written})
        value = written.removeprefix("whsec_")
        assert not value or value not in str(failed.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/canary",
        "ftp://example.com/",
        "https://user:canary@example.com/",
        "https:///x",
        "canary",
        "https://e.example:x/",
    ],
)
def test_an_address_that_can_never_work_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(DeliveryRefused, match="https://") as failed:
        _hook(url, allow_private=False)

    assert "canary" not in str(failed.value)


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:1/", "https://10.1.2.3/", "https://localhost:1/", "https://[::1]:1/"]
)
def test_a_private_address_is_not_asked_unless_that_is_meant(url: str) -> None:
    with pytest.raises(DeliveryRefused, match="allow_private"):
        _hook(url, allow_private=False).deliver(ALERT.to_dict(), "msg-1", NOW)


def test_the_metadata_of_clouds_is_never_asked() -> None:
    with pytest.raises(DeliveryRefused):
        _hook("http://169.254.169.254/latest/").deliver(ALERT.to_dict(), "msg-1", NOW)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_one(status: int) -> None:
    with Receiver(Answer(status=status, text="whatever")) as receiver:
        _hook(receiver.url).deliver(ALERT.to_dict(), "msg-1", NOW)


def test_gone_means_for_ever() -> None:
    failure = _failure(Answer(status=410, text="canary"))

    assert isinstance(failure, DeliveryRefused)
    assert "remove it" in str(failure)


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 405, 422])
def test_a_refusal_is_final(status: int) -> None:
    assert isinstance(
        _failure(Answer(status=status, text="canary", headers={"location": "http://canary/"})), DeliveryRefused
    )


@pytest.mark.parametrize("status", [429, 503])
def test_when_to_come_back_is_obeyed(status: int) -> None:
    failure = _failure(Answer(status=status, text="canary", headers={"retry-after": "120"}))

    assert isinstance(failure, DeliveryDelayed)
    assert failure.wait is not None and until(failure.wait, NOW) == NOW + timedelta(seconds=120)


@pytest.mark.parametrize("status", [408, 500, 502, 504])
def test_a_receiver_out_of_order_is_tried_again(status: int) -> None:
    assert isinstance(_failure(Answer(status=status, text="canary")), DeliveryDelayed)


def test_a_lost_answer_is_unclear_and_the_key_stays() -> None:
    assert isinstance(_failure(Answer(lost=True)), DeliveryUnclear)
    assert _hook("http://127.0.0.1:1/").again is Again.KEYED


def test_the_document_says_the_words_and_the_numbers() -> None:
    said = json.loads(_posted(NOW).content)

    assert (said["version"], said["type"]) == (1, "incident.opened")
    assert said["timestamp"] == "2025-10-16T08:15:00+01:00"
    assert said["data"]["alert"]["headline"] == ALERT.headline
    assert said["data"]["alert"]["links"] == [
        {"label": "Open the incident", "url": "https://watch.example.com/incidents/a1b2c3"}
    ]
    incident = said["data"]["incident"]
    assert incident["id"] == said["data"]["alert"]["incident_id"]
    assert incident["findings"][0]["kpi"] == "orders"
    assert incident["impact"]["value"] == -21400.0
    assert incident["causes"][0]["probability"] == 0.71
    assert said["data"]["text"].startswith("🔴 Orders -41 %")


@LOTS
@given(alerts)
def test_a_document_of_any_alert_is_small_json_without_a_tag(alert: Any) -> None:
    written = document.layout(alert)

    assert len(written) <= document.MOST_BYTES
    assert not set(written) & set(b"<>&")
    assert json.loads(written)["data"]["alert"]["severity"] == alert.severity


def test_the_page_shows_the_document_as_it_is() -> None:
    page = (Path(__file__).parents[3] / "docs" / "alerts.md").read_text(encoding="utf-8")
    shown = json.loads(page.partition("<!-- document: webhook -->\n```json\n")[2].partition("```")[0])
    said = json.loads(_posted(NOW).content)

    assert _keys(shown) == _keys(said)


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _keys(inner) for name, inner in value.items() if name != "segment"}
    return _keys(value[0]) if isinstance(value, list) and value else None
