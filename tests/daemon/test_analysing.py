"""The analysts' commands read what people have, and say what is wrong with it."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from daemon.analysing import changepoints_of, localise_table
from daemon.cli import app
from daemon.errors import SourceError

TABLE = "device,store,orders,forecast\n" + "".join(
    f"{device},{store},{600 if device == 'mobile' else 1010},1000\n"
    for device in ("mobile", "desktop", "tablet")
    for store in (1, 2, 3, 4)
)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["table.csv", "table.csv.gz"])
def test_the_segment_that_carries_the_change_is_named(tmp_path: Path, name: str) -> None:
    answer = localise_table(written(tmp_path, name, TABLE), "orders", "forecast")
    assert [where["segment"] for where in answer["where"]] == [{"device": "mobile"}]
    assert answer["where"][0]["share"] == pytest.approx(1.0, abs=0.1)
    json.dumps(answer)


def test_parquet_is_read_as_csv_is(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "table.parquet"
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{written(tmp_path, 'table.csv', TABLE)}')) TO '{path}' (FORMAT parquet)")
    assert localise_table(path, "orders", "forecast")["where"][0]["segment"] == {"device": "mobile"}


def test_integer_codes_are_dimensions(tmp_path: Path) -> None:
    rows = "".join(
        f"{store},{'ab'[half]},{300 if store == 3 else 1000},1000\n" for store in range(1, 7) for half in (0, 1)
    )
    path = written(tmp_path, "stores.csv", f"store,half,orders,forecast\n{rows}")
    assert [w["segment"] for w in localise_table(path, "orders", "forecast")["where"]] == [{"store": "3"}]


def test_stores_with_one_row_each_are_told_apart_by_their_number(tmp_path: Path) -> None:
    rows = "".join(f"{store},{300 if store == 3 else 1000},1000\n" for store in range(1, 7))
    path = written(tmp_path, "stores.csv", f"store,orders,forecast\n{rows}")
    assert [w["segment"] for w in localise_table(path, "orders", "forecast")["where"]] == [{"store": "3"}]


def test_everything_moved_alike_is_an_empty_answer(tmp_path: Path) -> None:
    path = written(tmp_path, "table.csv", TABLE.replace("1010", "600"))
    assert localise_table(path, "orders", "forecast") == {"where": []}


def test_empty_cells_are_unknown(tmp_path: Path) -> None:
    path = written(tmp_path, "table.csv", TABLE.replace("desktop,1,1010", "desktop,1,"))
    assert localise_table(path, "orders", "forecast")["where"][0]["segment"] == {"device": "mobile"}


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        (TABLE, "order", "Nearest: 'orders'"),
        (TABLE.replace("600", "6oo", 1), "orders", "line 2: 'orders' is '6oo', not a number"),
        ("", "orders", "empty"),
        ("device,orders,forecast\n", "orders", "no rows"),
        ("orders,forecast\n1.5,2.5\n3.5,4.5\n", "orders", "no dimension"),
        ("device,orders,forecast\na,,1\nb,,2\n", "orders", "no row has both"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_with_place_and_remedy(
    tmp_path: Path, text: str, column: str, said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        localise_table(written(tmp_path, "table.csv", text), column, "forecast")


STEP = [10.0, 11.0] * 15 + [30.0, 31.0] * 15


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bare.csv", "\n".join(map(str, STEP))),
        ("head.csv", "orders\n" + "\n".join(map(str, STEP))),
        (
            "dated.csv",
            "date,orders\n" + "\n".join(f"2025-{1 + k // 28:02d}-{1 + k % 28:02d},{v}" for k, v in enumerate(STEP)),
        ),
        ("years.csv", "year;orders\n" + "\n".join(f"{1950 + k};{v}" for k, v in enumerate(STEP))),
        ("headless.csv", "\n".join(f"2025-{1 + k // 28:02d}-{1 + k % 28:02d},{v}" for k, v in enumerate(STEP))),
        ("packed.csv.gz", "orders\n" + "\n".join(map(str, STEP))),
        ("object.json", json.dumps({"values": STEP})),
        ("list.json", json.dumps(STEP)),
        ("lines.jsonl", "\n".join(json.dumps({"orders": v}) for v in STEP)),
    ],
)
def test_a_series_is_found_in_whatever_it_comes(tmp_path: Path, name: str, text: str) -> None:
    assert changepoints_of(written(tmp_path, name, text)) == {"change_points": [30]}


def test_gaps_in_a_series_keep_the_places(tmp_path: Path) -> None:
    gaps = [None if k in (4, 5, 40) else v for k, v in enumerate(STEP)]
    assert changepoints_of(written(tmp_path, "gaps.json", json.dumps(gaps))) == {"change_points": [30]}
    text = "v\n" + "\n".join("NaN" if v is None else str(v) for v in gaps)
    assert changepoints_of(written(tmp_path, "gaps.csv", text)) == {"change_points": [30]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("orders\n1\n2\nthree\n4\n", "line 4: 'orders' is 'three', not a number"),
        ("", "is empty"),
        ("orders\n", "no rows"),
        ("name\nada\nbo\n", "no column of numbers"),
        ('{"value": [1, 2]}', "no list of numbers"),
        ('{"values": [1, "two"]}', 'value 1 is "two"'),
        ('{"values": [1, ', "is not JSON"),
        ('{"values": []}', "holds no number"),
    ],
)
def test_a_series_that_cannot_be_read_is_refused_with_place_and_remedy(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        changepoints_of(written(tmp_path, "series.csv", text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for read in (changepoints_of, lambda path: localise_table(path, "a", "b")):
        with pytest.raises(SourceError, match="does not exist"):
            read(tmp_path / "nothing.csv")


def test_commands_answer_people_in_words_and_programs_in_json(tmp_path: Path) -> None:
    table, series = written(tmp_path, "t.csv", TABLE), written(tmp_path, "s.csv", "\n".join(map(str, STEP)))
    localise = ["localise", str(table), "--actual", "orders", "--expected", "forecast"]
    assert CliRunner().invoke(app, localise).stdout.startswith("device=mobile: ")
    assert json.loads(CliRunner().invoke(app, [*localise, "--json"]).stdout)["where"][0]["segment"] == {
        "device": "mobile"
    }
    assert "Changed at 30" in CliRunner().invoke(app, ["changepoints", str(series)]).stdout
    assert json.loads(CliRunner().invoke(app, ["changepoints", str(series), "--json"]).stdout) == {
        "change_points": [30]
    }


def test_a_number_format_that_only_numpy_reads_is_no_surprise(tmp_path: Path) -> None:
    text = "v\n" + "\n".join(f"{v:.3e}" for v in np.array(STEP))
    assert changepoints_of(written(tmp_path, "s.csv", text)) == {"change_points": [30]}
