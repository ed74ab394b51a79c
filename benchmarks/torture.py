"""Kills the program 200 times at each point of its work in turn, and tells what was lost, repeated, overtaken or damaged.

`python -m benchmarks.torture [KILLS] [SEED]`; nothing may be wrong but repeats, each of which says that it may be one.
"""

import random
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.process.mortal import POINTS
from tests.process.torture import Toll, Torturer
from tests.process.warm import Warm

KILLS = 200


def run(kills: int, seed: int) -> Toll:
    """Kill so often, or a little more often."""
    toll, warm = Toll(), Warm()
    chance = random.Random(seed)
    try:
        with TemporaryDirectory(prefix="channelwatch-torture-") as folder:
            torturer = Torturer(warm, Path(folder), chance)
            while toll.kills.total() < kills:
                torturer.kill(POINTS, toll)
    finally:
        warm.close()
    return toll


def table(toll: Toll) -> list[str]:
    """The figures for people."""
    return [
        "| | |",
        "|---|---:|",
        *(f"| killed {point} | {toll.kills[point]} |" for point in POINTS),
        f"| kills | {toll.kills.total()} |",
        f"| messages that should arrive | {toll.messages} |",
        f"| lost | {toll.lost} |",
        f"| invented | {toll.invented} |",
        f"| repeated | {toll.repeats} |",
        f"| repeated without a mark or the same key | {toll.unmarked_repeats} |",
        f"| an end before its beginning | {toll.out_of_order} |",
        f"| state damaged (integrity_check) | {toll.damaged} |",
        f"| judged, found or waiting otherwise than without kills | {toll.judged_otherwise} |",
        f"| observed otherwise than without kills | {toll.observed_otherwise} |",
    ]


def main() -> None:
    """Print the table; exit code 1 where something is wrong."""
    kills, seed = (int(value) for value in [*sys.argv[1:], *[str(KILLS), "20260302"][len(sys.argv) - 1 :]])
    began = time.monotonic()
    toll = run(kills, seed)
    print("\n".join(table(toll)))
    print(f"\nseed {seed}, {time.monotonic() - began:.0f} s")
    sys.exit(0 if toll.is_clean else 1)


if __name__ == "__main__":
    main()
