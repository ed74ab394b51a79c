"""Many answers as one that says the same, thinned where that is so old that nobody asks how it came about."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from config.inputs import Check
from config.settings import Settings
from daemon.sources import archive, files, kept, timeline
from daemon.sources.scan import Scan
from daemon.sources.sightings import Keys, Sightings, look, together
from daemon.sources.timeline import zone_of
from daemon.sources.versions import Indices
from daemon.sources.windows import HISTORY
from daemon.store.pulls import Pull
from detectors.cadence import Cadence, Unit
from detectors.panel import Bools

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Of so many of the newest periods every version is kept: more than is ever learned from. Of older ones the last stands.
VERSIONS_KEPT = {Unit.DAY: 180, Unit.HOUR: 30 * 24, Unit.WEEK: 60, Unit.MONTH: 36}
# So many times the history that is asked for first, or would be, is kept at all.
HISTORIES_KEPT = 2
_BATCH = 10_000


def merged(answers: Sequence[Pull], name: str, settings: Settings) -> Pull:
    """One answer in the place of all, oldest first; of what sources said against their answers, the newest."""
    mapping = archive.mapping(name, settings)
    content, count = None, 0
    with archive.scratch() as folder, files.opened() as connection:
        scans = list(files.scans_of(mapping, archive.spooled(answers, folder), connection))
        zone = zone_of(mapping.check, settings)
        rows = together([look(connection, scan, mapping, settings, zone) for scan in scans])
        if len(rows):
            stays, old = _thinned(rows, mapping.check)
            columns = list(dict.fromkeys(column for scan in scans for column in scan.columns))
            content, count = kept.packed(columns, _rows(connection, scans, columns, stays, old))
    return Pull(
        pulled_at=answers[-1].pulled_at,
        since=min(answer.since for answer in answers),
        until=answers[-1].until,
        row_count=count,
        content=content,
        notices=answers[-1].notices,
    )


def _thinned(rows: Sightings, check: Check) -> tuple[Bools, Bools]:
    """[rows] that are kept, and [rows] that are so old that it does not matter when they were seen."""
    cadence = Cadence.parse(check.cadence)
    weekday = timeline.week_start(rows.period) if cadence.unit is Unit.WEEK else 0
    numbers: Indices = timeline.number(rows.period, cadence, weekday)
    newest = int(numbers.max())
    old = numbers <= newest - VERSIONS_KEPT[cadence.unit]
    last = Keys.of(rows, numbers, old).of_row >= 0
    history = max(check.history_periods or 0, HISTORY[cadence.unit])
    forgotten = numbers <= newest - HISTORIES_KEPT * history
    return ~forgotten & (~old | (last & ~rows.gone)), old


def _rows(
    connection: "DuckDBPyConnection", scans: Sequence[Scan], columns: Sequence[str], stays: Bools, old: Bools
) -> Iterator[list[str]]:
    seen, start = columns.index(kept.SEEN), 0
    for scan in scans:
        cells = ", ".join(scan.sql.get(column, "''") for column in columns)
        cursor = connection.execute(f"SELECT {cells} FROM {scan.table}")
        while batch := cursor.fetchmany(_BATCH):
            for i in np.flatnonzero(stays[start : start + len(batch)]).tolist():
                row = [cell or "" for cell in batch[i]]
                if old[start + i]:
                    row[seen] = ""
                yield row
            start += len(batch)
