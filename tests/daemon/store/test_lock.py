"""One channelwatch at a time works on a state."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.errors import StoreError
from daemon.store import open_store

_HOLDER = """
import sys, pathlib
from daemon.store import open_store
with open_store("sqlite:///state.db", pathlib.Path(sys.argv[1])).sole():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_one_is_refused_and_told_who_holds_the_state(tmp_path: Path) -> None:
    first = open_store("sqlite:///state.db", tmp_path)
    second = open_store("sqlite:///state.db", tmp_path)

    with first.sole(), pytest.raises(StoreError, match=rf"process {os.getpid()}.*stop it first"), second.sole():
        pass
    with second.sole():
        pass


def test_a_process_that_is_killed_lets_go(tmp_path: Path) -> None:
    store = open_store("sqlite:///state.db", tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match="another channelwatch"), store.sole():
            pass
        holder.kill()
        holder.wait()

    with store.sole():
        pass


def test_looking_needs_no_lock(tmp_path: Path) -> None:
    first = open_store("sqlite:///state.db", tmp_path)
    with first.sole(), open_store("sqlite:///state.db", tmp_path).reading():
        pass


def test_states_in_memory_are_apart() -> None:
    with open_store("sqlite://").sole(), open_store("sqlite://").sole():
        pass
