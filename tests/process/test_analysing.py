"""localise and changepoints: answers for analysts, from a file alone."""

from pathlib import Path

from tests.process.command import channelwatch

_TABLE = "device,region,orders,forecast\n" + "".join(
    f"{device},{region},{600 if device == 'mobile' else 1010},1000\n"
    for device in ("mobile", "desktop", "tablet")
    for region in ("north", "south", "east", "west")
)


def test_localise_names_the_segment_that_carries_the_change(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(_TABLE, encoding="utf-8")
    arguments = ("localise", "table.csv", "--actual", "orders", "--expected", "forecast")

    as_json = channelwatch(tmp_path, *arguments, "--json")
    told = channelwatch(tmp_path, *arguments)

    assert as_json.json.keys() == {"where"}
    (where,) = as_json.json["where"]
    assert where.keys() == {"segment", "share"}
    assert where["segment"] == {"device": "mobile"}
    assert told.out == f"device=mobile: {where['share']:.0%} of the change\n"
    assert (as_json.err, told.err) == ("", "")


def test_changepoints_gives_the_first_index_of_each_new_segment(tmp_path: Path) -> None:
    wobble = [0.3, -0.2, 0.1, -0.4, 0.2]
    values = [10 + wobble[k % 5] for k in range(40)] + [20 + wobble[k % 5] for k in range(40)]
    (tmp_path / "values.csv").write_text("\n".join(map(str, values)) + "\n", encoding="utf-8")

    as_json = channelwatch(tmp_path, "changepoints", "values.csv", "--json")

    assert (as_json.json, as_json.err) == ({"change_points": [40]}, "")


def test_what_cannot_be_read_fails_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(_TABLE, encoding="utf-8")

    absent = channelwatch(tmp_path, "localise", "table.csv", "--actual", "ordres", "--expected", "forecast", "--json")

    assert (absent.code, absent.out) == (1, "")
    assert "table.csv has no column 'ordres'. Nearest: 'orders'." in absent.err
