"""The machine: zones, pictures, memory, and what systemd said."""

import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from daemon import __version__
from daemon.doctor.line import Line, fail, ok, warn

_MEGABYTE = 1_000_000
# Judging a few thousand series takes some hundreds of megabytes for a moment.
_LITTLE_MEMORY = 500 * _MEGABYTE
_FEWEST_ZONES = 400


def looks(environ: Mapping[str, str]) -> dict[str, Callable[[], Iterator[Line]]]:
    """Everything to look at, by what it is."""
    return {
        "program": _program,
        "time zones": _zones,
        "charts": _charts,
        "memory": _memory,
        "systemd": lambda: _systemd(environ),
    }


def _program() -> Iterator[Line]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield ok("program", f"channelwatch {__version__}, Python {python}, SQLite {sqlite3.sqlite_version}")


def _zones() -> Iterator[Line]:
    found = len(available_timezones())
    ZoneInfo("Europe/London")
    if found < _FEWEST_ZONES:
        yield fail("time zones", f"only {found} are known", "Install the package tzdata.")
    else:
        yield ok("time zones", f"{found} known")


def _charts() -> Iterator[Line]:
    from daemon.alerts import picture
    from daemon.alerts.alert import Chart
    from daemon.alerts.chart import spec

    began, days = time.monotonic(), tuple(f"2026-03-0{day}" for day in range(1, 8))
    sample = Chart(title="Orders", days=days, observed=(5.0,) * 7, expected=(5.0,) * 7)
    try:
        drawn = picture.png(spec(sample))
    except (ImportError, ValueError, OSError) as error:
        yield warn("charts", f"cannot be drawn ({type(error).__name__})", "Alerts go out without a picture.")
    else:
        yield ok("charts", f"drawn, {len(drawn) / 1000:.0f} kB in {time.monotonic() - began:.1f} s")


def _memory(table: Path = Path("/proc/meminfo")) -> Iterator[Line]:
    try:
        lines = dict(line.split(":", 1) for line in table.read_text().splitlines())
        free = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        yield ok("memory", "this system does not say how much is free")
        return
    seen = f"{free / _MEGABYTE:,.0f} MB available"
    if free < _LITTLE_MEMORY:
        yield warn("memory", seen, "Large checks may need more: watch fewer segments, or add memory.")
    else:
        yield ok("memory", seen)


def _systemd(environ: Mapping[str, str]) -> Iterator[Line]:
    socket, watchdog = environ.get("NOTIFY_SOCKET"), environ.get("WATCHDOG_USEC")
    if not socket:
        yield ok("systemd", "did not start this command; the service's unit has Type=notify and WatchdogSec=")
        return
    name = socket if socket.startswith("/") else ""
    if name and not os.access(name, os.W_OK):
        yield warn("systemd", f"{name} may not be written", "Set NotifyAccess=main in the unit.")
    elif not watchdog:
        yield warn("systemd", "hears us, but watches nothing", "Set WatchdogSec= in the unit.")
    else:
        yield ok("systemd", "hears us, and watches whether we make progress")
