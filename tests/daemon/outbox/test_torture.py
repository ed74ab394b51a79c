"""Senders killed at every point of their work lose, invent and overtake nothing, and what people see twice says so."""

import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.daemon.outbox.families import KINDS
from tests.daemon.outbox.mortal import POINTS, Nursery
from tests.daemon.outbox.torture import Toll, Torturer


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.mark.parametrize("kind", KINDS)
def test_kills_at_every_point_lose_nothing_and_show_nothing_twice_unsaid(
    kind: str, nursery: Nursery, tmp_path: Path
) -> None:
    toll, numbers = Toll(), count(1)
    torturer = Torturer(kind, nursery, lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db", random.Random(20260302))

    while set(toll.kills) != set(POINTS):
        torturer.live(toll)

    assert toll.wrongs == {}, toll
    assert KINDS[kind].family == "blind" or toll.seen_twice == toll.parked == 0
