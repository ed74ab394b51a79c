"""SQL for cells as people write them: dates, numbers, names."""

# What people leave in a cell that is empty.
_EMPTY = "('', '-', '--', 'na', 'n/a', '#n/a', 'null', 'none', 'nan')"
_HAS_OFFSET = r"'\d{1,2}:\d{2}.*(Z|z|UTC|[+-]\d{2}(:?\d{2})?)$'"
_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "FLOAT",
    "DOUBLE",
)
# Stands for "no instant"; far outside any date.
NO_TIME = -(2**62)


def is_number(sql_type: str) -> bool:
    """Whether DuckDB already knows the column as numbers."""
    return sql_type in _NUMBERS or sql_type.startswith("DECIMAL")


def text(column: str) -> str:
    """A cell as trimmed text, '' for none."""
    return f"coalesce(trim(CAST({column} AS VARCHAR)), '')"


def is_empty(column: str) -> str:
    """Whether a cell says nothing."""
    return f"lower({text(column)}) IN {_EMPTY}"


def value(column: str, sql_type: str) -> str:
    """A cell as DOUBLE; NaN where it is no finite number."""
    number = f"CAST({column} AS DOUBLE)" if is_number(sql_type) else f"TRY_CAST({text(column)} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} ELSE 'NaN'::DOUBLE END"


def wall_seconds(column: str, sql_type: str, pattern: str | None) -> str:
    """Seconds since 1970 on the wall clock, of a date or time without an offset; NO_TIME otherwise."""
    if sql_type == "TIMESTAMP WITH TIME ZONE":
        return f"CAST({NO_TIME} AS BIGINT)"
    if sql_type.startswith(("DATE", "TIMESTAMP")):
        return _seconds(f"CAST({column} AS TIMESTAMP)")
    if pattern is not None:
        return (
            f"CAST({NO_TIME} AS BIGINT)"
            if "%z" in pattern
            else _seconds(f"try_strptime({text(column)}, {_literal(pattern)})")
        )
    words = text(column)
    tries = [
        f"TRY_CAST({words} AS TIMESTAMP)",
        *(f"try_strptime({words}, '{p}')" for p in ("%Y%m%d", "%Y-%m", "%Y%m%d%H", "%Y-%m-%dT%H", "%Y-%m-%d %H")),
        f"try_strptime({words} || '-1', '%G-W%V-%u')",
    ]
    return f"CASE WHEN regexp_matches({words}, {_HAS_OFFSET}) THEN {NO_TIME} ELSE {_seconds('coalesce(' + ', '.join(tries) + ')')} END"


def instant_seconds(column: str, sql_type: str, pattern: str | None) -> str:
    """Seconds since 1970 in UTC, of a time that carries its offset or of a Unix time; NO_TIME otherwise."""
    if sql_type == "TIMESTAMP WITH TIME ZONE":
        return _seconds(column)
    if sql_type.startswith(("DATE", "TIMESTAMP")):
        return f"CAST({NO_TIME} AS BIGINT)"
    words = text(column)
    if pattern is not None:
        return (
            _seconds(f"try_strptime({words}, {_literal(pattern)})") if "%z" in pattern else f"CAST({NO_TIME} AS BIGINT)"
        )
    return (
        f"CASE WHEN regexp_matches({words}, {_HAS_OFFSET}) THEN {_seconds(f'TRY_CAST({words} AS TIMESTAMPTZ)')} "
        f"WHEN regexp_full_match({words}, '\\d{{10}}') AND substr({words}, 1, 2) NOT IN ('19', '20') THEN TRY_CAST({words} AS BIGINT) "
        f"WHEN regexp_full_match({words}, '\\d{{13}}') THEN TRY_CAST({words} AS BIGINT) // 1000 ELSE {NO_TIME} END"
    )


def _seconds(time: str) -> str:
    return f"coalesce(CAST(floor(epoch({time})) AS BIGINT), {NO_TIME})"


def _literal(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
