"""What every test shares: where the labelled data are, and the rule that the gate allows no skips."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from daemon.store import Store, open_store, tables
from tests import postgres as servers

_REPO = Path(__file__).resolve().parent.parent

# A busy machine makes no property false. The same examples in every run: new ones are looked for with
# `--hypothesis-profile=default`.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("gate")


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A test that sets up the program's logging leaves none of it to the next one, whichever that is."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


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


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Server]:
    """A PostgreSQL server for the whole run."""
    if servers.programs() is None:
        pytest.skip("no PostgreSQL: apt-get install postgresql")
    with servers.temporary_folder() as folder, servers.running(folder) as server:
        yield server


@pytest.fixture
def postgres(postgres_server: servers.Server) -> str:
    """The URL of a fresh database."""
    return postgres_server.new_database()


@pytest.fixture(scope="session")
def _postgres_store(postgres_server: servers.Server) -> Iterator[Store]:
    store = open_store(postgres_server.new_database())
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty state, on each of the databases that can hold it."""
    if request.param == "sqlite":
        store = open_store("sqlite://")
        yield store
        store.close()
        return
    store = request.getfixturevalue("_postgres_store")
    with store.transaction() as connection:
        tables.metadata.create_all(connection)  # a test may have dropped one
        names = ", ".join(table.name for table in tables.metadata.sorted_tables)
        connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
    yield store


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CHANNELWATCH_NO_SKIPS a skipped test fails the run: the gate must have what every test needs."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CHANNELWATCH_NO_SKIPS") and skipped and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
