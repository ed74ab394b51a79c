"""run: the service catches up, delivers, ends when it is told to, and does nothing twice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.process import business
from tests.process.business import Fall
from tests.process.command import CONFIG, assert_harmless, channelwatch, slack
from tests.process.conftest import Made
from tests.process.database import is_intact, state
from tests.process.running import START_SECONDS, running
from tests.receiver import Receiver


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
            receiver.wait_for(1, START_SECONDS)
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
