"""What people install: three packages, the files they read, and nothing else."""

import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built here and offline."""
    [built] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    return zipfile.ZipFile(built)


def test_the_top_level_is_the_three_packages(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"daemon", "config", "detectors"}


def test_every_file_of_the_packages_is_in_it(wheel: zipfile.ZipFile) -> None:
    there = {
        str(p.relative_to(ROOT))
        for top in ("daemon", "config", "detectors")
        for p in (ROOT / top).rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }

    assert there - set(wheel.namelist()) == set()


@pytest.mark.parametrize(
    "file",
    [
        "config/causes.yaml",
        "config/vocabulary.yaml",
        "config/channelwatch.yaml",
        "config/schema.json",
        "daemon/console/templates/inbox.html",
        "daemon/console/templates/card.html",
        "daemon/console/templates/inbox.css",
        "daemon/store/migrations/env.py",
        "daemon/store/migrations/versions/v0001_begin.py",
    ],
)
def test_what_is_read_at_run_time_is_in_it(wheel: zipfile.ZipFile, file: str) -> None:
    assert wheel.getinfo(file).file_size > 0


def test_the_command_is_the_one_that_the_unit_starts(wheel: zipfile.ZipFile) -> None:
    [entry_points] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]

    assert "channelwatch = daemon.cli:main" in wheel.read(entry_points).decode()


def test_the_licence_comes_with_it(wheel: zipfile.ZipFile) -> None:
    assert [name for name in wheel.namelist() if name.endswith("licenses/LICENSE")]


def test_the_wheel_bears_the_version_of_the_project(wheel: zipfile.ZipFile) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert f"channelwatch-{project['version']}-" in Path(str(wheel.filename)).name
