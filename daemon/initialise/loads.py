"""Whether a time of loading tells versions of a row apart: only then is it when a row was seen."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from config import vocabulary
from config.vocabulary import normal, words
from daemon.initialise.identifiers import is_identifier

if TYPE_CHECKING:
    import duckdb

    from daemon.initialise.profile import Column

_FEWEST_REPEATED = 3
# Rows a load brings in the mean: parts that are added one by one come with an instant each.
_ROWS_A_LOAD = 1.5
# Of a key and load there is one row, and of two rows that follow each other the later one says the same, or more.
_ONE_ROW, _GOES_ON = 0.99, 0.9


class Loads(StrEnum):
    """What rows of equal period, channel and dimensions but different load times are to each other."""

    VERSIONS = "versions"
    UNCLEAR = "unclear"


def is_load_time(name: str) -> bool:
    """Whether a column is called like the time at which a row was loaded."""
    return normal(name) in words()["columns"]["loaded"]


def loads_of(door: "duckdb.DuckDBPyConnection", columns: Sequence["Column"]) -> Mapping[str, Loads]:
    """By load time what the rows of table `t` are to each other; without those that never tell rows apart."""
    loaded = [c for c in columns if is_load_time(c.name) and c.moments is not None and c.moments.format is None]
    if not loaded:
        return {}
    # Parts of the date and constants say the same in every version of a row, and of anything else.
    rest = [c for c in columns if not is_load_time(c.name) and not _says_nothing(c)]
    numbers = [c for c in rest if _is_measure(c)]
    keys = [c for c in rest if c not in numbers]
    if not keys or not numbers:
        return {}
    found = ((c.name, _told_apart(door, c, keys, numbers)) for c in loaded)
    return {name: what for name, what in found if what is not None}


def _says_nothing(column: "Column") -> bool:
    return column.moments is None and (
        column.distinct <= 1 or (column.is_number and normal(column.name) in words()["columns"]["never a measure"])
    )


def _is_measure(column: "Column") -> bool:
    known = vocabulary.role_of(column.name) is not None or vocabulary.dimension_role_of(normal(column.name)) is None
    return column.is_number and column.moments is None and not is_identifier(column) and known


def _told_apart(
    door: "duckdb.DuckDBPyConnection", load: "Column", keys: Sequence["Column"], numbers: Sequence["Column"]
) -> Loads | None:
    key = ", ".join(_name(c) for c in keys)
    values = ", ".join(f"TRY_CAST({_name(c)} AS DOUBLE) AS m{n}" for n, c in enumerate(numbers))
    before = ", ".join(f"lag(m{n}) OVER w AS b{n}" for n in range(len(numbers)))
    never_less = " AND ".join(f"coalesce(m{n} >= b{n}, true)" for n in range(len(numbers)))
    as_before = " OR ".join(f"coalesce(m{n} = b{n} AND m{n} <> 0, false)" for n in range(len(numbers)))
    rows, loads, versions, repeated, pairs, going_on = door.execute(f"""
        WITH named AS (SELECT dense_rank() OVER (ORDER BY {key}) AS k, TRY_CAST({_name(load)} AS TIMESTAMP) AS seen, {values} FROM t),
             v AS (SELECT * FROM named WHERE seen IS NOT NULL),
             p AS (SELECT {before}, * FROM v WINDOW w AS (PARTITION BY k ORDER BY seen)),
             n AS (SELECT k, count(DISTINCT seen) AS times FROM v GROUP BY k)
        SELECT (SELECT count(*) FROM v), (SELECT count(DISTINCT seen) FROM v), (SELECT sum(times) FROM n),
               (SELECT count(*) FROM n WHERE times > 1), count(*), count(*) FILTER (({never_less}) OR {as_before})
        FROM p WHERE {" OR ".join(f"b{n} IS NOT NULL" for n in range(len(numbers)))}""").fetchall()[0]
    if not repeated:
        return None
    sure = (
        repeated >= _FEWEST_REPEATED
        and versions >= _ONE_ROW * rows
        and rows >= _ROWS_A_LOAD * loads
        and going_on >= _GOES_ON * pairs
    )
    return Loads.VERSIONS if sure else Loads.UNCLEAR


def _name(column: "Column") -> str:
    return '"' + column.name.replace('"', '""') + '"'
