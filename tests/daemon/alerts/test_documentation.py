"""The examples in docs/alerts.md are real messages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["checkout_failing", "tag_lost", "budget_cap", "digest_week"])
def test_the_example_is_the_message(name: str) -> None:
    page = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    shown = re.search(rf"<!-- example: {name} -->\n```text\n(.*?)```", page, re.DOTALL)

    assert shown is not None
    assert shown.group(1) == (ROOT / "tests" / "golden" / f"{name}.txt").read_text(encoding="utf-8")
