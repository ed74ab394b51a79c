"""Broken tables: what people are told, word by word. The files are in `bad/`, named by what is wrong with them."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from daemon.errors import SourceRejected, SourceUnavailable
from daemon.sources import files
from daemon.sources.table import Table
from tests.daemon.sources.build import settings_of

BAD = Path(__file__).parent / "bad"
COLUMNS = {"orders": "orders", "revenue": "revenue"}


def read(name: str, *, until: datetime | None = None) -> Table:
    return files.read("shop", settings_of(BAD / name, channel_column="channel", columns=COLUMNS), BAD, until)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("empty.csv", "empty.csv is empty: it has not even a header."),
        ("header-only.csv", "checks.shop: its files have a header and no usable rows."),
        ("binary.csv", "binary.csv is binary, not a table of text."),
        ("spreadsheet.csv", "spreadsheet.csv is a spreadsheet or zip archive, not text: save the sheet as CSV."),
        (
            "web-page.csv",
            "web-page.csv is not a table: it begins with '<!doctype html><html'. Is it a web page or an error message? Export it again as CSV.",
        ),
        ("not-gzip.csv.gz", "not-gzip.csv.gz is named .gz but is not gzip-compressed: rename it or compress it."),
        (
            "cut-gzip.csv.gz",
            "cut-gzip.csv.gz cannot be unpacked: the gzip file is damaged or was copied only in part. Copy it again.",
        ),
        ("latin-1.csv", "latin-1.csv line 3 is not UTF-8: save the file as CSV UTF-8."),
        ("utf-16.csv", "utf-16.csv is UTF-16: save it as CSV UTF-8."),
        (
            "no-header.csv",
            "no-header.csv has no header: its first line is '1,2,3,4'. Put the column names into line 1.",
        ),
        ("column-twice.csv", "column-twice.csv has two columns named 'orders': rename one of them in the file."),
        (
            "renamed-column.csv",
            "renamed-column.csv has no column 'orders'. Nearest: 'order'. It has: date, channel, order, revenue. "
            "Rename the column in the file, or change checks.shop.columns.",
        ),
        (
            "renamed-date.csv",
            "renamed-date.csv has no column 'date'. It has: day, channel, orders, revenue. "
            "Rename the column in the file, or change checks.shop.period.",
        ),
        (
            "day-first-dates.csv",
            "day-first-dates.csv line 2: column 'date' holds '31/01/2024', which is not an ISO date. "
            'Set checks.shop.period_format: "%d/%m/%Y".',
        ),
        (
            "no-numbers.csv",
            "no-numbers.csv line 2: column 'orders' holds no numbers at all: it holds 'few', which is no number.",
        ),
        (
            "no-known-channel.csv",
            "no-known-channel.csv: none of the channels in column 'channel' is configured, for example 'Paid Search' "
            "(nearest: 'search'). Add them under channels, by exactly these names.",
        ),
        ("broken-json.jsonl", "broken-json.jsonl line 2 is not JSON: each line must hold one object. Export it again."),
        ("not-parquet.parquet", "not-parquet.parquet is no Parquet file, or was copied only in part. Export it again."),
    ],
)
def test_a_file_that_is_no_usable_table_is_refused_with_the_place_and_the_remedy(file: str, message: str) -> None:
    with pytest.raises(SourceRejected) as refused:
        read(file)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("file", "rows", "messages"),
    [
        (
            "text-in-numbers.csv",
            3,
            [
                "text-in-numbers.csv line 3: column 'orders' holds 'n.b.', which is no number; the cell counts as unknown"
            ],
        ),
        (
            "decimal-comma.csv",
            3,
            [
                "decimal-comma.csv line 2: column 'revenue' holds '40,5' with a decimal comma: write 40.5; "
                "the cell counts as unknown (2 such rows)"
            ],
        ),
        (
            "spreadsheet-error.csv",
            2,
            [
                "spreadsheet-error.csv line 3: column 'revenue' holds the spreadsheet error '#REF!': mend the formula; "
                "the cell counts as unknown"
            ],
        ),
        (
            "totals-row.csv",
            2,
            ["totals-row.csv line 4: 'Total' is a totals row; it is left out: remove it from the file"],
        ),
        (
            "total-channel.csv",
            1,
            ["total-channel.csv line 3: 'Total' is a totals row; it is left out: remove it from the file"],
        ),
        (
            "unknown-channel.csv",
            1,
            [
                "unknown-channel.csv line 3: channel 'serach' is not configured; its rows are left out: add it under channels"
            ],
        ),
        (
            "negative-count.csv",
            2,
            [
                "negative-count.csv line 3: column 'orders' holds -4; a count cannot be negative, the cell counts as unknown"
            ],
        ),
        (
            "ragged-rows.csv",
            3,
            [
                "ragged-rows.csv line 3: the row has fewer cells than the header; its figures count as unknown",
                "ragged-rows.csv line 4: the row has more cells than the header (an unquoted comma, or a local decimal?); "
                "its figures count as unknown",
            ],
        ),
        (
            "future-row.csv",
            2,
            ["shop: rows lie in the future, up to 2031-01-02; they are not looked at before their time"],
        ),
        (
            "changed-header",
            2,
            [
                "february.csv line 1: the column 'revenue' of the other files is missing here; revenue is unknown in this file"
            ],
        ),
        ("byte-order-mark.csv", 1, []),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_its_line_and_never_becomes_zero(
    file: str, rows: int, messages: list[str]
) -> None:
    table = read(file, until=datetime(2024, 6, 1, tzinfo=UTC))

    assert [str(problem) for problem in table.row_problems] == messages
    assert len(table) == rows
    assert not (table.values == 0).any()
    assert np.isnan(table.values[table.damaged[:, 0], table.damaged[:, 1]]).all()


def test_a_missing_file_may_come_back() -> None:
    with pytest.raises(SourceUnavailable, match=r"does not exist: see checks\.shop\.table and sources\.files\.path"):
        read("nowhere.csv")


def test_a_glob_without_a_match_names_the_pattern() -> None:
    with pytest.raises(SourceUnavailable, match=r"no file matches .*nothing-\*\.csv"):
        read("nothing-*.csv")
