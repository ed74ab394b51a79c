"""Which files are tables: finds them, and puts the parts of one table together. Reads names and first lines only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.vocabulary import stem_of
from daemon.errors import ChannelwatchError, SourceError, WrongUsage
from daemon.sources.opening import Format, format_of, open_text


class InitError(ChannelwatchError):
    """What the user has to mend before a configuration can be written."""


class WrongArgument(InitError, WrongUsage):
    """An option says what cannot be."""


class NoTableError(SourceError):
    """A file that is no table by its name."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: a file, or several of one shape that `pattern` (a name or a glob in `folder`) matches."""

    folder: Path
    pattern: str
    files: tuple[Path, ...]
    format: Format
    columns: tuple[str, ...] = ()  # of text files: the header, and what parts it
    delimiter: str = ","

    @property
    def stem(self) -> str:
        """Its short name: `email` for email_daily.csv.gz."""
        return stem_of(re.sub(r"\[0-9\]|\*", "", self.pattern))

    @property
    def name(self) -> str:
        """Its whole name, as checks are called: `email_daily`."""
        plain = re.sub(r"(\[0-9\])+|\*", "", self.files[0].name if len(self.files) == 1 else self.pattern)
        return re.sub(r"[^0-9A-Za-z]+", "_", re.sub(r"(\.[A-Za-z]+)+$", "", plain)).strip("_") or "table"


def find(paths: Sequence[Path]) -> tuple[list[Table], list[str]]:
    """The tables at these paths (files or folders), and notes on files that are none.

    Raises:
        InitError: a path does not exist, or there is no table at all.
    """
    notes: list[str] = []
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise WrongArgument(f"there is no file or folder {path}: check the path after --from")
        files += (
            sorted(f for f in path.iterdir() if f.is_file() and not f.name.startswith(".")) if path.is_dir() else [path]
        )
    heads: list[_Head] = []
    for file in dict.fromkeys(f.resolve() for f in files):
        try:
            heads.append(_look(file))
        except SourceError as problem:
            notes.append(f"{str(problem).rstrip('.')}; ignored")
    if not heads:
        raise InitError(f"no tables found in {', '.join(map(str, paths))}: {_what_is_there(paths)}")
    return _grouped(heads), notes


@dataclass(frozen=True, kw_only=True)
class _Head:
    """What the first look at a file shows."""

    file: Path
    format: Format
    columns: tuple[str, ...] = ()
    delimiter: str = ","


def _look(file: Path) -> _Head:
    kind = format_of(file)
    if kind is None:
        raise NoTableError(f"{file.name} is no table (CSV, Parquet or JSON lines)")
    if kind is not Format.CSV:
        return _Head(file=file, format=kind)
    text = open_text(file)
    return _Head(file=file, format=kind, columns=text.columns, delimiter=text.delimiter)


def _what_is_there(paths: Sequence[Path]) -> str:
    folders = sorted(child.name for path in paths if path.is_dir() for child in path.iterdir() if child.is_dir())
    if folders:
        return f"folders inside are not searched; give one of them ({', '.join(folders[:5])}{' ...' if len(folders) > 5 else ''})"
    return "give CSV (also .gz), Parquet or JSON-lines files, or a folder that holds them"


def _grouped(heads: Sequence[_Head]) -> list[Table]:
    """Files of one folder and shape whose names differ by numbers alone are one table."""
    groups: dict[tuple[object, ...], list[_Head]] = {}
    for head in heads:
        groups.setdefault(
            (head.file.parent, re.sub(r"\d+", "#", head.file.name), head.format, head.columns, head.delimiter), []
        ).append(head)
    tables = []
    for members in groups.values():
        files, one = tuple(head.file for head in members), members[0]
        pattern = _glob(files)
        if pattern is None or set(one.file.parent.glob(pattern)) != set(files):
            tables += [_table(head.file.name, (head.file,), head) for head in members]
        else:
            tables.append(_table(pattern, files, one))
    return sorted(tables, key=lambda t: (str(t.folder), t.pattern))


def _table(pattern: str, files: tuple[Path, ...], head: _Head) -> Table:
    return Table(
        folder=head.file.parent,
        pattern=pattern,
        files=files,
        format=head.format,
        columns=head.columns,
        delimiter=head.delimiter,
    )


def _glob(files: Sequence[Path]) -> str | None:
    """The tightest pattern of several files: [0-9] for each digit where lengths agree, else *; None for one file."""
    if len(files) == 1:
        return None
    parts = [re.split(r"(\d+)", file.name) for file in files]
    pattern = []
    for place, part in enumerate(parts[0]):
        variants = {p[place] for p in parts}
        lengths = {len(v) for v in variants}
        pattern.append(part if len(variants) == 1 else "[0-9]" * len(part) if len(lengths) == 1 else "*")
    return "".join(pattern)
