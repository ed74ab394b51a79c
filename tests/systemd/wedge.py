"""Put on the service's import path as sitecustomize: its schedule stands still once /opt/wedge/now is there."""

import sys
import time
from pathlib import Path


def wedge() -> None:
    """Make the schedule's beat hang when told to, and be missed after seconds instead of a minute."""
    from daemon import running, schedule

    beats = schedule.Schedule._beat

    def beat(self: schedule.Schedule) -> None:
        while Path("/opt/wedge/now").exists():
            time.sleep(1)
        beats(self)

    schedule.Schedule._beat = beat  # type: ignore[method-assign]
    schedule._BEAT_SECONDS = 1
    running._MOST_SILENT_SCHEDULE = 4.0


if "run" in sys.orig_argv:
    wedge()
