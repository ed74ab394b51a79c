"""How rows of answers are kept: as CSV, with two columns of ours that say when a row was seen, and that its key is gone."""

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from daemon.sources import expressions
from daemon.sources.cells import Cells
from daemon.sources.columns import OURS
from detectors.panel import Bools, Instants

# The instant at which a row was seen; empty: it counts as seen when its period ended.
SEEN = f"{OURS}seen"
# "1": the source had no rows of this key any more.
GONE = f"{OURS}gone"
# No name is longer; more would be a document in a cell.
_LONGEST = 4_000


def seen(cells: Cells) -> Instants:
    """[rows] when each was seen, in UTC; NaT: when its period ended."""
    seconds = cells.fetch(expressions.instant_seconds(cells.scan.sql[SEEN], cells.scan.types[SEEN], None))
    seconds = seconds.astype(np.int64)
    observed = seconds.astype("datetime64[s]")
    observed[seconds == expressions.NO_TIME] = np.datetime64("NaT")
    return observed


def gone(cells: Cells) -> Bools:
    """[rows] that say that their key is gone."""
    return cells.fetch(f"{expressions.text(cells.scan.sql[GONE])} = '1'").astype(bool)


def stamp(instant: datetime) -> str:
    """An instant as it is kept, to the second."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def written(cell: Any) -> str:
    """A cell as text: a number always in the same way, whatever type a database gives it today."""
    match cell:
        case str():
            return cell.replace("\0", "")[:_LONGEST]
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case Decimal() if cell.is_finite():
            text = f"{cell:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case datetime() | date():
            return cell.isoformat()
        case bytes():
            return cell.decode("utf-8", "replace").replace("\0", "")[:_LONGEST]
        case _:
            return str(cell).replace("\0", "")[:_LONGEST]


def packed(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[bytes, int]:
    """Rows as gzipped CSV, and how many they are."""
    count = 0
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=6, mtime=0) as zipped,
        io.TextIOWrapper(zipped, encoding="utf-8", errors="replace", newline="") as text,
    ):
        header(text, columns)
        writer = csv.writer(text, lineterminator="\n")
        for row in rows:
            writer.writerow(row)
            count += 1
    return buffer.getvalue(), count


def header(text: Any, columns: Sequence[str]) -> None:
    """The line of column names, all in quotes: none of them can be taken for a delimiter."""
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(columns)
