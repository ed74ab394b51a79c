"""What is in a table: for each column how many values, of what kind, and which periods. DuckDB reads each table once."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from config.vocabulary import normal, words
from daemon.initialise.loads import Loads, loads_of
from daemon.initialise.tables import Table
from daemon.sources.opening import Format

if TYPE_CHECKING:
    import duckdb

# Text that stands for "no value" in exports.
_NOTHING = ("", "na", "n/a", "null", "nan", "none", "-", "--")
MAX_VALUES = 200  # distinct values kept of a column
_MAX_PERIODS = 20_000  # newest distinct periods kept of a date column

# Tried in this order; of those that read every value, the one with the most regular periods is taken.
_FORMATS = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%b %d, %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%Y-%m",
    "%Y/%m",
    "%b %Y",
    "%B %Y",
    "%G-W%V",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
)
_NUMBER_FORMATS = {8: "%Y%m%d", 10: "%Y%m%d%H", 6: "%Y%m", 4: "%Y"}
# What sources read without being told, besides ISO dates.
_SELF_EVIDENT = ("%Y%m%d", "%Y%m%d%H", "%Y-%m", "%G-W%V")
# A totals row or a damaged cell does not make a column of dates one of text.
_ALMOST_ALL = 0.95


class UnreadableError(Exception):
    """The file could not be read as a table; the message says why, for its note."""


@dataclass(frozen=True, kw_only=True)
class Moments:
    """A column read as dates: `format` None where sources need not be told; periods in seconds, ascending, distinct."""

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
    some: tuple[str, ...]  # up to MAX_VALUES distinct values, whatever their number
    labels: tuple[str, ...]  # the same as they are written, with what stands for nothing; "(none)" for empty cells
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
    """A table's rows and columns. loads: by column with a time of loading, what rows are to each other that it alone tells apart."""

    table: Table
    rows: int
    columns: tuple[Column, ...]
    loads: Mapping[str, Loads] = field(default_factory=dict)


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
        columns = tuple(_column(door, name) for name in names)
        return Profile(table=table, rows=rows, columns=columns, loads=loads_of(door, columns))


def _reading(table: Table) -> str:
    """The SELECT that gives a table as trimmed text, with null for empty cells."""
    files = ", ".join(_text(str(file)) for file in table.files)
    match table.format:
        case Format.CSV:
            columns = ", ".join(
                f"{_text(name or f'column{place}')}: 'VARCHAR'" for place, name in enumerate(table.columns)
            )
            source = (
                f"read_csv([{files}], header = true, delim = {_text(table.delimiter)}, quote = '\"', escape = '\"', auto_detect = false, "
                f"columns = {{{columns}}}, ignore_errors = true, max_line_size = 4000000)"
            )
        case Format.PARQUET:
            source = f"read_parquet([{files}], union_by_name = true)"
        case Format.JSON_LINES:
            source = f"read_json([{files}], format = 'newline_delimited', union_by_name = true, sample_size = -1)"
    return f"SELECT nullif(trim(COLUMNS(*)::VARCHAR), '') FROM {source}"


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _column(door: "duckdb.DuckDBPyConnection", name: str) -> Column:
    column = '"' + name.replace('"', '""') + '"'
    number = f"TRY_CAST({column} AS DOUBLE)"
    cleaned = f"TRY_CAST(regexp_replace({column}, '[€£$%,[:space:]]', '', 'g') AS DOUBLE)"
    filled, distinct, numeric, integer, as_text, low, high, typical = door.execute(f"""
        SELECT count(v), count(DISTINCT v), count(n), count(n) FILTER (n = floor(n)), count(c), min(n), max(n), median(n)
        FROM (SELECT {column} AS v, CASE WHEN isfinite({number}) THEN {number} END AS n, {cleaned} AS c FROM t WHERE NOT {_is_nothing(column)})""").fetchall()[0]
    labels: tuple[str, ...] = ()
    chosen = f"SELECT DISTINCT {column} FROM t WHERE NOT {_is_nothing(column)} LIMIT {MAX_VALUES}"
    some = tuple(str(row[0]) for row in door.execute(chosen).fetchall()) if numeric < filled else ()
    if 0 < distinct <= MAX_VALUES:
        rows = door.execute(f"SELECT DISTINCT coalesce({column}, '(none)') AS v FROM t ORDER BY v").fetchall()
        labels = tuple(str(row[0]) for row in rows)
    values = tuple(label for label in labels if label.lower() not in _NOTHING and label != "(none)")
    return Column(
        name=name,
        filled=filled,
        distinct=distinct,
        numeric=numeric,
        integer=integer,
        as_text=as_text,
        minimum=float(low or 0),
        maximum=float(high or 0),
        typical=float(typical or 0),
        values=values,
        some=some,
        labels=labels,
        moments=_moments(door, name, filled),
    )


def _moments(door: "duckdb.DuckDBPyConnection", name: str, filled: int) -> Moments | None:
    """The column read as dates, where almost every value is one."""
    column = '"' + name.replace('"', '""') + '"'
    sample = [
        str(row[0])
        for row in door.execute(f"SELECT {column} FROM t WHERE NOT {_is_nothing(column)} LIMIT 100").fetchall()
    ]
    if not sample:
        return None
    found: list[Moments] = []
    for form, moment in _readings(name, column, sample):
        plausible = f"{moment} BETWEEN TIMESTAMP '1900-01-01' AND TIMESTAMP '2100-01-01'"
        # A first look at the sample spares reading the whole column in each format.
        head = f"SELECT count(*) FILTER ({plausible}) FROM (SELECT {column} FROM t WHERE NOT {_is_nothing(column)} LIMIT 100)"
        if door.execute(head).fetchall()[0][0] < _ALMOST_ALL * len(sample):
            continue
        if door.execute(f"SELECT count(*) FILTER ({plausible}) FROM t").fetchall()[0][0] >= _ALMOST_ALL * filled:
            rows = door.execute(f"""SELECT DISTINCT epoch({moment})::BIGINT AS p FROM t WHERE {plausible}
                                    ORDER BY p DESC LIMIT {_MAX_PERIODS}""").fetchall()
            found.append(Moments(format=form, periods=tuple(int(row[0]) for row in reversed(rows))))
    if not found:
        return None
    best = max(found, key=lambda m: _regularity(m.periods))
    return Moments(
        format=None if best.format in _SELF_EVIDENT else best.format,
        periods=best.periods,
        ambiguous=any(m.periods != best.periods for m in found),
    )


def _is_nothing(column: str) -> str:
    """Whether a cell is empty, or says that it is."""
    return f"coalesce(lower({column}), '') IN ({', '.join(_text(word) for word in _NOTHING)})"


def _readings(name: str, column: str, sample: Sequence[str]) -> list[tuple[str | None, str]]:
    """Formats that may fit, each with the SQL that reads it."""
    if all(re.fullmatch(r"-?\d*\.?\d+\.?(e[+-]?\d+)?", value, re.IGNORECASE) for value in sample):
        return _number_readings(name, column, sample)
    if sum(re.match(r"\d{4}-\d{1,2}-\d", value) is not None for value in sample) >= _ALMOST_ALL * len(sample):
        return [(None, f"TRY_CAST({column} AS TIMESTAMP)")]
    if any(map(str.isdigit, sample[0])) and max(map(len, sample)) <= 24:
        return [(form, f"try_strptime({column}, '{form}')") for form in _FORMATS]
    return []


def _number_readings(name: str, column: str, sample: Sequence[str]) -> list[tuple[str | None, str]]:
    """Digits alone are dates only in a column that is called so: 20240131, 202401, 2024, or Unix time in seconds or milliseconds."""
    if normal(name) not in words()["columns"]["period"] or not all(value.isdigit() for value in sample):
        return []
    length = {len(value) for value in sample}
    form = _NUMBER_FORMATS.get(next(iter(length))) if len(length) == 1 else None
    if form and all(1900 <= int(value[:4]) <= 2100 for value in sample):
        return [(form, f"try_strptime({column}, '{form}')")]
    divisor = {10: 1, 13: 1000}.get(next(iter(length))) if len(length) == 1 else None
    return [(None, f"make_timestamp(TRY_CAST({column} AS BIGINT) // {divisor} * 1000000)")] if divisor else []


def _regularity(periods: Sequence[int]) -> float:
    """Share of gaps that are the commonest gap: the right reading of dates has even steps."""
    gaps = [b - a for a, b in pairwise(periods)]
    return Counter(gaps).most_common(1)[0][1] / len(gaps) if gaps else 0.0
