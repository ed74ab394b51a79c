"""Which files are tables: finds them, and puts the parts of one table together. Reads names and first lines only."""

import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.vocabulary import stem_of
from daemon.errors import ChannelwatchError

_CSV = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
_JSON_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".json")
_PARQUET = (".parquet",)
ENDINGS = _CSV + _JSON_LINES + _PARQUET


class InitError(ChannelwatchError):
    """What the user has to mend before a configuration can be written."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: a file, or several of one shape that `pattern` (a name or a glob in `folder`) matches."""

    folder: Path
    pattern: str
    files: tuple[Path, ...]

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
            raise InitError(f"there is no file or folder {path}: check the path after --from")
        files += sorted(f for f in path.iterdir() if f.is_file() and not f.name.startswith(".")) if path.is_dir() else [path]
    kept: list[Path] = []
    for file in dict.fromkeys(f.resolve() for f in files):
        if why := _why_no_table(file):
            notes.append(f"{file.name}: {why}; ignored")
        else:
            kept.append(file)
    if not kept:
        raise InitError(f"no tables found in {', '.join(map(str, paths))}: {_what_is_there(paths)}")
    return _grouped(kept), notes


def _what_is_there(paths: Sequence[Path]) -> str:
    folders = sorted(child.name for path in paths if path.is_dir() for child in path.iterdir() if child.is_dir())
    if folders:
        return f"folders inside are not searched; give one of them ({', '.join(folders[:5])}{' ...' if len(folders) > 5 else ''})"
    return "give CSV (also .gz), Parquet or JSON-lines files, or a folder that holds them"


def _why_no_table(file: Path) -> str | None:
    if not file.name.lower().endswith(ENDINGS):
        return "no table (CSV, Parquet or JSON lines)"
    if file.stat().st_size == 0:
        return "empty file"
    if file.name.lower().endswith(".json"):
        with file.open(encoding="utf-8", errors="replace") as lines:
            first = [lines.readline(1_000_000) for _ in range(2)]
        if not all(_is_record(line) for line in first if line.strip()):
            return "JSON, but not one record a line"
    return None


def _is_record(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _grouped(files: Sequence[Path]) -> list[Table]:
    """Files of one folder and shape whose names differ by numbers alone are one table."""
    groups: dict[tuple[Path, str, str], list[Path]] = {}
    for file in files:
        groups.setdefault((file.parent, re.sub(r"\d+", "#", file.name), _header(file)), []).append(file)
    tables = []
    for (folder, shape, _), members in groups.items():
        pattern = _glob(members) if len(members) > 1 and "#" in shape else None
        if pattern and set(folder.glob(pattern)) == {folder / m.name for m in members}:
            tables.append(Table(folder=folder, pattern=pattern, files=tuple(members)))
        else:
            tables += [Table(folder=folder, pattern=m.name, files=(m,)) for m in members]
    return sorted(tables, key=lambda t: (str(t.folder), t.pattern))


def _glob(members: Sequence[Path]) -> str:
    """The tightest pattern of the members: [0-9] for each digit where lengths agree, else *."""
    parts = [re.split(r"(\d+)", m.name) for m in members]
    pattern = []
    for place, part in enumerate(parts[0]):
        variants = {p[place] for p in parts}
        if len(variants) == 1:
            pattern.append(part)
        else:
            lengths = {len(v) for v in variants}
            pattern.append("[0-9]" * lengths.pop() if len(lengths) == 1 else "*")
    return "".join(pattern)


def _header(file: Path) -> str:
    """What must agree for files to be parts of one table; Parquet parts are told apart by name alone."""
    name = file.name.lower()
    if name.endswith(_PARQUET):
        return "parquet"
    try:
        if name.endswith(".gz"):
            with gzip.open(file, "rt", encoding="utf-8", errors="replace") as lines:
                line = lines.readline(1_000_000)
        else:
            with file.open(encoding="utf-8", errors="replace") as lines:
                line = lines.readline(1_000_000)
    except (OSError, EOFError) as problem:
        return f"unreadable: {problem}"
    return ",".join(sorted(json.loads(line))) if name.endswith(_JSON_LINES) and _is_record(line) else line.strip()
