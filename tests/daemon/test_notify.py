"""What systemd is told, read from a real datagram socket."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon import notify


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(address))
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(address))
        yield listening


def heard(listening: socket.socket) -> dict[str, str]:
    return dict(line.split("=", 1) for line in listening.recv(65536).decode().split("\n"))


def test_ready_comes_with_the_status_in_one_datagram(systemd: socket.socket) -> None:
    notify.ready("watching 5 checks")
    assert heard(systemd) == {"READY": "1", "STATUS": "watching 5 checks"}


def test_reloading_carries_the_instant_that_systemd_waits_for(systemd: socket.socket) -> None:
    before = time.monotonic_ns() // 1000
    notify.reloading()
    told = heard(systemd)
    assert told["RELOADING"] == "1"
    assert before <= int(told["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000


def test_alive_and_stopping_are_single_words(systemd: socket.socket) -> None:
    notify.watchdog()
    notify.stopping()
    assert heard(systemd) == {"WATCHDOG": "1"}
    assert heard(systemd) == {"STOPPING": "1"}


def test_a_status_stays_one_line_so_that_it_cannot_say_anything_else(systemd: socket.socket) -> None:
    notify.status("bad\nMAINPID=1\n\nline")
    assert heard(systemd) == {"STATUS": "bad MAINPID=1 line"}


def test_an_empty_status_says_nothing(systemd: socket.socket) -> None:
    notify.status(" \n ")
    notify.watchdog()
    assert heard(systemd) == {"WATCHDOG": "1"}


@given(st.text())
def test_no_status_breaks_the_protocol_or_the_service(text: str) -> None:
    address = f"@channelwatch-test-{os.getpid()}-{time.monotonic_ns()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening, pytest.MonkeyPatch.context() as environment:
        listening.bind("\0" + address[1:])
        listening.settimeout(5)
        environment.setenv("NOTIFY_SOCKET", address)
        notify.ready(text)
        assert heard(listening).keys() <= {"READY", "STATUS"}


@pytest.mark.parametrize("address", ["", "relative/path", "/nowhere/at/all", "@nobody-listens", "/" + "x" * 300])
def test_without_a_socket_nothing_is_told_and_nothing_fails(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify.ready("here")
    monkeypatch.delenv("NOTIFY_SOCKET")
    notify.watchdog()


def test_a_full_socket_delays_the_service_by_seconds_at_most(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "_PATIENCE_SECONDS", 0.01)
    began = time.monotonic()
    for _ in range(2 * int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text())):
        notify.watchdog()
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("microseconds", "asked_of", "seconds"),
    [
        ("60000000", None, 60.0),
        ("60000000", "me", 60.0),
        ("60000000", "1", None),
        ("0", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_the_watchdog_is_fed_only_when_systemd_asks_this_process(
    microseconds: str | None, asked_of: str | None, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"WATCHDOG_USEC": microseconds, "WATCHDOG_PID": asked_of}.items():
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, str(os.getpid()) if value == "me" else value)
    assert notify.watchdog_seconds() == seconds
