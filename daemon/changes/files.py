"""Feeds of changes as files: CSV, a JSON list, or JSON lines; each row with the line that it stands on."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.changes import ChangeFeed
from config.settings import Settings
from daemon.changes.rows import Row, Understood, require, understood
from daemon.errors import SourceRejected, SourceUnavailable


def path_of(feed: ChangeFeed, folder: Path) -> Path:
    """Where a feed's file is. folder: that of the configuration file."""
    return folder / Path(feed.path or "").expanduser()


def read(name: str, settings: Settings, folder: Path) -> Understood:
    """The changes in the file of the feed `name`.

    Raises:
        SourceUnavailable: it is not there, or cannot be opened.
        SourceRejected: it is no such file, or lacks a column.
    """
    feed = settings.changes[name]
    path = path_of(feed, folder)
    text = _text(path)
    is_json = text.lstrip()[:1] in ("[", "{")
    rows = list(_of_json(text, path) if is_json else _of_csv(text, path, feed))
    if is_json and rows:
        require(feed, path.name, list(dict.fromkeys(column for row in rows for column in row.cells)))
    return understood(name, settings, path.name, rows)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8-sig")
    except FileNotFoundError:
        raise SourceUnavailable(f"{path} does not exist. Write its place under path.") from None
    except (OSError, EOFError) as error:
        raise SourceUnavailable(f"{path} cannot be read: {error}.") from None
    except UnicodeDecodeError:
        raise SourceRejected(f"{path.name} is not UTF-8: save it as CSV UTF-8.") from None


def _of_csv(text: str, path: Path, feed: ChangeFeed) -> Iterator[Row]:
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    columns = [c.strip() for c in rows.fieldnames or ()]
    require(feed, path.name, columns)
    rows.fieldnames = columns
    try:
        for row in rows:
            yield Row(place=f"line {rows.line_num}", cells={k: v for k, v in row.items() if isinstance(v, str)})
    except csv.Error as error:
        raise SourceRejected(f"{path.name} line {rows.line_num}: {error}. Save it as CSV again.") from None


def _of_json(text: str, path: Path) -> Iterator[Row]:
    """The objects of a list, or of one line each, wherever they stand."""
    decoder, at = json.JSONDecoder(), _after(text, 0, "[" if text.lstrip()[0] == "[" else "")
    while at < len(text) and text[at] != "]":
        line = text.count("\n", 0, at) + 1
        try:
            item, at = decoder.raw_decode(text, at)
        except ValueError as error:
            wrong = text.count("\n", 0, getattr(error, "pos", at)) + 1
            raise SourceRejected(f"{path.name} line {wrong}: this is no JSON ({error}).") from None
        if not isinstance(item, dict):
            raise SourceRejected(
                f"{path.name} line {line}: a change is an object with its columns, e.g. "
                '{"at": "2026-10-14T09:20", "kind": "deploy", "title": "checkout v2.3"}.'
            )
        yield Row(place=f"line {line}", cells=_plain(item))
        at = _after(text, at, ",")


def _after(text: str, at: int, mark: str) -> int:
    """The next position that is neither blank nor the mark."""
    while at < len(text) and (text[at].isspace() or text[at] == mark):
        at += 1
    return at


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if not isinstance(value, dict | list)}
