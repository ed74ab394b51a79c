"""What the worked examples quote is what their queries give on the demo's tables."""

import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "worked-examples.md"


def test_the_figures_by_hand_are_those_of_the_demo(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "simulator", tmp_path], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    by_hand = runpy.run_path(str(ROOT / "docs" / "worked_examples.py"))["by_hand"]
    page = PAGE.read_text(encoding="utf-8")

    assert by_hand(page, tmp_path) == page
