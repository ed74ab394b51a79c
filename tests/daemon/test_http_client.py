"""The door to HTTP: what was sent, what was not, and what nobody knows."""

import logging
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.http_client import MOST_REPLY_BYTES, End, NotSent, Timeouts, Unclear, post_json, request, retry_after
from daemon.respite import until
from tests.receiver import Answer, Receiver

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHORT = Timeouts(connect=0.2, write=0.2, read=0.2, body=0.2)


def test_a_document_goes_out_and_the_answer_comes_back() -> None:
    with Receiver(Answer(status=201, text="mädchen", headers={"X-Id": "7"})) as receiver:
        reply = post_json(receiver.url, {"text": "é"}, {"x-key": "k"})

    assert (reply.status, reply.text, reply.headers["x-id"]) == (201, "mädchen", "7")
    assert receiver.requests[0].body == {"text": "é"}
    assert receiver.requests[0].headers["x-key"] == "k"


def test_an_endless_answer_is_cut() -> None:
    with Receiver(Answer(text="x" * (3 * MOST_REPLY_BYTES))) as receiver:
        assert len(post_json(receiver.url, {}).text) == MOST_REPLY_BYTES


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/canary",
        "http://nowhere.invalid/canary",
        "https://127.0.0.1:1/canary",
        "gopher://127.0.0.1/canary",
    ],
)
def test_nothing_is_sent_where_nobody_listens(url: str) -> None:
    with pytest.raises(NotSent) as failed:
        post_json(url, {}, timeouts=SHORT)

    assert "canary" not in f"{failed.value!r} {failed.value.__cause__!r}"
    assert failed.value.__suppress_context__


def test_nothing_is_sent_to_a_server_that_cannot_prove_who_it_is() -> None:
    with Receiver() as receiver, pytest.raises(NotSent):
        post_json(receiver.url.replace("http:", "https:"), {}, timeouts=SHORT)


def test_silence_after_the_request_is_unclear() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(Unclear, match=r"no answer from 127\.0\.0\.1") as failed,
    ):
        post_json(f"http://127.0.0.1:{silent.getsockname()[1]}/canary", {}, timeouts=SHORT)

    assert "canary" not in str(failed.value)


def test_a_connection_closed_without_an_answer_is_unclear() -> None:
    with Receiver(Answer(lost=True)) as receiver, pytest.raises(Unclear):
        post_json(receiver.url, {})


def test_a_known_status_counts_though_its_text_is_lost() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 404 Not Found\r\ncontent-length: 50\r\n\r\nno_ser")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        reply = post_json(f"http://127.0.0.1:{server.getsockname()[1]}/", {})
        thread.join()

    assert (reply.status, reply.text) == (404, "no_ser")


def test_no_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    with Receiver() as receiver:
        assert post_json(receiver.url, {}).status == 200


def test_addresses_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), Receiver() as receiver:
        post_json(receiver.url, {})

    assert "canary" not in caplog.text.lower()


@given(
    st.text(max_size=30)
    | st.floats().map(str)
    | st.integers().map(str)
    | st.datetimes(timezones=st.just(UTC)).map(lambda d: format_datetime(d, usegmt=True))
)
def test_whatever_a_destination_says_it_is_an_instant_from_now_on_or_nothing(text: str) -> None:
    wait = retry_after({"retry-after": text})

    assert wait is None or NOW <= until(wait, NOW) < datetime(9999, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0.25", 0.25),
        ("Mon, 02 Mar 2026 12:02:00 GMT", 120),
        ("Mon, 02 Mar 2026 12:02:00 -0000", 120),
        ("Monday, 02-Mar-26 12:02:00 GMT", 120),
        ("Mon Mar  2 12:02:00 2026", 120),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("1000000000", 1_000_000_000),
    ],
)
def test_seconds_and_dates_are_understood(text: str, seconds: float) -> None:
    wait = retry_after({"retry-after": text})

    assert wait is not None and until(wait, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "headers", [{}, {"retry-after": ""}, {"retry-after": "-1"}, {"retry-after": "nan"}, {"retry-after": "tomorrow"}]
)
def test_what_says_nothing_is_nothing(headers: dict[str, str]) -> None:
    assert retry_after(headers) is None


def drip(server: socket.socket, first: bytes, part: bytes, free: threading.Event) -> threading.Thread:
    """Answer one connection with `first`, then with `part` for ever."""

    def answer() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            try:
                connection.sendall(first)
                while not free.wait(0.02):
                    connection.sendall(part)
            except OSError:
                return

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("first", "part"),
    [(b"HTTP/1.1 200 OK\r\n", b"x-a: b\r\n"), (b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n", b"x")],
)
def test_a_drip_cannot_stretch_the_time_of_a_request(first: bytes, part: bytes) -> None:
    free, began = threading.Event(), time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = drip(server, first, part, free)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        try:
            reply = request("GET", url, timeouts=SHORT, allow_private=True)
        except Unclear:
            reply = None
        free.set()
        thread.join()

    assert time.monotonic() - began < 3
    assert reply is None or (reply.status, reply.end) == (200, End.TOO_SLOW)


def test_an_answer_says_how_it_ended() -> None:
    with Receiver(Answer(text="x" * 100)) as receiver:
        assert request("POST", receiver.url, json=1, most_bytes=100, allow_private=True).end is End.WHOLE
    with Receiver(Answer(text="x" * 101)) as receiver:
        reply = request("POST", receiver.url, json=1, most_bytes=100, allow_private=True)
    assert (reply.end, len(reply.body)) == (End.TOO_LARGE, 100)
