"""The walls of the house: which package may know which, what stays light, and one version."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from daemon import __version__

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = [contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]]
# What a command line that only looks or waits must not load: seconds and hundreds of megabytes.
HEAVY = ("statsmodels", "ruptures", "pandas", "scipy", "duckdb", "sqlalchemy", "vl_convert")


@pytest.fixture(scope="module")
def report() -> str:
    """What the import linter says."""
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([linter, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_contract_is_kept(report: str, contract: str) -> None:
    assert f"{contract} KEPT" in report, report[report.find("Broken contracts") :]


@pytest.mark.parametrize("module", ["daemon.cli", "config.load"])
def test_importing_it_loads_nothing_heavy(module: str) -> None:
    code = f"import json, sys, {module}; print(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)

    assert sorted(set(HEAVY) & set(json.loads(done.stdout))) == []


def test_the_parameters_of_the_detectors_come_without_the_science() -> None:
    code = "import sys, detectors.series.judge; print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)

    assert {"statsmodels", "ruptures", "pandas"} & set(done.stdout.split()) == set()


def test_there_is_one_version() -> None:
    assert __version__ == PROJECT["project"]["version"]
