"""What systemd itself says of the unit, and what the guide says of both."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.systemd.guide import GUIDE, commands

_UNIT = GUIDE.with_name("channelwatch.service")
_DROP_IN = GUIDE.with_name("credentials.conf")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit with its drop-in, whose program is there."""
    program = tmp_path / "channelwatch"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    unit = tmp_path / "channelwatch.service"
    unit.write_text(
        _UNIT.read_text(encoding="utf-8").replace("/opt/channelwatch/bin/channelwatch", str(program)), encoding="utf-8"
    )
    (tmp_path / "channelwatch.service.d").mkdir()
    shutil.copy(_DROP_IN, tmp_path / "channelwatch.service.d")
    return unit


@pytest.fixture
def analyze() -> str:
    """systemd's own checker."""
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("no systemd-analyze: apt-get install systemd")
    return found


def test_systemd_finds_nothing_wrong_with_the_unit(analyze: str, installed: Path) -> None:
    ended = subprocess.run([analyze, "verify", installed], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_hardly_anything_stays_exposed(analyze: str, installed: Path) -> None:
    ended = subprocess.run(
        [analyze, "security", "--no-pager", "--offline=true", installed], capture_output=True, text=True, check=True
    )
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", ended.stdout)
    assert exposure is not None
    assert float(exposure[1]) <= 1.2


def test_the_guide_installs_in_ten_commands() -> None:
    assert len(commands("Install")[:-1]) <= 10  # the last one only looks at the journal


def test_what_the_guide_makes_is_what_the_unit_uses() -> None:
    unit, guide = _UNIT.read_text(encoding="utf-8"), GUIDE.read_text(encoding="utf-8")
    start = re.search(r"^ExecStart=(\S+) run --config (\S+)$", unit, re.MULTILINE)
    state = re.search(r"^Environment=CHANNELWATCH_STORE__URL=(\S+)$", unit, re.MULTILINE)
    secret = re.search(r"^LoadCredential=\w+:(\S+)$", _DROP_IN.read_text(encoding="utf-8"), re.MULTILINE)

    assert start is not None
    assert state is not None
    assert secret is not None
    for place in (*start.groups(), state[1], secret[1]):
        assert place in guide


def test_a_secret_is_never_written_where_others_can_read_it() -> None:
    lines = [line for line in commands("Install") if "/credentials" in line and ".service.d" not in line]

    assert lines
    assert all("umask 077" in line or "-m 0700" in line for line in lines)
