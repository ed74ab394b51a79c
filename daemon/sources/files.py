"""Tables as files, read by DuckDB: CSV (also .gz), Parquet, JSON lines. Only this package's readers know DuckDB.

1. find the files of the check  2. look at each head, group files with the same columns  3. load a group as it is written
4. read dates, numbers and codes, and note every cell that cannot be read  5. join the groups to one Table
Nothing that cannot be read becomes zero: it is empty, and told.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Settings
from config.sources import FilesSource
from daemon.errors import SourceRejected, SourceUnavailable
from daemon.sources.assemble import assemble
from daemon.sources.columns import Mapping, lacking, mapping_of, require
from daemon.sources.opening import Format, format_of, open_text
from daemon.sources.pieces import Piece
from daemon.sources.scan import Scan, scan
from daemon.sources.table import RowProblem, Table
from daemon.sources.timeline import zone_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


Reader = Callable[[Mapping, list[Path], Settings, datetime | None], Table]


def read(
    name: str, settings: Settings, folder: Path, until: datetime | None = None, reader: Reader | None = None
) -> Table:
    """Read the files of a check. reader: does it, `table_of` unless another is given.

    Raises:
        SourceUnavailable: a file is not there or cannot be opened.
        SourceRejected: a file is no table, or lacks a column.
    """
    return (reader or table_of)(mapping_of(name, settings), find(name, settings, folder), settings, until)


def table_of(mapping: Mapping, paths: list[Path], settings: Settings, until: datetime | None) -> Table:
    """Read files into one table.

    Raises:
        SourceUnavailable: a file cannot be opened.
        SourceRejected: a file is no table, or lacks a column.
    """
    with opened() as connection:
        scans = list(scans_of(mapping, paths, connection))
        problems, measured = columns_across(mapping, scans)
        zone = zone_of(mapping.check, settings)
        pieces = [Piece.read(connection, group, mapping, measured, settings, zone) for group in scans]
        return assemble(pieces, mapping, settings, problems, until)


def opened() -> "DuckDBPyConnection":
    """A database in memory that keeps rows in the order in which they were read."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET threads = 2; SET preserve_insertion_order = true")
    return connection


def stamp(name: str, settings: Settings, folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Path, time of change and size of each of a check's files: while they stay, `read` would give the same table.

    Raises:
        SourceUnavailable: there are none, or one went away.
    """
    marks = []
    for path in find(name, settings, folder):
        try:
            now = path.stat()
        except OSError as error:
            raise SourceUnavailable(f"{path} went away while it was read: try again.") from error
        marks.append((str(path), now.st_mtime_ns, now.st_size))
    return tuple(marks)


def find(name: str, settings: Settings, folder: Path) -> list[Path]:
    """The files of a check, in order of name.

    Raises:
        SourceUnavailable: there are none.
    """
    check = settings.checks[name]
    source = settings.sources[check.source]
    assert isinstance(source, FilesSource)
    root = Path(source.path).expanduser()
    root = root if root.is_absolute() else folder / root
    if check.table is not None:
        root = (
            root / check.table if root.is_dir() or not (_is_glob(root) or root.exists()) else root.parent / check.table
        )
    if root.is_dir():
        paths = [p for p in root.iterdir() if p.is_file() and format_of(p)]
        if not paths:
            raise SourceUnavailable(
                f"{root} holds no table: put CSV, Parquet or JSON lines files there, or change sources.{check.source}.path."
            )
    elif _is_glob(root):
        paths = [p for p in root.parent.glob(root.name) if p.is_file() and format_of(p)]
        if not paths:
            raise SourceUnavailable(f"no file matches {root}: see checks.{name}.table and sources.{check.source}.path.")
    elif root.exists():
        paths = [root]
    else:
        raise SourceUnavailable(f"{root} does not exist: see checks.{name}.table and sources.{check.source}.path.")
    return sorted(paths)


def _is_glob(path: Path) -> bool:
    return any(mark in path.name for mark in "*?[")


def scans_of(
    mapping: Mapping, paths: list[Path], connection: "DuckDBPyConnection", prefix: str = "raw"
) -> Iterator[Scan]:
    """Load files with the same columns together, into tables whose names start with `prefix`.

    Raises:
        SourceRejected: a file is no table, or lacks a column.
    """
    named = mapping.check.value_column
    figures = frozenset([named] if named else [m.column for m in mapping.measured])
    groups: dict[tuple[Format, tuple[str, ...], str], list[Path]] = {}
    for path in paths:
        kind = format_of(path) or Format.CSV
        if kind is Format.CSV:
            head = open_text(path)
            groups.setdefault((kind, head.columns, head.delimiter), []).append(path)
        else:
            groups.setdefault((kind, (str(path),), ""), []).append(path)
    for number, ((kind, columns, delimiter), members) in enumerate(groups.items()):
        if kind is Format.CSV:
            require(mapping, mapping.called(members[0]), columns)
        group = scan(connection, f"{prefix}_{number}", kind, members, columns, delimiter, figures, mapping.origin)
        require(mapping, mapping.called(members[0]), group.columns)
        yield group


def columns_across(mapping: Mapping, scans: list[Scan]) -> tuple[list[RowProblem], tuple[str, ...]]:
    """Problems of files whose headers differ, and the KPI columns that at least one file has.

    Raises:
        SourceRejected: none has one of them.
    """
    if mapping.is_long:
        return [], ()
    problems = []
    held = tuple(m.column for m in mapping.measured if any(m.column in s.columns for s in scans))
    for m in mapping.measured:
        if m.column not in held:
            raise SourceRejected(lacking(mapping, scans[0].name, m.column, "columns", scans[0].columns))
        message = f"the column {m.column!r} of the other files is missing here; {m.kpi} is unknown in this file"
        problems += [
            RowProblem(file=path.name, line=1, column=m.column, sample="", kpi=m.kpi, message=message)
            for group in scans
            if m.column not in group.columns
            for path in group.paths
        ]
    return problems, held
