"""Tests of benchmarks/results.py and of choosing measures by name."""

from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks.results import headline, write

_ORDER = ("first", "second")


def test_the_overview_repeats_the_headlines_of_each_part_in_order(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    write(
        {"second": [headline("recall", ">= .9", "0.8")], "first": [headline("rate", "<= 1: at most", "0.5")]},
        _ORDER,
        file,
    )
    rows = [line for line in file.read_text().splitlines() if line.startswith("| r")]
    assert rows == ["| rate | <= 1: at most | 0.5 | first |", "| recall | >= .9 | 0.8 | second |"]


def test_a_part_measured_anew_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    write({"first": ["## One", "", "a table"], "second": ["## Two", headline("m", "t", "stale")]}, _ORDER, file)
    write({"second": ["## Two", headline("m", "t", "fresh")]}, _ORDER, file)
    text = file.read_text()
    assert "a table" in text
    assert text.count("fresh") == 2
    assert "stale" not in text


def test_writing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    found = {"first": ["## One", "", headline("m", "t", "r"), ""], "second": ["## Two"]}
    write(found, _ORDER, file)
    before = file.read_text()
    write(found, _ORDER, file)
    assert file.read_text() == before


def test_every_measure_is_a_module_that_gives_lines() -> None:
    for name in bench.MEASURES:
        assert callable(bench.measure_of(name)), name


def test_an_unknown_measure_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["nonsense"])
    assert "no such measure: nonsense" in capsys.readouterr().err


def test_without_labelled_data_a_part_says_so_and_is_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CHANNELWATCH_DATA", raising=False)
    bench.main(["accounts", "nab"])
    assert capsys.readouterr().out.count("skipped, set CHANNELWATCH_DATA") == 2
