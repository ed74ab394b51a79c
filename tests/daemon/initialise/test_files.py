"""Which files are read, as what, and what is said about the others."""

import gzip
from pathlib import Path

import pytest

from daemon.initialise import InitError, initialise
from tests.daemon.initialise.tables import configured, days, write

_ROWS = [(d, i) for i, d in enumerate(days(20))]


def test_files_that_differ_by_numbers_alone_are_one_table_by_a_pattern(tmp_path: Path) -> None:
    for month in ("01", "02", "11"):
        write(tmp_path / "in" / f"sales_2024_{month}.csv", "date,orders", _ROWS)
    settings, report = configured(tmp_path / "in")

    assert [check.table for check in settings.checks.values()] == ["sales_2024_[0-9][0-9].csv"]
    assert any("3 files of one shape" in note for note in report.notes)


def test_a_pattern_never_catches_the_files_of_another_table(tmp_path: Path) -> None:
    for number in (7, 12):
        write(tmp_path / "in" / f"shop{number}.csv", "date,orders", _ROWS)
        write(tmp_path / "in" / f"shop{number}_site.csv", "date,error_rate", _ROWS)
    settings, _ = configured(tmp_path / "in")
    tables = [check.table for check in settings.checks.values()]

    assert "shop*_site.csv" in tables
    assert "shop*.csv" not in tables


def test_compressed_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "email_daily.csv.gz").write_bytes(
        gzip.compress(b"date,sent\n" + b"".join(f"{d},{i}\n".encode() for d, i in _ROWS))
    )
    settings, _ = configured(tmp_path / "email_daily.csv.gz")

    assert settings.checks["email_daily"].table == "email_daily.csv.gz"


def test_calendars_explain_and_are_not_watched(tmp_path: Path) -> None:
    write(tmp_path / "in" / "web.csv", "date,sessions", _ROWS)
    write(
        tmp_path / "in" / "events.csv",
        "date_start,date_end,kind,title,channel,region",
        [("2025-03-03", "2025-03-09", "promo", "Spring sale", "", "")],
    )
    write(tmp_path / "in" / "shop_calendar.csv", "date,event", [("2025-11-28", "black_friday")])
    settings, _ = configured(tmp_path / "in")
    events, shop = settings.calendar.files

    assert list(settings.checks) == ["web"]
    assert (events.title, events.start, events.end, events.kind, events.channel) == (
        "title",
        "date_start",
        "date_end",
        "kind",
        "channel",
    )
    assert (shop.title, shop.start, shop.end) == ("event", "date", None)


def test_a_table_of_sends_with_lifts_is_a_calendar(tmp_path: Path) -> None:
    write(tmp_path / "in" / "web.csv", "date,sessions", _ROWS)
    write(
        tmp_path / "in" / "sends.csv",
        "title,start,kind,channel,action,lift",
        [
            ("Spring", "2025-03-03", "send", "email", "expect_lift", 30),
            ("Terms", "2025-03-09", "send", "email", "", ""),
        ],
    )
    settings, _ = configured(tmp_path / "in")

    assert [file.path for file in settings.calendar.files] == ["../in/sends.csv"]
    assert list(settings.checks) == ["web"]


def test_a_calendar_whose_actions_are_other_words_is_not_used_and_the_reason_is_told(tmp_path: Path) -> None:
    write(tmp_path / "in" / "web.csv", "date,sessions", _ROWS)
    write(
        tmp_path / "in" / "log.csv", "title,start,kind,action", [("Sale", "2025-03-03", "promo", "paused the budget")]
    )
    settings, report = configured(tmp_path / "in")

    assert settings.calendar.files == []
    assert any("its column action holds other words than explain, exempt, expect_lift" in note for note in report.notes)


def test_holidays_of_several_countries_are_not_used_and_the_reason_is_told(tmp_path: Path) -> None:
    write(tmp_path / "in" / "web.csv", "date,sessions", _ROWS)
    write(
        tmp_path / "in" / "holidays.csv",
        "ds,holiday,country,year",
        [("2025-01-01", "New Year", c, 2025) for c in ("GB", "DE")],
    )
    settings, report = configured(tmp_path / "in")

    assert settings.calendar.files == []
    assert any("holidays of 2 countries (DE, GB)" in note for note in report.notes)


def test_files_that_are_no_tables_are_ignored_with_a_note_each(tmp_path: Path) -> None:
    write(tmp_path / "in" / "web.csv", "date,sessions", _ROWS)
    write(tmp_path / "in" / "geoassignment.csv", "geo,geo.group", [(1, 2), (2, 1)])
    (tmp_path / "in" / "labels.json").write_text('{"a": 1}', encoding="utf-8")
    (tmp_path / "in" / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "in" / "broken.csv.gz").write_bytes(b"\x1f\x8b broken")
    (tmp_path / "in" / "broken.parquet").write_bytes(b"PAR1 broken")
    _, report = configured(tmp_path / "in")

    for name in ("geoassignment.csv", "labels.json", "empty.csv", "broken.csv.gz", "broken.parquet"):
        assert sum(name in note and "ignored" in note for note in report.notes) == 1, name


def test_two_tables_with_the_same_kpi_of_one_channel_are_told_apart_by_the_tables_name(tmp_path: Path) -> None:
    marketing = write(
        tmp_path / "marketing_daily.csv",
        "date,channel,clicks,orders",
        [(d, c, i, i) for i, d in enumerate(days(9)) for c in ("email", "sms")],
    )
    email = write(tmp_path / "email_daily.csv", "date,delivered,clicks", [(d, 9 + i, i) for i, d in enumerate(days(9))])
    settings, _ = configured(marketing, email)

    assert settings.checks["marketing_daily"].columns["clicks"] == "clicks"
    assert settings.checks["email_daily"].columns["clicks"] == "email_clicks"
    assert settings.kpis["email_clicks"].role == "clicks"
    assert settings.kpis["click_rate_email"].numerator == "email_clicks"


def test_paths_below_the_configuration_are_relative_and_others_absolute(tmp_path: Path) -> None:
    table = write(tmp_path / "data" / "web.csv", "date,sessions", _ROWS)
    initialise([table], tmp_path / "near.yaml")
    initialise([table], tmp_path / "a" / "b" / "far.yaml")

    assert "path: data}" in (tmp_path / "near.yaml").read_text(encoding="utf-8")
    assert str(tmp_path / "data") in (tmp_path / "a" / "b" / "far.yaml").read_text(encoding="utf-8")


def test_the_currency_is_taken_from_the_tables_when_they_name_one(tmp_path: Path) -> None:
    table = write(
        tmp_path / "ads.csv", "date,currency_code,spend", [(d, "USD", i + 0.5) for i, d in enumerate(days(9))]
    )

    assert configured(table)[0].currency == "USD"
    assert configured(table, currency="GBP", timezone="Europe/London")[0].kpis["spend"].unit == "GBP"


def test_an_existing_file_is_replaced_and_that_is_told(tmp_path: Path) -> None:
    table = write(tmp_path / "web.csv", "date,sessions", _ROWS)
    first, second = initialise([table], tmp_path / "c.yaml"), initialise([table], tmp_path / "c.yaml")

    assert not any("replaced" in note for note in first.notes)
    assert any("replaced" in note for note in second.notes)


def test_the_same_tables_give_the_same_file(tmp_path: Path) -> None:
    tables = [
        write(tmp_path / name, "date,channel,orders", [(d, c, i) for i, d in enumerate(days(9)) for c in "ab"])
        for name in ("x.csv", "y.csv")
    ]
    initialise(tables, tmp_path / "one.yaml")
    initialise(tables[::-1], tmp_path / "two.yaml")

    assert (tmp_path / "one.yaml").read_text(encoding="utf-8") == (tmp_path / "two.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "timezone", "currency", "said"),
    [
        (lambda d: d / "nowhere", None, None, "there is no file or folder"),
        (lambda d: d, None, None, "give CSV"),
        (lambda d: write(d / "t.csv", "geo,group", [(1, 2)]), None, None, "has no column with dates"),
        (lambda d: write(d / "t.csv", "date,sessions", _ROWS), "Moon/Base", None, "no time zone"),
        (lambda d: write(d / "t.csv", "date,sessions", _ROWS), None, "pounds", "no currency"),
    ],
)
def test_mistakes_are_told_with_what_to_do(tmp_path: Path, make, timezone, currency, said) -> None:  # type: ignore[no-untyped-def]
    path = make(tmp_path)

    with pytest.raises(InitError, match=said):
        initialise([path], tmp_path / "out.yaml", timezone, currency)
    assert not (tmp_path / "out.yaml").exists()


def test_a_folder_of_folders_names_them(tmp_path: Path) -> None:
    write(tmp_path / "in" / "shop_a" / "web.csv", "date,sessions", _ROWS)

    with pytest.raises(InitError, match="give one of them \\(shop_a\\)"):
        initialise([tmp_path / "in"], tmp_path / "out.yaml")
