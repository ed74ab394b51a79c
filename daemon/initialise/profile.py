"""What is in a table: for each column how many values, of what kind, and which periods. DuckDB reads each table once."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from config.vocabulary import normal, words
from daemon.initialise.tables import Table

if TYPE_CHECKING:
    import duckdb

# Text that stands for "no value" in exports.
_NOTHING = ("", "na", "n/a", "null", "nan", "none", "-", "--")
MAX_VALUES = 200       # distinct values kept of a column
_MAX_PERIODS = 20_000  # newest distinct periods kept of a date column

# Tried in this order; of those that read every value, the one with the most regular periods is taken.
_FORMATS = ("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%Y", "%d.%m.%y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%b %d, %Y", "%d %b %Y", "%d %B %Y",
            "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%Y-%m", "%Y/%m", "%b %Y", "%B %Y", "%G-W%V",
            "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S",
            "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p")
_CLOCKS = ("timestamp", "time", "ts", "datetime", "date", "ds", "created_at", "period", "period_start")  # may hold seconds since 1970
_NUMBER_FORMATS = {8: "%Y%m%d", 10: "%Y%m%d%H", 6: "%Y%m", 4: "%Y"}


class UnreadableError(Exception):
    """The file could not be read as a table; the message says why, for its note."""


@dataclass(frozen=True, kw_only=True)
class Moments:
    """A column read as dates: `format` None = ISO; `%s` = seconds since 1970; periods in seconds, ascending, distinct."""

    format: str | None
    periods: tuple[int, ...]
    ambiguous: bool = False  # day and month could as well be the other way round


@dataclass(frozen=True, kw_only=True)
class Column:
    """Statistics of one column over the whole table. `values` is empty where there are more than MAX_VALUES."""

    name: str
    filled: int
    distinct: int
    numeric: int
    integer: int
    as_text: int  # numbers once currency signs and thousands separators are taken away
    minimum: float
    maximum: float
    typical: float  # median
    values: tuple[str, ...]
    moments: Moments | None

    @property
    def is_number(self) -> bool:
        """Whether every value is a plain number."""
        return self.filled > 0 and self.numeric == self.filled

    @property
    def is_whole(self) -> bool:
        """Whether every value is a whole number."""
        return self.is_number and self.integer == self.filled


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A table's rows and columns."""

    table: Table
    rows: int
    columns: tuple[Column, ...]


def profile(table: Table) -> Profile:
    """Read a table once and describe its columns.

    Raises:
        UnreadableError: the files are damaged, or no table.
    """
    import duckdb  # heavy: only when something is read

    with duckdb.connect(config={"threads": 2}) as door:
        door.execute("SET TimeZone = 'UTC'").fetchall()
        try:
            door.execute(f"CREATE TEMP TABLE t AS {_reading(table)}").fetchall()
        except duckdb.Error as problem:
            raise UnreadableError(str(problem).split("\n")[0]) from problem
        names = [row[0] for row in door.execute("DESCRIBE t").fetchall()]
        rows = int(door.execute("SELECT count(*) FROM t").fetchall()[0][0])
        return Profile(table=table, rows=rows, columns=tuple(_column(door, name) for name in names))


def _reading(table: Table) -> str:
    """The SELECT that gives a table as text, nothing but nulls where there is no value."""
    files = ", ".join("'" + str(file).replace("'", "''") + "'" for file in table.files)
    kind = table.files[0].name.lower()
    if kind.endswith(".parquet"):
        source = f"read_parquet([{files}], union_by_name = true)"
    elif ".csv" in kind or ".tsv" in kind:
        source = f"read_csv([{files}], all_varchar = true, header = true, union_by_name = true)"
    else:
        source = f"read_json([{files}], format = 'newline_delimited', union_by_name = true)"
    nothing = ", ".join(f"'{word}'" for word in _NOTHING)
    return f"SELECT CASE WHEN lower(trim(COLUMNS(*)::VARCHAR)) NOT IN ({nothing}) THEN trim(COLUMNS(*)::VARCHAR) END FROM {source}"


def _column(door: "duckdb.DuckDBPyConnection", name: str) -> Column:
    column = '"' + name.replace('"', '""') + '"'
    number = f"TRY_CAST({column} AS DOUBLE)"
    cleaned = f"TRY_CAST(regexp_replace({column}, '[€£$%,[:space:]]', '', 'g') AS DOUBLE)"
    filled, distinct, numeric, integer, as_text, low, high, typical = door.execute(f"""
        SELECT count(v), count(DISTINCT v), count(n), count(n) FILTER (n = floor(n)), count(c), min(n), max(n), median(n)
        FROM (SELECT {column} AS v, CASE WHEN isfinite({number}) THEN {number} END AS n, {cleaned} AS c FROM t)""").fetchall()[0]
    values = ()
    if 0 < distinct <= MAX_VALUES:
        values = tuple(row[0] for row in door.execute(f"SELECT DISTINCT {column} FROM t WHERE {column} IS NOT NULL ORDER BY 1").fetchall())
    highest = float(high or 0) if numeric == filled else None
    return Column(name=name, filled=filled, distinct=distinct, numeric=numeric, integer=integer, as_text=as_text,
                  minimum=float(low or 0), maximum=float(high or 0), typical=float(typical or 0), values=values,
                  moments=_moments(door, name, filled, highest))


def _moments(door: "duckdb.DuckDBPyConnection", name: str, filled: int, highest: float | None) -> Moments | None:
    """The column read as dates, where every value is one. Numbers (`highest` is not None) are dates only in a column that is called so."""
    column = '"' + name.replace('"', '""') + '"'
    sample = [str(row[0]) for row in door.execute(f"SELECT {column} FROM t WHERE {column} IS NOT NULL LIMIT 100").fetchall()]
    if not sample or (highest is not None and normal(name) not in words()["columns"]["period"]):
        return None
    found: list[Moments] = []
    for form, moment in _readings(name, column, sample, highest):
        plausible = f"{moment} BETWEEN TIMESTAMP '1900-01-01' AND TIMESTAMP '2100-01-01'"
        # A first look at the sample spares reading the whole column in each format.
        head = f"SELECT count(*) FILTER ({plausible}) FROM (SELECT {column} FROM t WHERE {column} IS NOT NULL LIMIT 100)"
        if door.execute(head).fetchall()[0][0] < len(sample):
            continue
        if door.execute(f"SELECT count(*) FILTER ({plausible}) FROM t").fetchall()[0][0] == filled:
            rows = door.execute(f"""SELECT DISTINCT epoch({moment})::BIGINT AS p FROM t WHERE {column} IS NOT NULL
                                    ORDER BY p DESC LIMIT {_MAX_PERIODS}""").fetchall()
            found.append(Moments(format=form, periods=tuple(int(row[0]) for row in reversed(rows))))
    if not found:
        return None
    best = max(found, key=lambda m: _regularity(m.periods))
    return Moments(format=best.format, periods=best.periods, ambiguous=any(m.periods != best.periods for m in found))


def _readings(name: str, column: str, sample: Sequence[str], highest: float | None) -> list[tuple[str | None, str]]:
    """Formats that may fit, each with the SQL that reads it."""
    if highest is not None:
        if not all(re.fullmatch(r"\d{1,13}", value) for value in sample):
            return []
        length = {len(value) for value in sample}
        form = _NUMBER_FORMATS.get(next(iter(length))) if len(length) == 1 else None
        if form and all(1900 <= int(value[:4]) <= 2100 for value in sample):
            return [(form, f"try_strptime({column}, '{form}')")]
        if normal(name) in _CLOCKS and 86_400 < highest < 1e11:
            return [("%s", f"make_timestamp(TRY_CAST({column} AS BIGINT) * 1000000)")]
        return []
    if all(re.match(r"\d{4}-\d{1,2}-\d", value) for value in sample):
        return [(None, f"TRY_CAST({column} AS TIMESTAMP)")]
    if any(map(str.isdigit, sample[0])) and max(map(len, sample)) <= 24:
        return [(form, f"try_strptime({column}, '{form}')") for form in _FORMATS]
    return []


def _regularity(periods: Sequence[int]) -> float:
    """Share of gaps that are the commonest gap: the right reading of dates has even steps."""
    gaps = [b - a for a, b in pairwise(periods)]
    return Counter(gaps).most_common(1)[0][1] / len(gaps) if gaps else 0.0
