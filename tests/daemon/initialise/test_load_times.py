"""A time of loading is when a row was seen where it tells versions of a row apart, and nothing otherwise."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.daemon.initialise.tables import configured, days, write

CHANNELS = ("email", "paid_search")
SHARES = (0.55, 0.8, 1.0)


def _loaded(day: date, age: int) -> str:
    return f"{day + timedelta(days=age + 1)}T06:00:00"


def _filling_up(count: int = 40) -> Iterator[Sequence[object]]:
    """Each load brings the last three days again, of which the conversions have grown."""
    for n, day in enumerate(days(count)):
        for c, channel in enumerate(CHANNELS):
            for age, share in enumerate(SHARES):
                yield (
                    day,
                    day.month,
                    channel,
                    900 + n % 7 + 500 * c,
                    round((40 + n % 9 + 60 * c) * share),
                    _loaded(day, age),
                )


HEADER = "date,month,channel,sessions,conversions,"


@pytest.mark.parametrize(
    "name", ["loaded_at", "ingested_at", "inserted_at", "synced_at", "_fivetran_synced", "extracted_at", "updated_at"]
)
def test_a_load_time_that_tells_versions_of_a_row_apart_says_when_they_were_seen(tmp_path: Path, name: str) -> None:
    settings, _ = configured(write(tmp_path / "t.csv", HEADER + name, _filling_up()))

    assert settings.checks["t"].observed_at == name
    assert settings.checks["t"].period == "date"


def test_a_load_time_without_a_second_row_for_anything_is_left_out(tmp_path: Path) -> None:
    rows = [row for row in _filling_up() if str(row[-1]) == _loaded(date.fromisoformat(str(row[0])), 2)]
    once = [(*row[:-1], "2025-06-01T06:00:00") for row in rows]
    for name, table in (("daily", rows), ("once", once)):
        file = write(tmp_path / f"{name}.csv", HEADER + "loaded_at", table)
        settings, report = configured(file)

        assert settings.checks[name].observed_at is None
        assert "observed_at" not in report.output.read_text(encoding="utf-8")


def test_where_it_does_not_show_whether_later_rows_replace_earlier_ones_a_comment_says_what_to_write(
    tmp_path: Path,
) -> None:
    chance = random.Random(5)
    parts = [
        (day, day.month, channel, chance.randint(100, 900), chance.randint(10, 90), _loaded(day, age))
        for day in days(40)
        for channel in CHANNELS
        for age in range(3)
    ]
    single = [
        (day, day.month, channel, 1, chance.randint(10, 90), f"{day}T{hour:02}:{chance.randint(0, 59):02}:{c:02}")
        for day in days(40)
        for c, channel in enumerate(CHANNELS)
        for hour in range(5)
    ]
    for name, table in (("parts", parts), ("single", single)):
        settings, report = configured(write(tmp_path / f"{name}.csv", HEADER + "loaded_at", table))

        assert settings.checks[name].observed_at is None
        assert "if they do, write observed_at: loaded_at" in " ".join(
            report.output.read_text(encoding="utf-8").replace("#", " ").split()
        )


def test_rows_of_campaigns_that_were_loaded_one_by_one_are_no_versions(tmp_path: Path) -> None:
    rows = [
        (day, "email", f"spring {c}", 100 + n % 7 + c, f"{day + timedelta(days=1)}T06:00:{c:02}")
        for n, day in enumerate(days(40))
        for c in range(4)
    ]
    settings, report = configured(write(tmp_path / "t.csv", "date,channel,campaign,sessions,loaded_at", rows))

    assert settings.checks["t"].observed_at is None
    assert "observed_at" not in report.output.read_text(encoding="utf-8")


def test_the_only_dates_of_a_table_are_its_period_also_if_they_are_called_like_loads(tmp_path: Path) -> None:
    settings, _ = configured(write(tmp_path / "t.csv", "load_date,sessions", [(d, i) for i, d in enumerate(days(20))]))

    assert (settings.checks["t"].period, settings.checks["t"].observed_at) == ("load_date", None)
