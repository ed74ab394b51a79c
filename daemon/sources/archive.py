"""Answers of databases and APIs, kept in the state and read as one table."""

import json
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from config.settings import Settings
from daemon.errors import SourceUnavailable
from daemon.sources import files
from daemon.sources.columns import Mapping, mapping_of
from daemon.sources.table import Said, Table
from daemon.store import Connection, Store, pulls
from daemon.store.pulls import Pull

# What may change while the question stays the same: when it is asked, how far back, and what is made of the answer.
_NO_QUESTION = {"source", "at", "history_periods", "reread_periods", "missing_rows", "enabled", "channel", "scope"}


def asked(name: str, settings: Settings) -> str:
    """A mark of the question that the check `name` asks. Another question makes the old answers useless."""
    check = settings.checks[name]
    question = check.model_dump(mode="json", exclude=_NO_QUESTION)
    if check.query is not None:
        question["query"] = " ".join(check.query.split())
    for dimension in question["dimensions"].values():
        dimension["role"] = None  # what is made of the answer
    question["kind"] = settings.sources[check.source].kind
    return sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()


def mapping(name: str, settings: Settings) -> Mapping:
    """What to read of the answers to a check, and what people call them."""
    return replace(mapping_of(name, settings), origin=f"the answer of source {settings.checks[name].source!r}")


def read(
    name: str, settings: Settings, store: Store, until: datetime | None = None, reader: files.Reader | None = None
) -> Table:
    """All answers to a check as one table. reader: see `files.read`.

    Raises:
        SourceUnavailable: it was never asked.
        SourceRejected: what was answered does not fit the check.
    """
    with store.reading() as connection:
        answers = pulls.load(connection, name, asked(name, settings))
    if not any(answer.content for answer in answers):
        raise SourceUnavailable(_never(name, settings))
    with scratch() as folder:
        table = (reader or files.table_of)(mapping(name, settings), spooled(answers, folder), settings, until)
    said = tuple(Said(at=answer.pulled_at, notices=tuple(answer.notices)) for answer in answers)
    return replace(table, notices=said)


def stamp(name: str, settings: Settings, store: Store) -> Hashable:
    """A mark of all answers to a check.

    Raises:
        SourceUnavailable: it was never asked.
    """
    question = asked(name, settings)
    with store.reading() as connection:
        newest = pulls.newest(connection, name, question)
    if newest is None:
        raise SourceUnavailable(_never(name, settings))
    return question, newest.changed, newest.notices


def was_asked(connection: Connection, name: str, settings: Settings) -> bool:
    """Whether there is an answer to a check."""
    return pulls.newest(connection, name, asked(name, settings)) is not None


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder, gone at the end.

    Raises:
        SourceUnavailable: it cannot be made or written.
    """
    try:
        with TemporaryDirectory(prefix="channelwatch-") as folder:
            yield Path(folder)
    except OSError as error:
        raise SourceUnavailable(f"no room for answers in the temporary folder: {error.strerror or error}.") from error


def spooled(answers: Sequence[Pull], folder: Path) -> list[Path]:
    """Answers as files in a folder, oldest first."""
    paths = []
    for number, answer in enumerate(answers):
        if answer.content is not None:
            paths.append(folder / f"{number:06}.csv.gz")
            paths[-1].write_bytes(answer.content)
    return paths


def _never(name: str, settings: Settings) -> str:
    return f"checks.{name}: the source {settings.checks[name].source!r} has not answered yet."
