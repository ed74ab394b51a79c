"""Tables that are fine, in every form that people keep them."""

import gzip
from pathlib import Path

import duckdb
import numpy as np
import pytest

from daemon.sources import files
from tests.daemon.sources.build import settings_of, table_of, write


def test_several_files_with_the_same_header_are_one_table(tmp_path: Path) -> None:
    write(tmp_path, [("2024-01-01", 1)], "date,orders", "january.csv")
    write(tmp_path, [("2024-02-01", 2)], "date,orders", "february.csv")
    (tmp_path / "notes.pdf").write_bytes(b"not read")

    table = files.read("shop", settings_of(tmp_path), tmp_path)

    assert sorted(table.values[:, 0]) == [1, 2]


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet", "jsonl"])
def test_every_form_of_file_gives_the_same_table(tmp_path: Path, form: str) -> None:
    source = write(
        tmp_path,
        [("2024-01-01", "mobile", 3, 40.5), ("2024-01-02", "desktop", 4, "")],
        "date,device,orders,revenue",
        "source.csv",
    )
    path = tmp_path / f"table.{form}"
    if form == "csv.gz":
        path.write_bytes(gzip.compress(source.read_bytes()))
    elif form == "csv":
        path = source
    else:
        kind = "(FORMAT parquet)" if form == "parquet" else "(FORMAT json)"
        duckdb.execute(f"COPY (SELECT * FROM read_csv('{source}')) TO '{path}' {kind}")

    table = files.read(
        "shop",
        settings_of(path, dimensions={"device": {}}, columns={"orders": "orders", "revenue": "revenue"}),
        tmp_path,
    )

    assert table.period.astype("datetime64[D]").astype(str).tolist() == ["2024-01-01", "2024-01-02"]
    assert np.array_equal(table.values, np.array([[3, 40.5], [4, np.nan]]), equal_nan=True)
    assert [table.dimension_values[0][c] for c in table.dimensions[:, 0]] == ["mobile", "desktop"]
    assert not table.row_problems


def test_a_wide_table_can_hold_a_channel_in_each_column(tmp_path: Path) -> None:
    columns = {
        "search_S": {"kpi": "spend", "channel": "search", "divide_by": 1e6},
        "email_S": {"kpi": "spend", "channel": "email"},
    }
    path = write(tmp_path, [("2024-01-01", 5_000_000, 7)], "date,search_S,email_S")

    settings = settings_of(path, columns=columns, scope="business")
    table = files.read("shop", settings, tmp_path)

    found = {table.channels[c]: v for c, v in zip(table.channel, table.values[:, 0], strict=True)}
    assert found == {"search": 5, "email": 7}


def test_a_long_table_becomes_one_row_for_each_key(tmp_path: Path) -> None:
    rows = [("2024-01-01", "orders", 3), ("2024-01-01", "takings", 4200), ("2024-01-02", "orders", 4)]
    columns = {"orders": "orders", "takings": {"kpi": "revenue", "divide_by": 100}}

    table, _ = table_of(
        tmp_path, rows, "date,measure,amount", kpi_column="measure", value_column="amount", columns=columns
    )

    assert np.array_equal(table.values, np.array([[3, 42], [4, np.nan]]), equal_nan=True)


def test_a_repeated_figure_of_a_long_table_is_a_second_row(tmp_path: Path) -> None:
    rows = [("2024-01-01", "orders", 3), ("2024-01-01", "orders", 3)]

    table, _ = table_of(tmp_path, rows, "date,measure,amount", kpi_column="measure", value_column="amount")

    assert table.values[:, 0].tolist() == [3, 3]
    assert table.identity[0] == table.identity[1]


@pytest.mark.parametrize(
    ("written", "pattern", "expected"),
    [
        ("2024-06-30", None, "2024-06-30T00:00:00"),
        ("20240630", None, "2024-06-30T00:00:00"),
        ("2024-06-30 13:00", None, "2024-06-30T13:00:00"),
        ("2024-06-30T23:30:00Z", None, "2024-07-01T00:30:00"),
        ("2024-06-30T23:30:00+05:00", None, "2024-06-30T19:30:00"),
        ("30/6/24", "%d/%m/%y", "2024-06-30T00:00:00"),
        ("1719788400", None, "2024-07-01T00:00:00"),
        ("2024-06", None, "2024-06-01T00:00:00"),
        ("2024-W27", None, "2024-07-01T00:00:00"),
    ],
)
def test_dates_are_read_onto_the_wall_clock_of_the_check(
    tmp_path: Path, written: str, pattern: str | None, expected: str
) -> None:
    table, _ = table_of(tmp_path, [(written, 1)], "date,orders", zone="Europe/London", period_format=pattern)

    assert str(table.period[0]) == expected


def test_an_observation_without_an_offset_is_in_the_zone_of_the_check(tmp_path: Path) -> None:
    table, _ = table_of(
        tmp_path,
        [("2024-06-30", 1, "2024-07-01T08:00:00"), ("2024-06-30", 2, "2024-07-02T08:00:00Z")],
        "date,orders,seen",
        zone="Europe/London",
        observed_at="seen",
    )

    assert table.observed is not None
    assert table.observed.astype(str).tolist() == ["2024-07-01T07:00:00", "2024-07-02T08:00:00"]


def test_columns_that_nobody_asked_for_are_named(tmp_path: Path) -> None:
    table, _ = table_of(tmp_path, [("2024-06-30", 1, "x")], "date,orders,comment")

    assert table.unknown_columns == ("comment",)


def test_blank_rows_at_the_end_of_a_sheet_say_nothing(tmp_path: Path) -> None:
    table, _ = table_of(tmp_path, [("2024-06-30", 1), ("", ""), ("", "")], "date,orders")

    assert len(table) == 1
    assert not table.row_problems
