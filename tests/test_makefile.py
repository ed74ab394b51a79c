"""`make` alone says what there is."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_make_lists_every_target_with_what_it_is_for() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets is not None

    listed = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    assert re.findall(r"^make ([\w-]+) +\S", listed, re.MULTILINE) == targets.group(1).split()
