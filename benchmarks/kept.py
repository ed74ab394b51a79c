"""What it costs to keep each cycle's thoughts for `why-not`: `python -m benchmarks.kept [--totals 10000] [--cycles 5]`."""

import argparse
import random
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import func, select

from benchmarks.results import headline
from daemon.sources import timeline
from daemon.store import open_store, tables
from daemon.store import verdicts as stored
from daemon.verdicts import Judged, verdicts
from detectors.cadence import Cadence, Unit
from detectors.panel import KpiType, Panel, SeriesKey
from tests.builders.looked import looked

_FIRST = datetime(2026, 3, 1, 8, 15, tzinfo=UTC)
_PERIODS, _EXPECTED, _CHANNELS = 400, 91, 500
_DAYS_KEPT = 90


def run(totals: int = 10_000, cycles: int = 5, seed: int = 5) -> list[str]:
    """CPU and bytes of one daily cycle, and of an answer."""
    chance = random.Random(seed)
    begun = time.process_time()
    thought = verdicts(_judged(totals, np.random.default_rng(seed)), [], [], [])
    made = time.process_time() - begun
    with TemporaryDirectory() as folder, closing(open_store("sqlite:///state.db", Path(folder))) as store:
        written = []
        for number in range(cycles):
            begun = time.process_time()
            with store.transaction() as connection:
                stored.keep(connection, "web", _FIRST + number * timedelta(days=1), thought)
            written.append(time.process_time() - begun)
        with store.reading() as connection:
            size = connection.execute(select(func.sum(func.length(tables.verdicts.c.content)))).scalar_one() / cycles
            asked, begun = chance.choice(thought), time.process_time()
            found = stored.of(connection, "web", asked.channel, asked.kpi, asked.start, asked.start + timedelta(days=1))
            answered = time.process_time() - begun
    assert len(found) == cycles
    return [
        "## What is kept for `why-not`",
        "",
        headline(
            f"keeping what a daily cycle thought of {totals:,} totals",
            "<= 1 s of CPU",
            f"{made + min(written):.2f} s, {size / len(thought):.0f} bytes a total",
        ),
        f"- {_DAYS_KEPT} days of them: {size * _DAYS_KEPT / 1e6:.0f} MB; an answer from {cycles} cycles: {answered:.2f} s of CPU",
        "",
    ]


def _judged(totals: int, chance: np.random.Generator) -> Judged:
    """A look at made-up series, of which the newest day is judged."""
    number = int(timeline.number(np.array([np.datetime64("2025-01-26", "s")]), Cadence(Unit.DAY))[0])
    axis = timeline.axis(number, _PERIODS, Cadence(Unit.DAY), ZoneInfo("UTC"))
    expected = np.exp(chance.normal(5, 2, (totals, 1))) * np.exp(chance.normal(0, 0.1, (totals, _EXPECTED)))
    values = np.full((totals, _PERIODS), np.nan)
    values[:, -_EXPECTED:] = np.round(expected * np.exp(chance.normal(0, 0.1, expected.shape)))
    panel = Panel(
        axis=axis,
        keys=tuple(SeriesKey("web", f"channel_{i % _CHANNELS}", f"kpi_{i // _CHANNELS}") for i in range(totals)),
        values=values,
        exposure=np.full(values.shape, np.nan),
        factor=np.ones(totals),
        types=(KpiType.COUNT,) * totals,
    )
    thought = {
        "expected": expected,
        "lower": expected * 0.8,
        "upper": expected * 1.2,
        "p_value": chance.random(expected.shape),
    }
    return looked(panel, thought, needed=np.exp(chance.normal(-10, 1, expected.shape)))


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--totals", type=int, default=10_000)
    parser.add_argument("--cycles", type=int, default=5)
    given = parser.parse_args()
    print("\n".join(run(given.totals, given.cycles)))


if __name__ == "__main__":
    main()
