"""Real and simulated exports: whatever the folder, a configuration that loads or a clear message, never a traceback."""

from pathlib import Path

import pytest

from config.load import load
from daemon.initialise import InitError, initialise


def _shape(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """The names and first bytes of a folder's files: folders of one shape tell the same."""
    return tuple(
        sorted((f.name, _first_line(f) if f.suffix == ".csv" else b"") for f in folder.iterdir() if f.is_file())
    )


def _first_line(file: Path) -> bytes:
    with file.open("rb") as lines:
        return lines.readline(200)


@pytest.mark.shared_data
def test_every_folder_of_the_labelled_data_is_configured_or_told_why_not(shared_data: Path, tmp_path: Path) -> None:
    folders = [shared_data, *(f for f in shared_data.rglob("*") if f.is_dir())]
    by_shape = {_shape(folder): folder for folder in sorted(folders)}
    configured = 0
    for folder in by_shape.values():
        try:
            initialise([folder], tmp_path / "out.yaml")
        except InitError as refusal:
            assert "no tables found" in str(refusal) or "none of the tables" in str(refusal)
        else:
            load(tmp_path / "out.yaml", {})
            configured += 1

    assert configured >= 10
