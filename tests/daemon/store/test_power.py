"""The power is cut at any moment, and the disk holds any part of what was not synced: all that was acknowledged is there."""

import random
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from daemon.errors import StoreError
from daemon.store import sqlite
from tests.daemon.store.power import Fate, Work, fates, unsynced
from tests.daemon.store.recorder import Does, can_record
from tests.daemon.store.working import work

CUTS = 100


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Work:
    if not can_record():
        pytest.skip("this Python hides its SQLite")
    return work(tmp_path_factory.mktemp("worked"), incidents=10)


def test_whatever_was_acknowledged_survives_a_power_cut_at_any_moment(worked: Work, tmp_path: Path) -> None:
    assert fates(worked, CUTS, random.Random(20260302), tmp_path) == {Fate.KEPT: CUTS}
    assert any(s.does is Does.WRITE and s.name == "state.db" for s in worked.steps[100:]), "no checkpoint was cut"


def test_the_same_cuts_find_out_a_disk_that_only_says_that_it_synced(worked: Work, tmp_path: Path) -> None:
    found = fates(unsynced(worked), 20, random.Random(20260302), tmp_path)

    assert found[Fate.KEPT] < 10


def test_a_file_that_takes_no_write_ahead_log_is_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///file:{tmp_path}/state.db?nolock=1&uri=true")
    sqlite.set_up(engine, 5.0, in_memory=False)

    with pytest.raises(StoreError, match="refused write-ahead logging with full synchronisation"):
        engine.connect()
