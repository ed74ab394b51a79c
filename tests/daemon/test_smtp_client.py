"""How far a message came, told exactly, by real servers and by ones that break off."""

import socket
import time
from pathlib import Path

import pytest

from daemon.smtp_client import Insecure, NotSent, Said, Server, Unclear, send
from tests.mail_server import PASSWORD, USER, Authority, MailServer, ScriptedServer

MESSAGE = b"Subject: x\r\n\r\n.a line that begins with a dot\r\n..two\r\nend\r\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def _to(port: int, **more: object) -> Server:
    return Server(host="localhost", port=port, **{"tls": "none", "timeout_seconds": 5.0, **more})  # type: ignore[arg-type]


def test_a_message_arrives_with_its_dots() -> None:
    with MailServer() as server:
        taken = send(_to(server.port), "a@example.com", ["b@example.com", "c@example.com"], MESSAGE)

    assert taken.refused == {}
    assert [(m.sender, m.to, m.content) for m in server.mails] == [
        ("a@example.com", ["b@example.com", "c@example.com"], MESSAGE)
    ]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_an_encrypted_line_with_sign_in_takes_the_message(tls: str, authority: Authority) -> None:
    with MailServer(authority=authority, tls=tls, sign_in=True) as server:
        send(
            _to(server.port, tls=tls, ca_file=authority.file, username=USER, password=PASSWORD),
            "a@example.com",
            ["b@example.com"],
            MESSAGE,
        )

    assert [mail.signed_in for mail in server.mails] == [True]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_an_unknown_authority_is_not_trusted_and_nothing_is_sent(tls: str, authority: Authority) -> None:
    with MailServer(authority=authority, tls=tls) as server, pytest.raises(Insecure, match="certificate"):
        send(_to(server.port, tls=tls), "a@example.com", ["b@example.com"], MESSAGE)

    assert server.mails == []


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_for_another_name_is_not_trusted(tls: str, tmp_path: Path) -> None:
    other = Authority(tmp_path, "mail.example.com")

    with MailServer(authority=other, tls=tls) as server, pytest.raises(Insecure, match="Hostname mismatch"):
        send(_to(server.port, tls=tls, ca_file=other.file), "a@example.com", ["b@example.com"], MESSAGE)


def test_a_server_without_starttls_is_never_told_the_password() -> None:
    with (
        ScriptedServer("220 hi", "250 nothing special", "221 bye") as server,
        pytest.raises(Insecure, match="STARTTLS"),
    ):
        send(
            _to(server.port, tls="starttls", username=USER, password=PASSWORD),
            "a@example.com",
            ["b@example.com"],
            MESSAGE,
        )

    assert not [line for line in server.heard if line and not line.startswith("ehlo")]


def test_a_wrong_password_is_said(authority: Authority) -> None:
    with MailServer(authority=authority, tls="starttls", sign_in=True) as server, pytest.raises(Said) as said:
        send(
            _to(server.port, tls="starttls", ca_file=authority.file, username=USER, password="wrong"),
            "a@example.com",
            ["b@example.com"],
            MESSAGE,
        )

    assert (said.value.what, said.value.code) == ("the user name and password", 535)


def test_who_is_refused_is_told_apart_from_who_is_taken() -> None:
    with MailServer(recipients={"gone@example.com": "550 no", "late@example.com": "450 later"}) as server:
        taken = send(
            _to(server.port), "a@example.com", ["gone@example.com", "b@example.com", "late@example.com"], MESSAGE
        )

    assert taken.refused == {"gone@example.com": 550, "late@example.com": 450}
    assert [mail.to for mail in server.mails] == [["b@example.com"]]


@pytest.mark.parametrize(("codes", "expected"), [((550, 550), 550), ((550, 450), 450)])
def test_when_all_are_refused_one_who_may_be_taken_later_decides(codes: tuple[int, int], expected: int) -> None:
    refused = {"b@example.com": f"{codes[0]} no", "c@example.com": f"{codes[1]} no"}

    with MailServer(recipients=refused) as server, pytest.raises(Said) as said:
        send(_to(server.port), "a@example.com", list(refused), MESSAGE)

    assert (said.value.what, said.value.code) == ("every recipient", expected)
    assert server.mails == []


@pytest.mark.parametrize("code", [451, 552, 554])
def test_a_message_that_is_refused_is_said(code: int) -> None:
    with MailServer(answers=[f"{code} no"]) as server, pytest.raises(Said) as said:
        send(_to(server.port), "a@example.com", ["b@example.com"], MESSAGE)

    assert (said.value.what, said.value.code) == ("the message", code)


def test_a_line_that_breaks_after_the_dot_leaves_it_open() -> None:
    with MailServer(drop=True) as server, pytest.raises(Unclear):
        send(_to(server.port), "a@example.com", ["b@example.com"], MESSAGE)

    assert len(server.mails) == 1


_TALK = ("220 hi", "250 hi", "250 sender ok", "250 recipient ok", "354 go ahead")


@pytest.mark.parametrize("spoken", range(len(_TALK)))
def test_a_line_that_breaks_before_the_message_is_whole_sent_nothing(spoken: int) -> None:
    with ScriptedServer(*_TALK[:spoken]) as server, pytest.raises(NotSent):
        send(_to(server.port), "a@example.com", ["b@example.com"], MESSAGE)


def test_a_closed_door_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(NotSent, match="no connection"):
        send(_to(port), "a@example.com", ["b@example.com"], MESSAGE)


def test_a_server_that_speaks_no_tls_sent_nothing() -> None:
    with MailServer() as server, pytest.raises(NotSent):
        send(_to(server.port, tls="tls"), "a@example.com", ["b@example.com"], MESSAGE)


@pytest.mark.parametrize("greeting", ["421 too busy", "554 no service"])
def test_a_server_that_does_not_want_us_says_so(greeting: str) -> None:
    with ScriptedServer(greeting) as server, pytest.raises(Said) as said:
        send(_to(server.port), "a@example.com", ["b@example.com"], MESSAGE)

    assert said.value.code == int(greeting[:3])


def test_a_silent_server_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(NotSent):
        send(_to(silent.getsockname()[1], timeout_seconds=0.2), "a@example.com", ["b@example.com"], MESSAGE)


def test_a_server_that_drips_is_given_up_when_the_whole_time_is_over() -> None:
    with ScriptedServer("220 hi", *["250-and more"] * 10_000) as server:
        began = time.monotonic()
        with pytest.raises(NotSent):
            send(_to(server.port, timeout_seconds=30.0), "a@example.com", ["b@example.com"], MESSAGE, whole_seconds=0.3)

    assert time.monotonic() - began < 10
