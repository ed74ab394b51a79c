"""A process of its own reads what this one would have read."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from daemon.errors import SourceRejected, SourceUnavailable
from daemon.sources import apart, files
from tests.daemon.sources.build import settings_of, write

ROWS = [("2024-01-01", 5), ("2024-01-02", "soon"), ("2024-01-03", 7)]


def test_the_table_is_the_same(tmp_path: Path) -> None:
    settings = settings_of(write(tmp_path, ROWS, "date,orders"))

    there = files.read("shop", settings, tmp_path, reader=apart.table_of)

    here = files.read("shop", settings, tmp_path)
    for field in fields(here):
        mine, other = getattr(here, field.name), getattr(there, field.name)
        assert np.array_equal(mine, other, equal_nan=True) if field.name == "values" else np.all(mine == other)


def test_what_is_wrong_with_a_table_is_told_here(tmp_path: Path) -> None:
    settings = settings_of(write(tmp_path, ROWS, "day,orders"))

    with pytest.raises(SourceRejected, match="date"):
        files.read("shop", settings, tmp_path, reader=apart.table_of)


def test_a_process_that_was_ended_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(write(tmp_path, ROWS, "date,orders"))
    monkeypatch.setattr("daemon.sources.apart.end_with_parent", sys.exit)

    with pytest.raises(SourceUnavailable, match=r"checks\.shop.*was ended"):
        files.read("shop", settings, tmp_path, reader=apart.table_of)


def test_this_process_never_loads_the_database(tmp_path: Path) -> None:
    path = write(tmp_path, ROWS, "date,orders")
    program = (
        "import sys; from pathlib import Path; from daemon.sources import apart, files; "
        "from tests.daemon.sources.build import settings_of\n"
        "if __name__ == '__main__':\n"
        f"    files.read('shop', settings_of(Path({str(path)!r})), Path({str(tmp_path)!r}), reader=apart.table_of)\n"
        "    print('duckdb' in sys.modules)"
    )

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "False"
