"""Cycles of the real thing in a process of their own, told as JSON lines: used by `benchmarks.speed`.

cold: everything is new. one more: every series has one period more. unchanged: the table was written again as it was.
"""

import json
import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.processes import spent
from daemon.app import open_app
from daemon.cycle import run_cycle

NAMES = ("cold", "one more", "unchanged")


def main(folder: Path, due: datetime, step: timedelta) -> None:
    """Run the cycles, each on the table that lies ready for it."""
    app = open_app(folder / "channelwatch.yaml", many_cycles=True)
    table = next((folder / "tables").iterdir())
    try:
        for name, now in zip(NAMES, (due, due + step, due + step), strict=True):
            ready = folder / f"{name}.parquet"
            os.utime(ready)
            ready.replace(table)
            began, spent_before = time.perf_counter(), spent(os.getpid())
            run_cycle(app.watch, app.watch.enabled, now)
            told = {
                "name": name,
                "seconds": time.perf_counter() - began,
                "cpu": spent(os.getpid()) - spent_before,
                "series": sum(len(view.panel.keys) for view in app.watch.views.values()),
            }
            print(json.dumps(told), flush=True)
    finally:
        app.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), timedelta(seconds=float(sys.argv[3])))
