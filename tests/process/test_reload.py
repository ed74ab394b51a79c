"""A running service: it takes over a valid new configuration, keeps the old one otherwise, and tells systemd of it."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.command import CONFIG, assert_harmless, channelwatch
from tests.process.running import START_SECONDS, running


class Systemd:
    """The socket on which systemd would listen."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(START_SECONDS)
        self.heard: list[str] = []

    def wait_for(self, word: str) -> str:
        """Return the first message from now on that holds the word."""
        while True:
            message = self._socket.recv(4096).decode()
            self.heard.append(message)
            if word in message:
                return message

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(tmp_path / "notify")
    yield made
    made.close()


def _edit(folder: Path, old: str, new: str) -> None:
    text = (folder / CONFIG).read_text(encoding="utf-8")
    assert old in text
    (folder / CONFIG).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_valid_configuration_takes_over_and_a_wrong_one_is_told_while_the_old_one_goes_on(
    quiet: Path, tmp_path: Path, systemd: Systemd
) -> None:
    env = {"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "600000"}
    with running(quiet, tmp_path / "run.log", env) as service:
        ready = systemd.wait_for("READY=1")
        systemd.wait_for("WATCHDOG=1")

        _edit(quiet, "timezone: Europe/London", "timezone: Europe/Londn")
        service.tell(signal.SIGHUP)
        reloading = systemd.wait_for("RELOADING=1")
        refused = systemd.wait_for("READY=1")
        systemd.wait_for("WATCHDOG=1")

        _edit(quiet, "timezone: Europe/Londn", "timezone: Europe/Paris")
        service.tell(signal.SIGHUP)
        systemd.wait_for("RELOADING=1")
        accepted = systemd.wait_for("READY=1")
        service.wait_for("reloaded")

        code = service.end()
        systemd.wait_for("STOPPING=1")

    assert code == 0
    assert "watching 1 checks" in ready
    assert "MONOTONIC_USEC=" in reloading
    assert "Europe/Londn" in refused
    assert "the old one goes on" in refused
    assert "watching 1 checks" in accepted
    assert service.words.count('"event": "reload_refused"') == 1
    assert f"{CONFIG}:" in service.words
    assert_harmless(service.words)


def test_whoever_asks_for_a_reload_learns_what_came_of_it(quiet: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    env = {"RUNTIME_DIRECTORY": str(tmp_path / "run")}
    with running(quiet, tmp_path / "run.log", env) as service:
        service.wait_for("ready")
        pid = str(service.pid)
        taken = channelwatch(quiet, "reload", pid, env=env)
        _edit(quiet, "timezone: Europe/London", "timezone: Europe/Londn")
        refused = channelwatch(quiet, "reload", pid, env=env)
        service.end()
        gone = channelwatch(quiet, "reload", pid, env=env)

    assert (taken.code, taken.out) == (0, "Taken over.\n")
    assert refused.code == 78
    assert "the old configuration goes on" in refused.err and "Europe/Londn" in refused.err
    assert gone.code == 2 and "cannot be told" in gone.err
    assert channelwatch(quiet, "reload", pid).code == 2


def test_a_reload_looks_again_at_what_is_due_and_judges_nothing_twice(quiet: Path, tmp_path: Path) -> None:
    with running(quiet, tmp_path / "run.log", {}) as service:
        service.wait_for("cycle")
        service.tell(signal.SIGHUP)
        service.wait_for("reloaded")
        service.wait_for("cycle", times=2)  # the table ended long ago: its newest days are late
        code = service.end()

    assert code == 0
    judged = [line for line in service.words.splitlines() if '"event": "cycle"' in line]
    assert '"judged_series": 0' in judged[1]


def test_another_state_needs_a_restart(quiet: Path, tmp_path: Path) -> None:
    with running(quiet, tmp_path / "run.log", {}) as service:
        service.wait_for("ready")
        text = (quiet / CONFIG).read_text(encoding="utf-8")
        (quiet / CONFIG).write_text(text.replace("channelwatch.db", "other.db"), encoding="utf-8")
        service.tell(signal.SIGHUP)
        service.wait_for("reload_refused")
        code = service.end()

    assert code == 0
    assert "restart it" in service.words
    assert not (quiet / "other.db").exists()


def test_a_second_service_and_a_check_on_the_same_state_are_refused_while_looking_is_free(
    quiet: Path, tmp_path: Path
) -> None:
    with running(quiet, tmp_path / "run.log", {}) as service:
        service.wait_for("ready")
        second = channelwatch(quiet, "run")
        check = channelwatch(quiet, "check")
        status = channelwatch(quiet, "status")
        code = service.end()

    assert (code, second.code, check.code, status.code) == (0, 1, 1, 0)
    assert "another channelwatch works on the state" in second.err
    assert "another channelwatch works on the state" in check.err
