"""What every test shares: where the labelled data are, and the rule that the gate allows no skips."""

import os
from pathlib import Path

import pytest

_REPO = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of labelled data, named by CHANNELWATCH_DATA or found beside the repository."""
    folder = Path(os.environ.get("CHANNELWATCH_DATA", _REPO.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no labelled data: set CHANNELWATCH_DATA (looked in {folder})")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium."""
    path = "/usr/bin/chromium"
    if not Path(path).exists():
        pytest.skip("no Chromium: apt-get install chromium")
    return path


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CHANNELWATCH_NO_SKIPS a skipped test fails the run: the gate must have what every test needs."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CHANNELWATCH_NO_SKIPS") and skipped and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
