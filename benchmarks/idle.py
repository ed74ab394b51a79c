"""How quickly the service is ready, and what it holds while it waits: `python -m benchmarks.idle`.

The real service on a small business, started twice: the first start judges what is due, and is looked at again once
its workers rest; the second finds all done. Targets: ready within 2 s, at rest below 120 MiB.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.processes import Process, family, held

TARGET_READY_SECONDS, TARGET_IDLE_MIB = 2.0, 120.0

_SCRIPT = Path(sys.executable).with_name("channelwatch")
_DAYS, _CHANNELS = 200, {"paid_search": 4000, "email": 2500, "organic_search": 6000}
_PATIENCE_SECONDS, _END_SECONDS = 60.0, 30.0
# Shortly after, and once workers without work have been ended (daemon/app.py).
_SOON_SECONDS, _AT_REST_SECONDS = 10.0, 75.0
_DESTINATIONS = "destinations: {inbox: {kind: inbox}, terminal: {kind: terminal}}\nroutes: [{to: [inbox, terminal]}]\n"


def main() -> int:
    """Measure and print; 1 where a target is missed by the second start."""
    with tempfile.TemporaryDirectory(prefix="channelwatch-idle-") as name:
        folder = Path(name)
        _business(folder)
        print("first start, judges what is due")
        measure(folder, _SOON_SECONDS, _AT_REST_SECONDS)
        print("second start, nothing is due")
        ready, rest = measure(folder, _SOON_SECONDS)
    print(f"targets: ready < {TARGET_READY_SECONDS:g} s, at rest < {TARGET_IDLE_MIB:g} MiB")
    return int(ready > TARGET_READY_SECONDS or rest > TARGET_IDLE_MIB)


def measure(folder: Path, *moments: float) -> tuple[float, float]:
    """Seconds until the service says READY to systemd, and the MiB of its processes at the last of some moments after it."""
    heard, at_rest = folder / "notify", 0.0
    heard.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(heard))
        systemd.settimeout(_PATIENCE_SECONDS)
        began = time.monotonic()
        with (
            (folder / "log").open("ab") as log,
            subprocess.Popen(
                [_SCRIPT, "run"], cwd=folder, env={**os.environ, "NOTIFY_SOCKET": str(heard)}, stdout=log, stderr=log
            ) as service,
        ):
            try:
                while b"READY=1" not in systemd.recv(4096):
                    pass
                ready = time.monotonic()
                print(f"  ready after {ready - began:.2f} s")
                for moment in moments:
                    time.sleep(max(0.0, ready + moment - time.monotonic()))
                    at_rest = _told(moment, [process for pid in family(service.pid) if (process := held(pid))])
            finally:
                service.send_signal(signal.SIGTERM)
                service.wait(_END_SECONDS)
    return ready - began, at_rest


def _business(folder: Path) -> None:
    """A table that ends yesterday, and a configuration of it."""
    tables, last = folder / "tables", datetime.now(UTC).date() - timedelta(days=1)
    tables.mkdir()
    rows = [row for back in reversed(range(_DAYS)) for row in _day(last - timedelta(days=back))]
    (tables / "marketing_daily.csv").write_text("\n".join(["date,channel,sessions,orders,revenue", *rows]) + "\n")
    subprocess.run([_SCRIPT, "init", "--from", "tables"], cwd=folder, check=True, capture_output=True)
    config = folder / "channelwatch.yaml"
    text = config.read_text(encoding="utf-8")
    if "destinations:" not in text:
        text += _DESTINATIONS
    config.write_text(text, encoding="utf-8")


def _day(day: date) -> list[str]:
    chance = random.Random(str(day))
    rows = []
    for channel, usual in _CHANNELS.items():
        sessions = round(usual * chance.gauss(1, 0.03))
        orders = round(sessions * 0.06 * chance.gauss(1, 0.03))
        rows.append(f"{day},{channel},{sessions},{orders},{orders * 50}")
    return rows


def _told(moment: float, processes: list[Process]) -> float:
    """Print what the processes hold; returns it, shared parts counted once."""
    together = sum(process.own for process in processes)
    each = ", ".join(f"{process.name} {process.resident:.0f}" for process in processes)
    print(f"  {moment:3.0f} s later {together:6.1f} MiB together (resident: {each})")
    return together


if __name__ == "__main__":
    sys.exit(main())
