"""Tests of benchmarks/observed.py, on the labelled scenarios."""

import subprocess
import sys
from datetime import date
from pathlib import Path

from benchmarks.observed import write_observed


def test_the_tables_are_those_of_the_scenarios_own_script(shared_data: Path, tmp_path: Path) -> None:
    scenario = shared_data / "scenarios" / "dev_02_data_delay"
    days = date(2023, 12, 6), date(2023, 12, 15)  # a delay that is mended within them
    write_observed(scenario, *days, "Europe/London", tmp_path / "ours")
    script = str(scenario.parent / "asof.py")
    subprocess.run([sys.executable, script, scenario, *map(str, days), tmp_path / "theirs"], check=True)
    theirs = {file.name: file.read_bytes() for file in (tmp_path / "theirs").iterdir()}
    assert {file.name: file.read_bytes() for file in (tmp_path / "ours").iterdir()} == theirs
