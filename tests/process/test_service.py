"""run: the service catches up, delivers, ends when it is told to, and does nothing twice."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.process import business
from tests.process.business import Fall
from tests.process.command import CONFIG, SCRIPT, assert_harmless, channelwatch, environment, slack
from tests.process.conftest import Made
from tests.process.database import is_intact, state
from tests.receiver import Receiver

_START_SECONDS = 40.0
# How long a service may take to end after SIGTERM.
_END_SECONDS = 10.0


class Service:
    """A service that runs, with what it wrote to standard error so far."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process, self._log = process, log

    @property
    def words(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_for(self, event: str) -> None:
        """Return once a line tells of the event."""
        ends = time.monotonic() + _START_SECONDS
        while f'"event": "{event}"' not in self.words:
            assert_harmless(self.words)
            assert self._process.poll() is None, self.words
            assert time.monotonic() < ends, self.words
            time.sleep(0.02)

    def end(self) -> int:
        """Tell it to end; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(_END_SECONDS)


@contextmanager
def running(folder: Path, log: Path, env: dict[str, str]) -> Iterator[Service]:
    """A service in a folder; it does not outlive the test."""
    with (
        log.open("wb") as err,
        subprocess.Popen([SCRIPT, "run"], cwd=folder, env=environment(**env), stdout=err, stderr=err) as process,
    ):
        try:
            yield Service(process, log)
        finally:
            if process.poll() is None:
                process.kill()


def test_it_catches_up_delivers_ends_on_sigterm_and_sends_nothing_twice(made: Made, tmp_path: Path) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    folder = made.copied_to(tmp_path / "service", yesterday, Fall(first=yesterday, last=yesterday))
    text = (folder / CONFIG).read_text(encoding="utf-8").replace("Europe/London", "UTC", 1)
    due_at_midnight = text.replace("    cadence: day\n", '    cadence: day\n    at: "00:00"\n', 1)
    (folder / CONFIG).write_text(due_at_midnight, encoding="utf-8")

    with Receiver() as receiver:
        env = slack(growth=receiver.url)
        with running(folder, tmp_path / "first.log", env) as first:
            first.wait_for("ready")
            first.wait_for("cycle")
            receiver.wait_for(1, _START_SECONDS)
            first_code = first.end()
        kept = state(folder)
        with running(folder, tmp_path / "second.log", env) as second:
            second.wait_for("ready")
            second.wait_for("nothing_due")
            second_code = second.end()
        messages = [request.body["text"] for request in receiver.requests]

    assert (first_code, second_code) == (0, 0)
    assert len(messages) == 1
    assert "in paid search" in messages[0]
    assert is_intact(folder)
    assert state(folder) == kept
    assert_harmless(first.words, second.words)
    assert '"drained": true' in first.words
    assert {line[:1] for line in (first.words + second.words).splitlines()} == {"{"}
    status = channelwatch(folder, "status", "--json", env=env).json
    assert status["deliveries"] == {"growth": {"sent": 1}, "inbox": {"sent": 1}}
    assert status["open_incidents"] == 1


def test_a_table_that_cannot_be_read_is_told_and_the_service_goes_on(made: Made, tmp_path: Path) -> None:
    folder = made.copied_to(tmp_path / "service", business.FELL)
    (folder / "tables" / business.TABLE).unlink()

    with running(folder, tmp_path / "run.log", {}) as service:
        service.wait_for("check_unreadable")
        code = service.end()

    assert code == 0
    assert "does not exist: see checks.marketing_daily.table" in service.words
    assert_harmless(service.words)
