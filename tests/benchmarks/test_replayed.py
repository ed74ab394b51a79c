"""Tests of what benchmarks/replayed.py keeps."""

from pathlib import Path
from typing import Any

from benchmarks.replayed import kept


def test_a_kept_answer_is_not_asked_for_again(tmp_path: Path) -> None:
    asked = []

    def answer() -> tuple[dict[str, Any], float]:
        asked.append(1)
        return {"incidents": []}, 2.5

    file = tmp_path / "new" / "answer.json"
    assert kept(file, answer) == kept(file, answer) == ({"incidents": []}, 2.5)
    assert len(asked) == 1
    assert kept(None, answer) == ({"incidents": []}, 2.5)
    assert len(asked) == 2
