"""One `init` for all process tests; each test works on its own copy."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests.process import business
from tests.process.business import FELL, Fall
from tests.process.command import CONFIG, Done, channelwatch
from tests.process.story import Story, tell
from tests.process.warm import Warm


@dataclass(frozen=True, kw_only=True)
class Made:
    """What the one `init` left."""

    folder: Path
    done: Done

    def copied_to(self, folder: Path, through: date, *falls: Fall) -> Path:
        """A copy of its configuration, with tables that end on a day."""
        folder.mkdir(exist_ok=True)
        shutil.copy(self.folder / CONFIG, folder)
        business.write(folder / "tables", through, *falls)
        return folder


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A configuration written by `init` from the business' table."""
    folder = tmp_path_factory.mktemp("init")
    business.write(folder / "tables", FELL)
    done = channelwatch(
        folder, "init", "--from", "tables", "--output", CONFIG, "--timezone", "Europe/London", "--currency", "GBP"
    )
    return Made(folder=folder, done=done)


@pytest.fixture(scope="session")
def story(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One problem from its first day to its end."""
    return tell(made.copied_to(tmp_path_factory.mktemp("story"), FELL, Fall()))


@pytest.fixture
def quiet(made: Made, tmp_path: Path) -> Path:
    """A configured folder whose numbers are as always."""
    return made.copied_to(tmp_path / "quiet", FELL)


@pytest.fixture
def fallen(made: Made, tmp_path: Path) -> Path:
    """A configured folder in whose newest day paid search lost 60 % of its orders."""
    return made.copied_to(tmp_path / "fallen", FELL, Fall())


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """Where processes are forked from that need not start Python."""
    made = Warm()
    yield made
    made.close()
