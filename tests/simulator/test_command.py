import itertools
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from simulator.__main__ import main
from simulator.demo import DEMO_DAYS, DEMO_START, planted


def _run(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr("sys.argv", ["simulator", *words])
    main()


def test_the_command_writes_a_demo_of_moderate_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(monkeypatch, str(tmp_path / "demo"))

    files = list((tmp_path / "demo").iterdir())
    assert sum(file.stat().st_size for file in files) < 15_000_000
    assert {
        "marketing.csv",
        "backoffice.csv",
        "email.csv",
        "organic.csv",
        "call_centre.csv",
        "stores.csv",
        "site.csv",
        "app.csv",
        "offline.csv",
        "calendar.csv",
        "truth.json",
    } == {file.name for file in files}
    assert "checkout_failure" in capsys.readouterr().out


def test_without_problems_the_truth_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run(monkeypatch, str(tmp_path), "--null", "--business", "leads", "--seed", "11")

    assert json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["incidents"] == []


def test_a_file_in_place_of_the_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")

    with pytest.raises(SystemExit):
        _run(monkeypatch, str(tmp_path / "taken"))

    assert "name a folder" in capsys.readouterr().err


def test_the_demos_problems_lie_apart_in_the_last_eight_weeks() -> None:
    problems = planted()
    end = DEMO_START + timedelta(days=DEMO_DAYS)

    assert end == date(2025, 11, 1)
    assert [problem.kind for problem in problems] == [
        "budget_exhausted",
        "email_deliverability",
        "duplicate_load",
        "call_queue_overload",
        "checkout_failure",
        "tracking_break_site",
    ]
    assert all(end - timedelta(weeks=8) <= problem.start and problem.end < end for problem in problems)
    gaps = [(later.start - earlier.end).days for earlier, later in itertools.pairwise(problems)]
    assert min(gaps) >= 3
