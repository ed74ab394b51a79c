"""Mail by providers' APIs, against servers on this machine that answer as the providers' pages say. None was ever asked."""

import json
import socket
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from config.destinations.email import EmailMailgun, EmailPostmark, EmailResend, EmailSendgrid
from daemon.alerts import email
from daemon.alerts.alert import Alert
from daemon.alerts.compose import compose
from daemon.destinations import Again, email_mailgun, email_postmark, email_resend, email_sendgrid
from daemon.destinations.mail_api import MailApiDestination
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.respite import until
from tests import builders_alerts as stories
from tests.receiver import Answer, Receiver, Request

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALERT = compose(stories.checkout_failing())
PNG = b"\x89PNG\r\n\x1a\n picture"
KEY = SecretStr("canary-of-a-key")
SENDER, TO = "channelwatch <alerts@example.com>", ["growth@example.com", "ana@example.com"]


def _picture(alert: Alert) -> bytes | None:
    return PNG


@dataclass(frozen=True, kw_only=True)
class Vendor:
    connect: Callable[[str], MailApiDestination]
    taken: Answer
    external_id: str
    path: str
    refused: Answer  # in the provider's own form, with a secret in its prose


VENDORS = {
    "sendgrid": Vendor(
        connect=lambda url: email_sendgrid.connect(
            "team", EmailSendgrid(kind="email_sendgrid", api_key=KEY, sender=SENDER, to=TO), _picture, url
        ),
        taken=Answer(status=202, text="", headers={"X-Message-Id": "sg-1"}),
        external_id="sg-1",
        path="",
        refused=Answer(status=400, text='{"errors": [{"message": "canary", "field": "from", "help": null}]}'),
    ),
    "mailgun": Vendor(
        connect=lambda url: email_mailgun.connect(
            "team",
            EmailMailgun(kind="email_mailgun", api_key=KEY, domain="mg.example.com", sender=SENDER, to=TO),
            _picture,
            url,
        ),
        taken=Answer(text='{"id": "<1@mg.example.com>", "message": "Queued. Thank you."}'),
        external_id="<1@mg.example.com>",
        path="/v3/mg.example.com/messages",
        refused=Answer(status=400, text='{"message": "canary is not a valid address"}'),
    ),
    "postmark": Vendor(
        connect=lambda url: email_postmark.connect(
            "team", EmailPostmark(kind="email_postmark", server_token=KEY, sender=SENDER, to=TO), _picture, url
        ),
        taken=Answer(text='{"To": "growth@example.com", "MessageID": "pm-1", "ErrorCode": 0, "Message": "OK"}'),
        external_id="pm-1",
        path="",
        refused=Answer(status=422, text='{"ErrorCode": 406, "Message": "canary is inactive"}'),
    ),
    "resend": Vendor(
        connect=lambda url: email_resend.connect(
            "team", EmailResend(kind="email_resend", api_key=KEY, sender=SENDER, to=TO), _picture, url
        ),
        taken=Answer(text='{"id": "re-1"}'),
        external_id="re-1",
        path="",
        refused=Answer(status=422, text='{"statusCode": 422, "name": "validation_error", "message": "canary"}'),
    ),
}
every_vendor = pytest.mark.parametrize("name", VENDORS)


def _sent(name: str, *answers: Answer) -> list[Request]:
    vendor = VENDORS[name]
    with Receiver(*answers, answer=lambda request: vendor.taken) as receiver:
        receipt = vendor.connect(receiver.url).deliver(ALERT.to_dict(), "our-key", NOW)
    assert receipt.external_id == vendor.external_id
    return receiver.requests


def _failure(name: str, answer: Answer, *, times: int = 3) -> DeliveryError:
    with Receiver(*[answer] * times) as receiver, pytest.raises(DeliveryError) as failed, capture_logs() as logs:
        VENDORS[name].connect(receiver.url).deliver(ALERT.to_dict(), "our-key", NOW)
    said = f"{failed.value} {failed.value!r} {failed.value.__cause__!r} {logs}"
    assert "canary" not in said.lower()
    assert 'destination "team"' in str(failed.value)
    return failed.value


def _header(request: Request, name: str) -> str:
    return next(value for key, value in request.headers.items() if key.lower() == name)


def test_sendgrid_is_asked_as_its_page_says() -> None:
    (request,) = _sent("sendgrid")

    letter = email.layout(ALERT, "our-key", "example.com", PNG)
    assert _header(request, "authorization") == "Bearer canary-of-a-key"
    assert request.body["personalizations"] == [{"to": [{"email": address} for address in TO]}]
    assert request.body["from"] == {"email": "alerts@example.com", "name": "channelwatch"}
    assert request.body["content"] == [
        {"type": "text/plain", "value": letter.text},
        {"type": "text/html", "value": letter.html},
    ]
    (attached,) = request.body["attachments"]
    assert b64decode(attached.pop("content")) == PNG
    assert attached == {
        "type": "image/png",
        "filename": "chart.png",
        "disposition": "inline",
        "content_id": letter.picture_id,
    }
    assert f"cid:{letter.picture_id}" in letter.html
    assert request.body["headers"]["References"] == "<inc-a1b2c3@channelwatch.example.com>"


def test_mailgun_is_asked_as_its_page_says() -> None:
    (request,) = _sent("mailgun")

    letter = email.layout(ALERT, "our-key", "example.com", PNG)
    assert request.path.endswith("/v3/mg.example.com/messages")
    assert _header(request, "authorization") == "Basic " + b64encode(b"api:canary-of-a-key").decode()
    kind = _header(request, "content-type")
    assert kind.startswith("multipart/form-data; boundary=")
    parts = request.content.split(b"--" + kind.partition("boundary=")[2].encode())[1:-1]
    heads = [part.partition(b"\r\n\r\n")[0].decode() for part in parts]
    assert [head.count('name="to"') for head in heads].count(1) == len(TO)
    assert parts[-1].endswith(PNG + b"\r\n")
    assert f'name="inline"; filename="{letter.picture_id}"\r\nContent-Type: image/png' in heads[-1]
    assert f'name="h:Message-Id"\r\n\r\n{letter.message_id}\r\n'.encode() in request.content


def test_mailgun_of_europe_has_its_own_address() -> None:
    for region, host in (("us", "https://api.mailgun.net"), ("eu", "https://api.eu.mailgun.net")):
        settings = EmailMailgun.model_validate(
            {
                "kind": "email_mailgun",
                "api_key": "k",
                "domain": "d.example",
                "region": region,
                "sender": SENDER,
                "to": TO,
            }
        )
        api: Any = email_mailgun.connect("team", settings, None).api
        assert api.endpoint == host


def test_postmark_is_asked_as_its_page_says() -> None:
    (request,) = _sent("postmark")

    letter = email.layout(ALERT, "our-key", "example.com", PNG)
    assert _header(request, "x-postmark-server-token") == "canary-of-a-key"
    assert (request.body["From"], request.body["To"]) == (SENDER, ",".join(TO))
    assert (request.body["TextBody"], request.body["HtmlBody"]) == (letter.text, letter.html)
    assert request.body["MessageStream"] == "outbound"
    own = {header["Name"]: header["Value"] for header in request.body["Headers"]}
    assert (own["Message-ID"], own["X-PM-KeepID"]) == (letter.message_id, "true")
    assert request.body["Attachments"][0]["ContentID"] == f"cid:{letter.picture_id}"


def test_resend_is_asked_as_its_page_says_with_our_own_key() -> None:
    (request,) = _sent("resend")

    letter = email.layout(ALERT, "our-key", "example.com", PNG)
    assert _header(request, "authorization") == "Bearer canary-of-a-key"
    assert _header(request, "idempotency-key") == "our-key"
    assert (request.body["from"], request.body["to"]) == (SENDER, TO)
    assert request.body["attachments"][0]["content_id"] == letter.picture_id
    assert request.body["headers"] == dict(letter.headers)


def test_only_resend_recognises_what_it_has_taken() -> None:
    built = {name: vendor.connect("http://127.0.0.1:1") for name, vendor in VENDORS.items()}

    assert {name for name, destination in built.items() if destination.again is Again.KEYED} == {"resend"}


def test_resend_that_has_taken_it_before_in_another_form_has_taken_it() -> None:
    answer = Answer(status=409, text='{"statusCode": 409, "name": "invalid_idempotent_request", "message": "x"}')
    with Receiver(answer) as receiver:
        assert VENDORS["resend"].connect(receiver.url).deliver(ALERT.to_dict(), "our-key", NOW).external_id is None


def test_resend_that_is_still_busy_with_it_is_asked_again() -> None:
    answer = Answer(status=409, text='{"statusCode": 409, "name": "concurrent_idempotent_requests", "message": "x"}')

    assert isinstance(_failure("resend", answer), DeliveryDelayed)


@every_vendor
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_form_that_is_disliked_arrives_as_bare_text_in_the_same_attempt(name: str, status: int) -> None:
    requests = _sent(name, *[Answer(status=status, text="{}")] * 2)

    bare = requests[-1]
    assert len(requests) == 3
    assert b"Orders -41 %" in bare.content
    assert not any(form in bare.content.lower() for form in (b"<html", b"htmlbody", b"text/html", b'"html"', b"cid:"))
    if name == "resend":
        assert _header(bare, "idempotency-key") == "our-key-plain"


@every_vendor
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_form_that_is_disliked_arrives_without_its_picture_in_the_same_attempt(name: str, status: int) -> None:
    requests = _sent(name, Answer(status=status, text="{}"))

    first, second = requests
    assert b64encode(PNG) in first.content or PNG in first.content
    assert b64encode(PNG) not in second.content
    assert PNG not in second.content
    assert b"cid:" not in second.content
    if name == "resend":
        assert _header(second, "idempotency-key") == "our-key-unpictured"


@every_vendor
def test_a_refusal_is_final_and_repeats_no_prose(name: str) -> None:
    assert isinstance(_failure(name, VENDORS[name].refused), DeliveryRefused)


@every_vendor
@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_final_and_says_so(name: str, status: int) -> None:
    failure = _failure(name, Answer(status=status, text="canary"))

    assert isinstance(failure, DeliveryRefused)
    assert "key" in str(failure)


@every_vendor
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "30"}, 30), ({"retry-after": "0"}, 0), ({}, 60), ({"retry-after": "x"}, 60)],
)
def test_too_many_messages_wait_as_long_as_is_asked(name: str, headers: dict[str, str], seconds: int) -> None:
    failure = _failure(name, Answer(status=429, text="{}", headers=headers))

    assert isinstance(failure, DeliveryDelayed)
    assert failure.wait is not None and until(failure.wait, NOW) == NOW + timedelta(seconds=seconds)


@every_vendor
@pytest.mark.parametrize("status", [408, 500, 502, 503])
def test_a_provider_out_of_order_is_tried_again(name: str, status: int) -> None:
    assert isinstance(_failure(name, Answer(status=status, text="<html>canary</html>")), DeliveryDelayed)


@every_vendor
@pytest.mark.parametrize(
    "answer", [Answer(lost=True), Answer(text="ok"), Answer(text="[1]"), Answer(status=204, text="")]
)
def test_an_answer_that_promises_nothing_is_unclear(name: str, answer: Answer) -> None:
    assert isinstance(_failure(name, answer), DeliveryUnclear)


@every_vendor
def test_a_closed_door_is_tried_again(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"

    with pytest.raises(DeliveryDelayed):
        VENDORS[name].connect(url).deliver(ALERT.to_dict(), "our-key", NOW)


def test_mailguns_friendly_page_is_no_promise() -> None:
    failure = _failure("mailgun", Answer(text="Mailgun Magnificent API"))

    assert isinstance(failure, DeliveryRefused)
    assert "is `region` right?" in str(failure)


def test_mailgun_of_the_other_region_is_named() -> None:
    assert "is `region` right?" in str(_failure("mailgun", Answer(status=404, text='{"message": "Domain not found"}')))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (10, "server_token"),
        (300, "`sender`"),
        (400, "sender signature"),
        (406, "inactive"),
        (412, "approval"),
        (7, "is 7"),
    ],
)
def test_postmarks_error_codes_are_said_in_words(code: int, said: str) -> None:
    for status in (200, 422):
        failure = _failure("postmark", Answer(status=status, text=json.dumps({"ErrorCode": code, "Message": "canary"})))
        assert isinstance(failure, DeliveryRefused)
        assert said in str(failure)


@every_vendor
def test_the_key_stands_in_no_repr(name: str) -> None:
    destination = VENDORS[name].connect("http://127.0.0.1:1")

    assert "canary" not in repr(destination)
    asked = destination.api.asked(destination.mailbox.letter(ALERT.to_dict(), "k"), destination.mailbox, "k")
    assert "canary" not in repr(asked)
