"""The systemd journal: each log line as an entry with fields, so that `journalctl CHECK=orders` finds it.

The native protocol: one datagram of NAME=value lines; a value of several lines is preceded by its length.
"""

import json
import logging
import os
import socket
import struct
import sys
from collections.abc import Iterator
from typing import IO, Any

SOCKET = "/run/systemd/journal/socket"

# Levels of syslog, which the journal keeps as PRIORITY.
_PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
# What becomes part of the entry in another way, or is the journal's own.
_OWN = {"event", "level", "timestamp", "exception", "message", "priority", "syslog_identifier"}
# A list of checks is found by each: CHECK=a and CHECK=b.
_SINGULAR = {"checks": "check", "incidents": "incident", "destinations": "destination"}
_LONGEST_NAME = 64


def is_journal(stream: IO[str]) -> bool:
    """Whether a stream ends in the journal: systemd names the one that it opened for us."""
    named = os.environ.get("JOURNAL_STREAM", "")
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return named == f"{found.st_dev}:{found.st_ino}"


def prefixed(text: str, level: str) -> str:
    """Lines for a stream that ends in the journal, each with its level."""
    return "\n".join(f"<{_priority(level)}>{line}" for line in text.splitlines())


class JournalHandler(logging.Handler):
    """Sends what the formatter writes as JSON; to the stream where the journal's own socket does not take it."""

    def __init__(self, stream: IO[str], address: str | None = None) -> None:
        super().__init__()
        self._stream, self._address = stream, address or SOCKET
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def emit(self, record: logging.LogRecord) -> None:
        """Send one entry."""
        try:
            level = record.levelname.lower()
            entry = _entry(self.format(record), level)
            try:
                self._socket.sendto(_datagram(entry), self._address)
            except OSError:  # no such socket in a sandbox, or an entry too long for one datagram
                _, message = entry[0]
                self._stream.write(prefixed(message, level) + "\n")
                self._stream.flush()
        except Exception:  # noqa: BLE001 - logging must not stop what it tells of
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say that a line is lost without its values, which logging's own words would show unredacted."""
        lost_line(self._stream, record)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
        super().close()


def lost_line(stream: IO[str], record: logging.LogRecord) -> None:
    """Say where a log line was lost, and why, without any of its values."""
    failure = sys.exc_info()[0]
    try:
        stream.write(f"a log line of {record.name} was lost: {failure.__name__ if failure else 'unknown'}\n")
        stream.flush()
    except (OSError, ValueError):
        return  # nobody reads us any more


def _entry(line: str, level: str) -> list[tuple[str, str]]:
    """The fields; the message is the first."""
    try:
        event = json.loads(line)
    except ValueError:  # redacted across JSON's own signs
        event = {"event": line}
    if not isinstance(event, dict):
        event = {"event": line}
    facts = {name: value for name, value in event.items() if name not in _OWN and value not in (None, "", [], {})}
    message = " ".join([str(event.get("event", "")), *(f"{n}={_short(v)}" for n, v in facts.items() if n != "logger")])
    lines = [message, *str(event.get("exception", "")).splitlines()]
    fields = [(name, text) for key, value in facts.items() if (name := _name(key)) for text in _texts(value)]
    return [
        ("MESSAGE", "\n".join(_printable(line) for line in lines)),
        ("PRIORITY", str(_priority(level))),
        ("SYSLOG_IDENTIFIER", "channelwatch"),
        *((name, _printable(text)) for name, text in fields),
    ]


def _priority(level: str) -> int:
    return _PRIORITIES.get(level, _PRIORITIES["info"])


def _datagram(entry: list[tuple[str, str]]) -> bytes:
    parts = []
    for name, value in entry:
        content = value.encode("utf-8", errors="replace")
        if b"\n" in content:
            parts.append(name.encode() + b"\n" + struct.pack("<Q", len(content)) + content + b"\n")
        else:
            parts.append(name.encode() + b"=" + content + b"\n")
    return b"".join(parts)


def _name(key: str) -> str:
    """A field's name as the journal takes it: A-Z, 0-9 and _, not first; empty where nothing is left."""
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in _SINGULAR.get(key, key)).upper()
    return name.lstrip("_0123456789")[:_LONGEST_NAME]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    else:
        yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(value: Any) -> str:
    """A value in the message: bare where it is one word."""
    if isinstance(value, list):
        return ",".join(_short(item) for item in value)
    return value if isinstance(value, str) and value and " " not in value else json.dumps(value, ensure_ascii=False)


def _printable(text: str) -> str:
    """Without control and direction signs: names in data are written by strangers."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
