"""Logs: one line an event to standard error, ours and other libraries' alike, without secrets.

For a person in words and colours, for the systemd journal as entries with fields, for everything else as JSON.
"""

import logging
import sys
import threading
from types import TracebackType
from typing import IO, Any

import structlog

from daemon.journal import JournalHandler, is_journal, lost_line, prefixed
from daemon.redact import Redactor

# They speak too much, or write URLs that hold secrets.
_QUIET = ("httpx", "httpcore", "alembic", "sqlalchemy", "apscheduler", "uvicorn.access", "uvicorn.error", "asyncio")


class _Redacted(logging.Formatter):
    """The finished line, tracebacks included, passed through `redact`."""

    def __init__(self, inner: logging.Formatter, redact: Redactor) -> None:
        super().__init__()
        self._inner, self._redact = inner, redact

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets. What other handlers would make of the record is cleaned as well."""
        line = self._redact(self._inner.format(record))
        if record.exc_text:
            record.exc_text = self._redact(record.exc_text)
        return line


class _ToStream(logging.StreamHandler[IO[str]]):
    """Lines to a stream; of a line that cannot be written no value is shown."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say that a line is lost."""
        lost_line(self.stream, record)


def set_up(
    redact: Redactor, *, level: str = "INFO", as_json: bool | None = None, stream: IO[str] | None = None
) -> None:
    """Send every log record to standard error. `as_json` None: JSON unless a person is watching. May be called again."""
    target = stream or sys.stderr
    to_journal = as_json is None and is_journal(target)
    as_json = not target.isatty() if as_json is None else as_json
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = JournalHandler(target) if to_journal else _ToStream(target)
    handler.setFormatter(_Redacted(_formatter(shared, redact, as_json, target.isatty()), redact))
    root = logging.getLogger()
    replaced, root.handlers[:] = root.handlers[:], [handler]
    for old in replaced:
        if isinstance(old, JournalHandler):
            old.close()
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def log_crashes() -> None:
    """Uncaught errors, of threads too, go the way of all log lines; Python's own words would show secrets."""

    def crashed(of: type[BaseException], error: BaseException | None, traceback: TracebackType | None) -> None:
        if not issubclass(of, KeyboardInterrupt | SystemExit):
            logging.getLogger(__name__).critical("crashed", exc_info=(of, error or of(), traceback))

    sys.excepthook = crashed
    threading.excepthook = lambda crash: crashed(crash.exc_type, crash.exc_value, crash.exc_traceback)


def last_words(message: str) -> str:
    """Why a command ends, for standard error; in the journal it counts as an error."""
    return prefixed(message, "error") if is_journal(sys.stderr) else message


def _formatter(
    shared: list[structlog.typing.Processor], redact: Redactor, as_json: bool, in_colour: bool
) -> logging.Formatter:
    """Values are cleaned before they are written as JSON, whose escapes would hide a secret from us but not from a reader."""

    def clean(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {name: redact.inside(value) for name, value in event.items()}

    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=in_colour)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            clean,
            render,
        ],
    )
