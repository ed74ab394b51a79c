"""What the systemd journal is sent, read from a real datagram socket."""

import io
import json
import logging
import os
import socket
import struct
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from daemon import journal, logs
from daemon.redact import Redactor

SECRET = "T0/B0/canarysecretcanarysecret"


class Journal:
    """A journal that keeps what it is sent."""

    errors: IO[str]

    def __init__(self, address: Path) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(address))
        self.socket.settimeout(5)

    def entry(self) -> list[tuple[str, str]]:
        """The next entry, parsed as journald does."""
        rest, fields = self.socket.recv(1 << 20), []
        while rest:
            head, rest = rest.split(b"\n", 1)
            if b"=" in head:
                name, value = head.split(b"=", 1)
            else:
                name, (length,) = head, struct.unpack("<Q", rest[:8])
                value, end, rest = rest[8 : 8 + length], rest[8 + length : 9 + length], rest[9 + length :]
                assert end == b"\n"
            fields.append((name.decode(), value.decode()))
        return fields


@pytest.fixture
def journald(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    """The stream `errors` ends in the journal, as far as `logs` can see."""
    at = Journal(tmp_path / "socket")
    errors = (tmp_path / "stderr").open("w+", encoding="utf-8")
    found = os.fstat(errors.fileno())
    monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino}")
    monkeypatch.setattr(journal, "SOCKET", str(at.address))
    with at.socket, errors:
        at.errors = errors
        yield at
        logs.set_up(Redactor(), stream=io.StringIO())


def test_checks_and_incidents_are_fields_that_journalctl_finds(journald: Journal) -> None:
    logs.set_up(Redactor(), stream=journald.errors)
    structlog.get_logger("daemon.cycle").warning("cycle", checks=["orders", "leads"], incident="2026-0001", seconds=1.5)

    entry = journald.entry()

    assert entry[0] == ("MESSAGE", "cycle checks=orders,leads incident=2026-0001 seconds=1.5")
    assert {
        ("PRIORITY", "4"),
        ("SYSLOG_IDENTIFIER", "channelwatch"),
        ("CHECK", "orders"),
        ("CHECK", "leads"),
        ("INCIDENT", "2026-0001"),
        ("SECONDS", "1.5"),
        ("LOGGER", "daemon.cycle"),
    } <= set(entry)


@pytest.mark.parametrize(("level", "priority"), [("info", "6"), ("warning", "4"), ("error", "3"), ("critical", "2")])
def test_levels_become_priorities_for_other_libraries_too(journald: Journal, level: str, priority: str) -> None:
    logs.set_up(Redactor(), stream=journald.errors)
    getattr(logging.getLogger("some.library"), level)("%s of %s", "one", "two")
    entry = dict(journald.entry())
    assert (entry["MESSAGE"], entry["PRIORITY"]) == ("one of two", priority)


def test_a_traceback_is_part_of_the_message_and_shows_no_secret(journald: Journal) -> None:
    logs.set_up(Redactor([SECRET]), stream=journald.errors)
    try:
        raise RuntimeError(f"no answer from {SECRET}")
    except RuntimeError:
        structlog.get_logger().exception("delivery_crashed", destination="growth", url=SECRET, deep={"of": [SECRET]})

    entry = journald.entry()

    lines = entry[0][1].splitlines()
    assert lines[0].startswith("delivery_crashed destination=growth url=[hidden]")
    assert lines[1] == "Traceback (most recent call last):"
    assert lines[-1] == "RuntimeError: no answer from [hidden]"
    assert SECRET not in str(entry)
    assert ("DESTINATION", "growth") in entry


def test_names_written_by_strangers_forge_neither_lines_nor_fields(journald: Journal) -> None:
    logs.set_up(Redactor(), stream=journald.errors)
    structlog.get_logger().info("cycle", channel="x\nPRIORITY=0\n\x1b[31mred\u202e", **{"_HOST NAME=\n1": "forged"})

    entry = journald.entry()

    assert [name for name, _ in entry].count("PRIORITY") == 1
    assert ("CHANNEL", r"x\nPRIORITY=0\n\x1b[31mred\u202e") in entry
    assert ("HOST_NAME__1", "forged") in entry
    assert all("\x1b" not in value and "\n" not in value for _, value in entry)


@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.lists(st.text()) | st.none()))
def test_every_event_is_one_entry_that_journald_can_read(facts: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        at = Journal(Path(folder) / "socket")
        handler = journal.JournalHandler(io.StringIO(), str(at.address))
        handler.setFormatter(logging.Formatter("%(message)s"))
        record = logging.makeLogRecord({"msg": json.dumps({"event": "cycle"} | facts), "levelname": "INFO"})
        handler.handle(record)
        entry = at.entry()
        handler.close()
        at.socket.close()

    assert [name for name, _ in entry][:3] == ["MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER"]
    for name, _ in entry:
        assert name.isascii()
        assert name.replace("_", "").isalnum()
        assert name == name.upper()
        assert name[0] not in "_0123456789"
        assert len(name) <= 64


def test_where_the_socket_is_missing_lines_go_to_the_stream_with_their_level() -> None:
    stream = io.StringIO()
    handler = journal.JournalHandler(stream, "/nowhere/at/all")
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.handle(logging.makeLogRecord({"msg": "first\nsecond", "levelname": "ERROR"}))
    handler.close()
    assert stream.getvalue() == "<3>first\\nsecond\n"


def test_what_is_too_long_for_the_socket_goes_to_the_stream(journald: Journal) -> None:
    stream = io.StringIO()
    handler = journal.JournalHandler(stream, str(journald.address))
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.handle(logging.makeLogRecord({"msg": "x" * 5_000_000, "levelname": "INFO"}))
    handler.close()
    assert stream.getvalue() == "<6>" + "x" * 5_000_000 + "\n"


def test_another_stream_than_the_one_systemd_opened_is_not_the_journal(journald: Journal) -> None:
    with Path(os.devnull).open("w", encoding="utf-8") as elsewhere:
        assert not journal.is_journal(elsewhere)
    assert not journal.is_journal(io.StringIO())


def test_why_a_command_ends_counts_as_an_error_in_the_journal_only(
    journald: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", journald.errors)
    assert logs.last_words("no such file\n  mend it") == "<3>no such file\n<3>  mend it"
    monkeypatch.delenv("JOURNAL_STREAM")
    assert logs.last_words("no such file\n  mend it") == "no such file\n  mend it"


@pytest.mark.usefixtures("journald")  # which restores the logging of before
def test_a_line_that_cannot_be_formatted_is_told_without_its_values() -> None:
    stream = io.StringIO()
    logs.set_up(Redactor(), stream=stream)
    logging.getLogger("some.library").warning("%d things", SECRET)
    assert stream.getvalue() == "a log line of some.library was lost: TypeError\n"


@pytest.mark.usefixtures("journald")
def test_an_uncaught_error_of_a_thread_is_a_log_line_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr("threading.excepthook", None)
    logs.set_up(Redactor([SECRET]), stream=stream)
    logs.log_crashes()
    error = RuntimeError(SECRET)
    threading.excepthook(threading.ExceptHookArgs((RuntimeError, error, None, None)))
    sys.excepthook(RuntimeError, error, None)

    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    for line in (first, second):
        assert (line["event"], line["level"]) == ("crashed", "critical")
        assert line["exception"].endswith("RuntimeError: [hidden]")
