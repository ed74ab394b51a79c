"""Mail through a mail server: what arrives, what is tried again, and what is given up."""

import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from structlog.testing import capture_logs

from config.destinations.email import EmailSmtp
from daemon.alerts import email
from daemon.alerts.alert import Alert
from daemon.alerts.chart import spec
from daemon.alerts.compose import compose
from daemon.alerts.picture import png
from daemon.destinations.drawing import Draw, drawn
from daemon.destinations.email_smtp import EmailSmtpDestination, connect, message
from daemon.destinations.mailbox import mailbox
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from tests import builders_alerts as stories
from tests.mail_server import PASSWORD, USER, Authority, MailServer, ScriptedServer
from tests.messages.validators import parsed

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALERT = compose(stories.checkout_failing())
PNG = b"\x89PNG\r\n\x1a\n picture"
TO = ["growth@example.com", "ana@example.com"]


def _picture(alert: Alert) -> bytes | None:
    return PNG


def _mail(port: int, draw: Draw | None = _picture, folder: Path = Path(), **more: Any) -> EmailSmtpDestination:
    settings = {
        "kind": "email_smtp",
        "host": "localhost",
        "port": port,
        "tls": "none",
        "sender": "Wächter <alerts@example.com>",
        "to": TO,
        "timeout_seconds": 5,
    }
    return connect("team", EmailSmtp.model_validate(settings | more), draw, folder)


def _failure(port: int, **more: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as failed:
        _mail(port, **more).deliver(ALERT.to_dict(), "key", NOW)
    said = f"{failed.value} {failed.value!r} {failed.value.__cause__!r}"
    assert "canary" not in said
    assert '"team"' in str(failed.value)
    return failed.value


def test_an_alert_arrives_as_text_and_as_html_with_its_picture() -> None:
    with MailServer() as server:
        receipt = _mail(server.port).deliver(ALERT.to_dict(), "key", NOW)

    (mail,) = server.mails
    message = mail.message
    assert (mail.sender, mail.to) == ("alerts@example.com", TO)
    assert message["From"] == "Wächter <alerts@example.com>"
    assert message["To"] == "growth@example.com, ana@example.com"
    assert message["Subject"] == "[channelwatch] Orders on mobile, all paid channels, from Tue 14 Oct"
    assert message["Date"].datetime == NOW
    assert receipt.external_id == message["Message-ID"]
    assert message.get_content_type() == "multipart/alternative"
    text, related = message.iter_parts()
    assert (text.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    html, picture = related.iter_parts()
    assert picture.get_content() == PNG
    assert picture.get_content_disposition() == "inline"
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html.get_content()
    assert text.get_content().replace("\r\n", "\n") == email.text(ALERT)
    assert all(len(line) <= 998 and max(line, default=0) < 128 for line in mail.content.split(b"\r\n"))


@given(st.text(max_size=200))
def test_any_subject_arrives_as_it_was_written(words: str) -> None:
    letter = replace(email.layout(ALERT, "key", "example.com"), subject=email.subject(words))

    content = bytes(message(letter, mailbox("team", "a@example.com", TO, None), NOW))

    assert parsed(content)["Subject"] == letter.subject
    assert max(map(len, content.partition(b"\r\nDate:")[0].split(b"\r\n"))) <= 78


def test_the_messages_of_an_incident_stay_together_and_each_keeps_its_own_name() -> None:
    later = compose(stories.checkout_worse())
    with MailServer() as server:
        for alert, key in ((ALERT, "one"), (ALERT, "one"), (later, "two")):
            _mail(server.port).deliver(alert.to_dict(), key, NOW)

    first, again, second = (mail.message for mail in server.mails)
    assert first["Message-ID"] == again["Message-ID"] != second["Message-ID"]
    assert (
        first["References"] == second["References"] == first["In-Reply-To"] == "<inc-a1b2c3@channelwatch.example.com>"
    )
    assert first["Subject"] == second["Subject"]
    assert first["List-Id"] == "channelwatch <channelwatch.example.com>"
    assert first["Auto-Submitted"] == "auto-generated"


def test_a_picture_that_cannot_be_drawn_never_holds_up_the_mail() -> None:
    def broken(alert: Alert) -> bytes | None:
        raise OSError("no fonts")

    with MailServer() as server, capture_logs() as logs:
        _mail(server.port, broken).deliver(ALERT.to_dict(), "key", NOW)

    assert [line["event"] for line in logs] == ["chart_failed"]
    message = server.mails[0].message
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]
    assert "last 28 days" in str(message.get_body(("html",)).get_content())  # type: ignore[union-attr]


def test_a_picture_that_takes_long_is_not_waited_for() -> None:
    done = threading.Event()

    def endless(alert: Alert) -> bytes | None:
        done.wait(30)
        return PNG

    with capture_logs() as logs:
        assert drawn(endless, ALERT, seconds=0.05) is None
        assert drawn(endless, ALERT, seconds=60) is None, "the next does not wait behind it"
    done.set()

    assert [line["event"] for line in logs] == ["chart_late"]


def test_an_alert_that_cannot_be_laid_out_still_says_its_headline() -> None:
    with MailServer() as server, capture_logs() as logs:
        _mail(server.port).deliver({**ALERT.to_dict(), "schema": 99, "possible_repeat": True}, "key", NOW)

    message = server.mails[0].message
    assert "may be a repeat" in message.get_content()
    assert ALERT.headline in message.get_content()
    assert [line["event"] for line in logs] == ["layout_failed"]


def test_a_message_that_is_too_large_arrives_without_its_picture_in_the_same_attempt() -> None:
    with MailServer(answers=["552 too large"]) as server:
        _mail(server.port).deliver(ALERT.to_dict(), "key", NOW)

    assert [part.get_content_type() for part in server.mails[0].message.walk()][1:] == ["text/plain", "text/html"]
    assert b"cid:" not in server.mails[0].content


def test_a_message_whose_form_is_disliked_arrives_as_bare_text_in_the_same_attempt() -> None:
    with MailServer(answers=["550 no html here", "550 no html here"]) as server:
        _mail(server.port).deliver(ALERT.to_dict(), "key", NOW)

    (mail,) = server.mails
    assert mail.message.get_content_type() == "text/plain"
    assert ALERT.headline in mail.message.get_content()


def test_who_was_refused_is_logged_and_the_others_are_not_sent_it_twice() -> None:
    with MailServer(recipients={"ana@example.com": "550 no such user"}) as server, capture_logs() as logs:
        _mail(server.port).deliver(ALERT.to_dict(), "key", NOW)

    assert [mail.to for mail in server.mails] == [["growth@example.com"]]
    (line,) = logs
    assert (line["event"], line["log_level"]) == ("mail_recipients_refused", "error")
    assert line["refused"] == {"ana@example.com": 550}


@pytest.mark.parametrize("codes", [("450", "550"), ("451", "452")])
def test_nobody_taken_but_somebody_perhaps_later_is_tried_again(codes: tuple[str, str]) -> None:
    with MailServer(recipients={one: f"{code} no" for one, code in zip(TO, codes, strict=True)}) as server:
        assert isinstance(_failure(server.port), DeliveryDelayed)


def test_nobody_taken_for_good_is_refused() -> None:
    with MailServer(recipients=dict.fromkeys(TO, "550 canary")) as server:
        failure = _failure(server.port)

    assert isinstance(failure, DeliveryRefused)
    assert "do the addresses under `to` exist?" in str(failure)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("451 canary", DeliveryDelayed), ("554 canary", DeliveryRefused), ("421 canary", DeliveryDelayed)],
)
def test_a_message_that_is_not_taken(answer: str, kind: type[DeliveryError]) -> None:
    with MailServer(answers=[answer] * 3) as server:
        assert type(_failure(server.port)) is kind


def test_a_line_that_breaks_after_the_last_dot_is_unclear() -> None:
    with MailServer(drop=True) as server:
        assert isinstance(_failure(server.port), DeliveryUnclear)


@pytest.mark.parametrize("said", [("220 hi",), ("220 hi", "250 hi", "250 ok"), ("421 busy",)])
def test_a_line_that_breaks_before_is_tried_again(said: tuple[str, ...]) -> None:
    with ScriptedServer(*said) as server:
        assert isinstance(_failure(server.port), DeliveryDelayed)


def test_a_closed_door_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert isinstance(_failure(port), DeliveryDelayed)


@pytest.mark.parametrize(
    ("said", "kind"),
    [("535 canary", DeliveryRefused), ("454 canary", DeliveryDelayed), ("534 canary", DeliveryRefused)],
)
def test_a_sign_in_that_fails(said: str, kind: type[DeliveryError], tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with MailServer(authority=authority, tls="starttls", sign_in=True, sign_in_answer=said) as server:
        failure = _failure(
            server.port, folder=tmp_path, tls="starttls", ca_file="internal-ca.pem", username=USER, password=PASSWORD
        )

    assert type(failure) is kind


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_an_internal_server_is_trusted_by_its_authoritys_file(tls: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with MailServer(authority=authority, tls=tls, sign_in=True) as server:
        more: dict[str, Any] = {"tls": tls, "username": USER, "password": PASSWORD}
        _mail(server.port, folder=tmp_path, ca_file="internal-ca.pem", **more).deliver(ALERT.to_dict(), "key", NOW)
        failure = _failure(server.port, **more)

    assert [mail.signed_in for mail in server.mails] == [True]
    assert isinstance(failure, DeliveryDelayed)
    assert "ca_file" in str(failure)


def test_an_authoritys_file_that_is_none_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")

    for name in ("empty.pem", "absent.pem"):
        with pytest.raises(DeliveryRefused, match=f'destination "team": ca_file {name}'):
            _mail(25, folder=tmp_path, ca_file=name)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"host": "mail.example.com"}, "in the open"),
        (
            {"host": "mail.example.com", "allow_plaintext": True, "username": "a", "password": "b"},
            "password in the open",
        ),
        ({"username": "a"}, "belong together"),
        ({"sender": "no address"}, "sender"),
        ({"sender": "a\r\nBcc: x@example.com <a@example.com>"}, "sender"),
        ({"to": ["a@example.com, b@example.com"]}, "mail address"),
        ({"to": ["a@example.com\nBcc: b@example.com"]}, "mail address"),
        ({"to": []}, "at least 1"),
    ],
)
def test_settings_that_would_leak_or_mislead_are_refused(more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        _mail(25, **more)


def test_an_alert_of_any_size_is_a_mail_that_no_program_cuts() -> None:
    huge = "&" * 10_000
    leads = ("headline", "subject", "news", "numbers", "cause", "impact", "action")
    lists = ("items", "why", "against", "verify", "facts", "owners")
    stuffed: dict[str, Any] = dict.fromkeys(leads, huge) | dict.fromkeys(lists, (huge,) * 50)
    alert = replace(ALERT, **stuffed)

    letter = email.layout(alert, "key", "example.com", PNG)

    assert len(letter.html.encode()) <= email.MOST_HTML_BYTES
    assert len(letter.subject) <= 200


def test_a_real_chart_goes_along_and_keeps_the_mail_small() -> None:
    assert ALERT.chart is not None
    with MailServer() as server:
        _mail(server.port, lambda alert: png(spec(alert.chart)) if alert.chart else None).deliver(
            ALERT.to_dict(), "key", NOW
        )

    assert len(server.mails[0].content) < 200_000
    html = str(server.mails[0].message.get_body(("html",)).get_content())  # type: ignore[union-attr]
    assert "on average where" in html  # the picture's numbers, for those who cannot see it
    assert "http://" not in html and "data:" not in html
