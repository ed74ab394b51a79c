"""Cuts the power 1,000 times in a recorded piece of work, and starts the program on what the disk may hold then.

Every write and sync that SQLite asks for is recorded while incidents live and messages are delivered; a state after a cut is
what was synced, and of what came later any part, down to single sectors (tests/daemon/store/power.py).
"""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results import headline
from daemon import logs
from daemon.redact import Redactor
from tests.daemon.store.power import Fate, fates, unsynced
from tests.daemon.store.recorder import Does
from tests.daemon.store.working import work

CUTS, CONTROLS, INCIDENTS = 1_000, 200, 24
SEED = 20260302


def run(cuts: int = CUTS, controls: int = CONTROLS, seed: int = SEED) -> list[str]:
    """So many cuts, and some on a disk that lies."""
    logs.set_up(Redactor(()), level="CRITICAL")
    chance = random.Random(seed)
    with TemporaryDirectory(prefix="channelwatch-power-") as name:
        folder = Path(name)
        worked = work(folder, INCIDENTS)
        found = fates(worked, cuts, chance, folder)
        lying = fates(unsynced(worked), controls, chance, folder)
    asked = [sum(step.does is does for step in worked.steps) for does in (Does.WRITE, Does.SYNC)]
    return [
        "## Power cut at any moment",
        "",
        headline(
            "acknowledged transactions lost or half there after a power cut",
            "0",
            f"{cuts - found[Fate.KEPT]} of {cuts:,} cuts",
        ),
        "",
        f"{INCIDENTS} incidents, {len(worked.acknowledged)} acknowledged transactions, {asked[0]:,} writes and {asked[1]} syncs, with checkpoints",
        "and a restart. Control: the same cuts on a disk that says that it synced the write-ahead log and did not.",
        "",
        "| what the next start finds | cuts | control |",
        "|---|---:|---:|",
        *(f"| {fate} | {found[fate]} | {lying[fate]} |" for fate in Fate),
        "",
        f"Seed {seed}.",
    ]
