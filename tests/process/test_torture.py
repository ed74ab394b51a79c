"""The program is killed at every point of its work: nothing is lost, hidden, invented, overtaken or judged twice."""

import random
from pathlib import Path

from tests.process.mortal import POINTS
from tests.process.torture import DAYS, MESSAGES, Toll, Torturer
from tests.process.warm import Warm


def test_kills_at_every_point_lose_nothing_and_every_repeat_can_be_told(warm: Warm, tmp_path: Path) -> None:
    toll = Toll()

    Torturer(warm, tmp_path, random.Random(20260302)).kill(POINTS, toll)

    assert toll.kills.total() >= len(POINTS)
    assert set(toll.kills) >= {"between pull and cycle", "in the cycle's transaction", "sent, not marked"}
    assert toll.messages == 2 * MESSAGES == 4 * len(DAYS)
    assert toll.is_clean, toll
