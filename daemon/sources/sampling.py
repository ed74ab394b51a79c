"""Some cells of a check's columns, straight from its newest file: enough to see what a column holds."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from config.settings import Settings
from daemon.errors import SourceRejected
from daemon.sources.files import find, opened
from daemon.sources.opening import Format, format_of, open_text

ROWS = 2000


def sample(path: Path, columns: Sequence[str]) -> Mapping[str, Sequence[str | None]]:
    """The cells of some columns in the first rows of a file; a column that is not there is left out.

    Raises:
        SourceUnavailable: it cannot be opened.
        SourceRejected: it is no table.
    """
    import duckdb

    match format_of(path):
        case Format.CSV:
            table = open_text(path)
            reader, arguments = (
                "read_csv(?, all_varchar = true, header = true, delim = ?, quote = '\"', escape = '\"', "
                "auto_detect = false, ignore_errors = true, null_padding = true, columns = ?)",
                [str(path), table.delimiter, dict.fromkeys(table.columns, "VARCHAR")],
            )
        case Format.PARQUET:
            reader, arguments = "read_parquet(?)", [str(path)]
        case Format.JSON_LINES:
            reader, arguments = "read_json(?, format = 'newline_delimited')", [str(path)]
        case None:
            return {}
    with opened() as connection:
        try:
            rows = connection.execute(f"SELECT * FROM {reader} LIMIT {ROWS}", arguments)
            known = [column[0] for column in rows.description or []]
            cells = list(zip(*rows.fetchall(), strict=True)) or [()] * len(known)
        except duckdb.Error as error:
            raise SourceRejected(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from None
    return {
        name: [None if cell is None else str(cell) for cell in column]
        for name, column in zip(known, cells, strict=True)
        if name in columns
    }


def dimensions_of(check: str, settings: Settings, folder: Path) -> Mapping[str, Sequence[str | None]]:
    """Some cells of a file check's dimension columns; nothing where its source is no file.

    Raises:
        SourceUnavailable: its newest file cannot be opened.
        SourceRejected: it is no table.
    """
    of = settings.checks[check]
    columns = [dimension.column or name for name, dimension in of.dimensions.items()]
    if not columns or settings.sources[of.source].kind != "files":
        return {}
    return sample(find(check, settings, folder)[-1], columns)
