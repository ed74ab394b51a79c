"""How fast everything that a company has is judged, and what it takes: `python -m benchmarks.speed`.

The real thing: `init` on a table of generated series in Parquet, then cycles that read, judge, group and keep, with the
worker processes of the service, and by `channelwatch check`, which starts anew each time. Memory is that of all
processes together, what they share counted once.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks import peers
from benchmarks.processes import Peak
from benchmarks.results import headline
from benchmarks.speed_cycles import NAMES
from benchmarks.speed_tables import Size, write

_SCRIPT = Path(sys.executable).with_name("channelwatch")
DAILY = Size(series=10_000, periods=730)
TALL = Size(series=10_000, periods=730, figures=1)
HOURLY = Size(series=2_000, periods=90 * 24, hourly=True)
SCALES = tuple(Size(series=n, periods=730) for n in (100, 1_000, 20_000))
# What the 10,000 daily series and the hourly ones may take.
_TARGETS = {"cold": 30.0, "one more": 5.0, "unchanged": 2.0}
_HOURLY_TARGET, _MIB_TARGET = 25.0, 1536.0


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """One cycle: seconds by the clock and of all processors, and the most MiB held during all cycles so far."""

    name: str
    seconds: float
    cpu: float
    series: int
    mib: float


def run(sizes: Sequence[Size] = (DAILY, TALL, HOURLY, *SCALES), *, commands: bool = True) -> list[str]:
    """Measure the sizes, and `channelwatch check` on the first of them."""
    head = [
        "| series | periods | rows | cycle | seconds | CPU s | series/s | CPU ms a series | peak MiB | target |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    report: list[str] = []
    beside: list[str] = []
    print("\n".join(head), file=sys.stderr, flush=True)
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="channelwatch-speed-") as name:
            folder = Path(name)
            _business(folder, size)
            measured = cycles(folder, size)
            rows = [_row(size, cycle) for cycle in measured]
            print("\n".join(rows), file=sys.stderr, flush=True)
            if size == DAILY:
                beside = peers.run(1000 * measured[0].cpu / measured[0].series)
            if commands and size is sizes[0]:
                rows += (by_command := [_row(size, cycle) for cycle in checks(folder, size)])
                print("\n".join(by_command), file=sys.stderr, flush=True)
        report += rows
    return ["## Speed and memory", "", *map(_headline, filter(_is_promised, report)), "", *head, *report, "", *beside]


def cycles(folder: Path, size: Size) -> list[Cycle]:
    """Cycles one after the other, as the service runs them."""
    _lay_ready(folder, size)
    arguments = ["-m", "benchmarks.speed_cycles", str(folder), size.due.isoformat(), str(size.step.total_seconds())]
    measured = []
    with (
        subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True) as process,
        Peak(process.pid) as peak,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            measured.append(Cycle(**json.loads(line), mib=peak.mib))
            peak.mib = 0.0
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return measured


def checks(folder: Path, size: Size) -> list[Cycle]:
    """The same by a command that starts anew each time. The last one finds nothing due."""
    for state in folder.glob("channelwatch.db*"):
        state.unlink()
    table = next((folder / "tables").iterdir())
    measured = []
    for more, name in enumerate(("cold", "one more", "nothing due")):
        now = (size.due + min(more, 1) * size.step + timedelta(minutes=1)).isoformat()
        write(table, size, more=min(more, 1))
        began = time.perf_counter()
        command = [str(_SCRIPT), "check", "--now", now, "--json"]
        with (
            subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process,
            Peak(process.pid) as peak,
        ):
            if process.wait():
                raise subprocess.CalledProcessError(process.returncode, command)
        seconds = time.perf_counter() - began
        measured.append(Cycle(name=f"`check`, {name}", seconds=seconds, cpu=peak.cpu, series=0, mib=peak.mib))
    return measured


def _business(folder: Path, size: Size) -> None:
    """A table and the configuration that `init` makes of it."""
    tables = folder / "tables"
    tables.mkdir()
    write(tables / f"marketing_{'hourly' if size.hourly else 'daily'}.parquet", size)
    subprocess.run(
        [_SCRIPT, "init", "--from", "tables", "--timezone", "UTC"], cwd=folder, check=True, capture_output=True
    )

    config = folder / "channelwatch.yaml"
    text = config.read_text(encoding="utf-8")
    if "campaign" not in text:  # so many names look like identifiers: somebody says that they are watched
        text = text.replace("channel_column: channel\n", "channel_column: channel\n    dimensions: {campaign: {}}\n")
        config.write_text(text, encoding="utf-8")


def _lay_ready(folder: Path, size: Size) -> None:
    for name, more in zip(NAMES, (0, 1, 1), strict=True):
        write(folder / f"{name}.parquet", size, more=more)


def _row(size: Size, cycle: Cycle) -> str:
    series = cycle.series or size.series
    rows = size.channels * size.leaves * size.periods
    each = f"{series / cycle.seconds:,.0f} | {1000 * cycle.cpu / series:.2f}"
    return (
        f"| {series:,} {'hourly' if size.hourly else 'daily'} | {size.periods:,} | {rows:,} | {cycle.name} | "
        f"{cycle.seconds:.2f} | {cycle.cpu:.2f} | {each} | {cycle.mib:,.0f} | {_target(size, cycle)} |"
    )


def _is_promised(row: str) -> bool:
    return bool(_cells(row)[-1])


def _headline(row: str) -> str:
    series, periods, _, cycle, seconds, *_, mib, target = _cells(row)
    return headline(f"{series} series of {periods} periods, {cycle}", target, f"{seconds} s, {mib} MiB")


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")[1:-1]]


def _target(size: Size, cycle: Cycle) -> str:
    name = cycle.name.removeprefix("`check`, ").replace("nothing due", "unchanged")
    if size.hourly:
        return f"< {_HOURLY_TARGET:g} s, < {_MIB_TARGET:,.0f} MiB" if name == "cold" else ""
    return f"< {_TARGETS[name]:g} s, < {_MIB_TARGET:,.0f} MiB" if size.series == DAILY.series else ""


def main() -> None:
    """Print the table; sizes can be chosen."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", choices=("daily", "tall", "hourly", "scale"), action="append")
    arguments.add_argument("--no-commands", action="store_true", help="without `channelwatch check`")
    chosen = arguments.parse_args()
    named = {"daily": (DAILY,), "tall": (TALL,), "hourly": (HOURLY,), "scale": SCALES}
    sizes = [size for name in chosen.only or named for size in named[name]]
    print("\n".join(run(sizes, commands=not chosen.no_commands)))


if __name__ == "__main__":
    main()
