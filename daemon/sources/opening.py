"""The first look at a file: is it a table of text, which columns does it have, and how are they parted?"""

import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from daemon.errors import SourceRejected, SourceUnavailable

# Enough of a file to see its header and its nature.
_HEAD_BYTES = 65_536
_DELIMITERS = ",;\t|"


class Format(StrEnum):
    """Kinds of table files."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON_LINES = "json lines"


_SUFFIXES = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
}


@dataclass(frozen=True, slots=True)
class TextTable:
    """A CSV file's columns, as written, and what parts them."""

    path: Path
    columns: tuple[str, ...]
    delimiter: str


def format_of(path: Path) -> Format | None:
    """What a file is by its name; None: no table that we read."""
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    return _SUFFIXES.get(suffix.lower())


def open_text(path: Path) -> TextTable:
    """Look at a CSV file's head.

    Raises:
        SourceUnavailable: it cannot be opened.
        SourceRejected: it is empty, binary, not UTF-8 or has no header.
    """
    text = _text(path, _head(path))
    line = next((row for row in text.splitlines() if row.strip()), "")
    if line.lstrip()[:1] in ("<", "{", "["):
        raise SourceRejected(
            f"{path.name} is not a table: it begins with {line.strip()[:20]!r}. Is it a web page or an error message? Export it again as CSV."
        )
    delimiter = max(_DELIMITERS, key=lambda d: (_outside_quotes(line).count(d), -_DELIMITERS.index(d)))
    columns = tuple(name.strip() for name in next(csv.reader(io.StringIO(text), delimiter=delimiter)))
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise SourceRejected(f"{path.name} has two columns named {twice[0]!r}: rename one of them in the file.")
    if all(_is_number(name) for name in columns):
        raise SourceRejected(
            f"{path.name} has no header: its first line is {line.strip()[:40]!r}. Put the column names into line 1."
        )
    return TextTable(path, columns, delimiter)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(2)
        if start == b"\x1f\x8b":
            with gzip.open(path) as packed:
                return packed.read(_HEAD_BYTES)
        if path.suffix == ".gz" and start:
            raise SourceRejected(f"{path.name} is named .gz but is not gzip-compressed: rename it or compress it.")
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise SourceUnavailable(f"{path} does not exist.") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise SourceRejected(
            f"{path.name} cannot be unpacked: the gzip file is damaged or was copied only in part. Copy it again."
        ) from None
    except OSError as error:
        raise SourceUnavailable(f"{path} cannot be read: {error.strerror or error}.") from None


def _text(path: Path, head: bytes) -> str:
    if not head.strip():
        raise SourceRejected(f"{path.name} is empty: it has not even a header.")
    if head.startswith(b"PK\x03\x04"):
        raise SourceRejected(f"{path.name} is a spreadsheet or zip archive, not text: save the sheet as CSV.")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceRejected(f"{path.name} is UTF-16: save it as CSV UTF-8.")
    if b"\0" in head:
        raise SourceRejected(f"{path.name} is binary, not a table of text.")
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(head) == _HEAD_BYTES and error.start > len(head) - 4:  # a character cut in two by the end of the head
            return head[: error.start].decode("utf-8-sig")
        raise SourceRejected(
            f"{path.name} line {head[: error.start].count(10) + 1} is not UTF-8: save the file as CSV UTF-8."
        ) from None


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
