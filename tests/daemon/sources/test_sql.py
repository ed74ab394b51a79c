"""Databases: real SQLite files and a real PostgreSQL server; what is asked, what is refused, and in which words."""

import re
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from config.settings import Settings
from daemon.errors import SourceError, SourceRejected, SourceUnavailable
from daemon.sources import fetch, sql
from daemon.sources.pulled import Window
from daemon.sources.pulling import pull
from daemon.sources.sql.patience import patiently
from daemon.sources.sql.sessions import settings_of
from daemon.store import open_store
from detectors.cadence import Cadence, Unit
from tests.daemon.sources import asked
from tests.postgres import PASSWORD, Server

LONDON, BERLIN = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin")
BOTH = "day >= :since AND day < :until"


def days(first: int = 1, last: int = 8, zone: ZoneInfo = LONDON) -> Window:
    return Window(
        since=datetime(2024, 5, first, tzinfo=zone),
        until=datetime(2024, 5, last, tzinfo=zone),
        zone=zone,
        cadence=Cadence(Unit.DAY),
    )


def hours(first: int = 9, last: int = 12, zone: ZoneInfo = BERLIN) -> Window:
    return Window(
        since=datetime(2024, 5, 1, first, tzinfo=zone),
        until=datetime(2024, 5, 1, last, tzinfo=zone),
        zone=zone,
        cadence=Cadence(Unit.HOUR),
    )


def ask(of: Settings, folder: Path, window: Window | None = None) -> list[tuple[object, ...]]:
    found = sql.rows("shop", of, folder, window or days())
    return list(found.rows)


def database(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def shop(folder: Path) -> None:
    database(
        folder,
        "CREATE TABLE shop (day TEXT, orders INTEGER)",
        *(f"INSERT INTO shop VALUES ('2024-05-{d:02}', {d})" for d in range(1, 11)),
    )


def test_colons_in_texts_and_comments_are_left_alone(tmp_path: Path, postgres: str) -> None:
    shop(tmp_path)
    query = "SELECT ':noon' AS day, '10%' -- :since?\n /* :x; */ WHERE cast(:since AS text) <> cast(:until AS text);"

    for url in ("sqlite:///shop.db", postgres):
        assert ask(asked.settings(query, url=url), tmp_path) == [(":noon", "10%")]


def test_sqlite_days_are_compared_as_text(tmp_path: Path) -> None:
    shop(tmp_path)

    found = sql.rows("shop", asked.settings(f"SELECT day, orders FROM shop WHERE {BOTH}"), tmp_path, days())

    assert found.columns == ("day", "orders")
    assert list(found.rows) == [(f"2024-05-{d:02}", d) for d in range(1, 8)]


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.000000"])
def test_sqlite_hours_are_compared_as_text_however_long(form: str, tmp_path: Path) -> None:
    written = [datetime(2024, 5, 1, h).strftime(form) for h in range(24)]  # noqa: DTZ001 (a wall clock)
    database(tmp_path, "CREATE TABLE shop (day TEXT)", *(f"INSERT INTO shop VALUES ('{hour}')" for hour in written))

    assert ask(asked.settings(f"SELECT day FROM shop WHERE {BOTH}"), tmp_path, hours()) == [(h,) for h in written[9:12]]


def test_a_relative_path_starts_at_the_configuration_file_and_nothing_is_created(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    with pytest.raises(SourceUnavailable, match=r"data/shop\.db does not exist: see sources\.warehouse\.url"):
        ask(asked.settings(url="sqlite:///data/shop.db"), tmp_path)

    assert list((tmp_path / "data").iterdir()) == []


def test_an_sqlite_file_is_neither_written_nor_locked_for_its_owner(tmp_path: Path) -> None:
    shop(tmp_path)
    before = (tmp_path / "shop.db").read_bytes()

    with pytest.raises(SourceRejected, match="refused to write"):
        ask(asked.settings(f"INSERT INTO shop SELECT * FROM shop WHERE {BOTH}"), tmp_path)

    assert (tmp_path / "shop.db").read_bytes() == before
    database(tmp_path, "DELETE FROM shop")


def test_a_file_in_write_ahead_mode_that_another_program_is_writing_can_be_read(tmp_path: Path) -> None:
    shop(tmp_path)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM shop")

        assert len(ask(asked.settings(f"SELECT * FROM shop WHERE {BOTH}"), tmp_path)) == 7


ENDLESS = "WITH RECURSIVE n(day) AS (SELECT 1 UNION ALL SELECT day + 1 FROM n) "


def test_a_query_that_takes_too_long_is_ended(tmp_path: Path, postgres: str) -> None:
    shop(tmp_path)
    slow = {
        "sqlite:///shop.db": f"{ENDLESS} SELECT count(*) AS day FROM n WHERE :since <> :until",
        postgres: "SELECT pg_sleep(30) AS day WHERE :since <> :until",
    }
    for url, query in slow.items():
        of = asked.settings(query, url=url)
        of.sources["warehouse"] = of.sources["warehouse"].model_copy(update={"timeout_seconds": 0.2})
        began = time.monotonic()

        with pytest.raises(SourceUnavailable, match=r"ended the query after 0\.2 seconds .*timeout_seconds"):
            ask(of, tmp_path)

        assert time.monotonic() - began < 5


def test_more_rows_than_any_report_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop(tmp_path)
    monkeypatch.setattr(sql, "MOST_ROWS", 5)

    with pytest.raises(SourceRejected, match="more than 5 rows: is a GROUP BY missing"):
        ask(asked.settings(f"SELECT day FROM shop WHERE {BOTH}"), tmp_path)


def test_rows_are_streamed_and_not_held(postgres: str, tmp_path: Path) -> None:
    of = asked.settings("SELECT generate_series(1, 5000000) AS day WHERE :since <> :until", url=postgres)
    began = time.monotonic()

    rows = iter(sql.rows("shop", of, tmp_path, days()).rows)
    first = next(rows)
    rows.close()  # type: ignore[attr-defined]

    assert first == (1,)
    assert time.monotonic() - began < 3


SQLITE_TROUBLES = [
    ("SELECT day FROM shops WHERE {both}", "refused the query (checks.shop): no such table: shops"),
    ("SELECT days FROM shop WHERE {both}", "refused the query (checks.shop): no such column: days"),
    ("SELECT day FORM shop WHERE {both}", 'refused the query (checks.shop): near "shop": syntax error'),
    ("SELECT day, sum(orders FROM shop WHERE {both}", "refused the query (checks.shop)"),
    ("SELECT dayy(day) FROM shop WHERE {both}", "no such function: dayy"),
]


@pytest.mark.parametrize(("query", "words"), SQLITE_TROUBLES)
def test_what_sqlite_refuses_is_told_in_its_own_words(query: str, words: str, tmp_path: Path) -> None:
    shop(tmp_path)

    with pytest.raises(SourceRejected) as caught:
        ask(asked.settings(query.format(both=BOTH)), tmp_path)

    assert words in str(caught.value)
    assert str(caught.value).endswith("Change checks.shop.query.")


def test_a_file_that_is_no_database_or_locked_is_told(tmp_path: Path) -> None:
    of = asked.settings(f"SELECT * FROM shop WHERE {BOTH}")
    (tmp_path / "shop.db").write_text("day,orders\n" * 100)
    with pytest.raises(SourceRejected, match="file is not a database"):
        ask(of, tmp_path)


@pytest.fixture
def tables(postgres: str, postgres_server: Server) -> str:
    """A database with a shop in it, and a login that may read it but not the salaries."""
    name = sa.make_url(postgres).database or ""
    postgres_server.run(
        name,
        "CREATE TABLE shop (day date, at timestamptz, hour timestamp, orders int, value numeric(10, 2), note text)",
        """INSERT INTO shop SELECT d, d + interval '12 hours', d + interval '9 hours', 3, 1.50, 'x'
           FROM generate_series('2024-05-01'::timestamp, '2024-05-10', '1 day') AS d""",
        "CREATE TABLE salaries (day date)",
        f"CREATE ROLE reader_of_{name} LOGIN PASSWORD '{PASSWORD}'",
        f"GRANT SELECT ON shop TO reader_of_{name}",
    )
    return postgres_server.url(name, user=f"reader_of_{name}")


def test_postgresql_dates_times_and_numbers_arrive(tables: str, tmp_path: Path) -> None:
    of = asked.settings(f"SELECT day, at, hour, orders, value, note FROM shop WHERE {BOTH} ORDER BY day", url=tables)

    found = ask(of, tmp_path)

    assert len(found) == 7
    assert found[0][0] == date(2024, 5, 1)
    assert found[0][2:] == (datetime(2024, 5, 1, 9), 3, Decimal("1.50"), "x")  # noqa: DTZ001 (a wall clock)


def test_the_session_is_in_the_zone_of_the_check(tables: str, tmp_path: Path) -> None:
    times = "SELECT date_trunc('hour', at) AS day FROM shop WHERE at >= :since AND at < :until"
    naive = "SELECT hour AS day FROM shop WHERE hour >= :since AND hour < :until"
    zoned = days(zone=BERLIN)

    own_days = ask(
        asked.settings("SELECT date_trunc('day', at) AS day FROM shop WHERE " + times.split("WHERE ")[1], url=tables),
        tmp_path,
        zoned,
    )

    assert [str(d) for (d,) in own_days][:1] == ["2024-05-01 00:00:00+02:00"]
    assert len(own_days) == 7
    assert ask(asked.settings(naive, url=tables), tmp_path, hours()) == [(datetime(2024, 5, 1, 9),)]  # noqa: DTZ001
    # Noon in UTC is two o'clock in Berlin.
    assert len(ask(asked.settings(times, url=tables), tmp_path, hours(14, 15))) == 1
    assert ask(asked.settings(times, url=tables), tmp_path, hours(12, 13)) == []


POSTGRES_TROUBLES: list[tuple[str, type[SourceError], str]] = [
    (
        "SELECT day FROM salaries WHERE {both}",
        SourceRejected,
        "may not be read with this login (checks.shop): permission denied for table salaries",
    ),
    (
        "SELECT day FROM shops WHERE {both}",
        SourceRejected,
        'refused the query (checks.shop): relation "shops" does not exist',
    ),
    ("SELECT order FROM shop WHERE {both}", SourceRejected, 'syntax error at or near "FROM"'),
    ("SELECT odrers FROM shop WHERE {both}", SourceRejected, 'Perhaps you meant to reference the column "shop.orders"'),
    (
        "SELECT day FROM shop WHERE note >= :since AND day < :until",
        SourceRejected,
        "You might need to add explicit type casts",
    ),
    (
        "SELECT note::int AS day FROM shop WHERE {both}",
        SourceRejected,
        'could not compute with a value (checks.shop): invalid input syntax for type integer: "x"',
    ),
    ("SELECT 1 / (orders - 3) AS day FROM shop WHERE {both}", SourceRejected, "division by zero"),
    (
        "WITH gone AS (DELETE FROM shop WHERE {both} RETURNING day) SELECT day FROM gone",
        SourceRejected,
        "refused the query",
    ),
    (
        "SELECT day, orders, count(*) FROM shop WHERE {both} GROUP BY day",
        SourceRejected,
        "must appear in the GROUP BY clause",
    ),
]


@pytest.mark.parametrize(("query", "kind", "words"), POSTGRES_TROUBLES)
def test_what_postgresql_refuses_is_told_with_its_hint(
    query: str, kind: type[SourceError], words: str, tables: str, tmp_path: Path
) -> None:
    with pytest.raises(kind) as caught:
        ask(asked.settings(query.format(both=BOTH), url=tables), tmp_path)

    assert words in str(caught.value)
    assert str(caught.value).startswith("the database of source 'warehouse' ")
    assert PASSWORD not in str(caught.value)


def test_a_function_that_writes_is_refused_even_for_a_login_that_might(
    postgres: str, postgres_server: Server, tmp_path: Path
) -> None:
    name = sa.make_url(postgres).database or ""
    postgres_server.run(
        name,
        "CREATE TABLE shop (day date)",
        "CREATE FUNCTION sweep() RETURNS date LANGUAGE sql AS 'INSERT INTO shop VALUES (now()) RETURNING day'",
    )

    with pytest.raises(SourceRejected, match=r"refused to write .*read-only transaction"):
        ask(asked.settings("SELECT sweep() AS day WHERE :since <> :until", url=postgres), tmp_path)


def test_a_login_that_is_refused_and_a_database_that_is_not_there_are_told_without_the_password(
    postgres_server: Server, tmp_path: Path
) -> None:
    wrong = "another-canary"
    query = f"SELECT 1 WHERE {BOTH}"
    for url, words in (
        (postgres_server.url(password=wrong), "password authentication failed"),
        (postgres_server.url("nowhere"), 'database "nowhere" does not exist'),
    ):
        with pytest.raises(SourceRejected, match=f"refused the login .*{words}") as caught:
            ask(asked.settings(query, url=url), tmp_path)

        assert wrong not in str(caught.value)
        assert PASSWORD not in str(caught.value)


def test_a_server_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    of = asked.settings(f"SELECT 1 WHERE {BOTH}", url="postgresql://ana:hunter22@127.0.0.1:1/shop")

    with pytest.raises(SourceUnavailable, match=r"cannot be reached .*Connection refused") as caught:
        ask(of, tmp_path)

    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("bigquery://project", "pip install 'sqlalchemy-bigquery'"),
        ("mysql+pymysql://ana:hunter22@db/shop", "pip install 'pymysql'"),
        ("warehouse.example.com/hunter22", "is no database URL"),
        ("postgresql://ana:hunter22@db:port/shop", "is no database URL"),
        ("sqlite://", "names no file"),
    ],
)
def test_urls_that_cannot_work_are_told_without_their_secrets(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(SourceRejected, match=re.escape(words)) as caught:
        ask(asked.settings(f"SELECT 1 WHERE {BOTH}", url=url), tmp_path)

    assert "hunter22" not in str(caught.value)


def test_sessions_of_databases_that_we_cannot_run_are_set_up_by_their_manuals() -> None:
    mysql = [statement for statement, _ in settings_of("mysql", BERLIN, 1.5)]
    mariadb = [statement for statement, _ in settings_of("mysql", BERLIN, 1.5, is_mariadb=True)]

    assert mysql[:2] == ["SET SESSION max_execution_time = 1500", "SET SESSION TRANSACTION READ ONLY"]
    assert mariadb[0] == "SET SESSION max_statement_time = 1.5"
    assert settings_of("bigquery", BERLIN, 1.5) == []


def test_a_database_that_hangs_is_given_up_on() -> None:
    hangs = threading.Event()

    def never(_hand_on: Callable[[int], None]) -> None:
        hangs.wait(10)

    with pytest.raises(TimeoutError, match="gone"):
        next(patiently(never, 0.05, TimeoutError("gone")))
    hangs.set()


def test_a_check_is_pulled_from_postgresql_into_a_state_on_postgresql(
    tables: str, postgres: str, tmp_path: Path
) -> None:
    of = asked.settings(
        f"SELECT day, orders, value AS revenue FROM shop WHERE {BOTH}",
        url=tables,
        channel="search",
        columns={"orders": "orders", "revenue": "revenue"},
    )
    store = open_store(postgres)
    try:
        for hour in (8, 9):
            pull("shop", of, tmp_path, store, datetime(2024, 5, 11, hour, tzinfo=UTC))
        table = fetch("shop", of, tmp_path, store)
    finally:
        store.close()

    assert table.values.tolist() == [[3.0, 1.5]] * 10


DOCS = Path(__file__).parents[3] / "docs" / "sources.md"


def test_the_read_only_role_of_the_manual_works(postgres: str, postgres_server: Server, tmp_path: Path) -> None:
    found = re.search(r"<!-- a read-only role -->\n```sql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    lines = [line.rstrip(";") for line in found[1].strip().splitlines()]
    assert len(lines) == 3
    name = sa.make_url(postgres).database or ""
    postgres_server.run(name, "CREATE TABLE orders (day date)", *lines)
    url = postgres_server.url(name, user="channelwatch", password="PASSWORD")

    assert ask(asked.settings(f"SELECT day FROM orders WHERE {BOTH}", url=url), tmp_path) == []
