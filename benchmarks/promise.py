"""Does the promise hold at every size? Run `python -m benchmarks.promise`.

Accounts of 10 to 10,000 series go through the real cycle, day by day: files, ledger, judging, grouping, incidents. Without a
planted loss every incident is false; with losses it is told how many are found, and how soon.
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.intervals import poisson, share
from benchmarks.null_accounts import SIZES, Leaves, Loss, leaves_of, write
from benchmarks.replayed import initialised
from benchmarks.results import headline
from daemon import backtest
from daemon.app import open_app
from daemon.model import Incident
from detectors.finding import Shape

START, HISTORY = date(2025, 1, 6), 400
PROMISED = 2.0  # false alerts a month, by default
_MONTH = 30.44
# Size -> accounts that are drawn, and days that each is watched.
PLAN: Mapping[int, tuple[int, int]] = {10: (12, 92), 30: (8, 92), 100: (6, 92), 1_000: (3, 42), 10_000: (1, 28)}
PARTS = ("rate", "dial", "power")
# Up to so many series the dial is turned; from so many on losses are planted.
_DIALLED, _MANY = 30, 1_000
# Days after the start of a loss within which it should be told.
_WITHIN = (1, 3, 7)


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What came of watching one account."""

    series: int
    incidents: tuple[Incident, ...]
    seconds: float


def run(sizes: Sequence[int] = tuple(PLAN), first_seed: int = 101, parts: Sequence[str] = PARTS) -> list[str]:
    """Measure the rate of false incidents at each size, what sensitivity does to it, and what is found."""
    report = [f"## The promise at every size: at most {PROMISED:g} false alerts a month", ""]
    if "rate" in parts:
        rows = [_rate_row(size, first_seed, PROMISED) for size in sizes]
        rates = "; ".join(f"{size:,}: {row.split('|')[5].strip()}" for size, row in zip(sizes, rows, strict=True))
        report += [headline("False incidents a month in accounts of so many series", f"<= {PROMISED:g}", rates), ""]
        report += ["| series | accounts | months watched | false incidents | a month (95 % interval) | days with one |"]
        report += ["|---|---|---|---|---|---|", *rows, ""]
    if "dial" in parts:
        report += ["| series | sensitivity | a month (95 % interval) |", "|---|---|---|"]
        for size in (s for s in sizes if s <= _DIALLED):
            for sensitivity in (PROMISED / 3, PROMISED * 3):
                rate = _rate_row(size, first_seed, sensitivity).split("|")[5]
                report += [f"| {size:,} | {sensitivity:.2g} |{rate}|"]
        report += [""]
    if "power" in parts:
        report += ["| series | loss | planted | " + " | ".join(f"told within {d} d" for d in _WITHIN) + " |"]
        report += ["|---|---|---|" + "---|" * len(_WITHIN)]
        report += [row for size in sizes if size >= _MANY for row in _power_rows(size, first_seed)]
    return [*report, ""]


def _rate_row(size: int, first_seed: int, sensitivity: float) -> str:
    accounts, days = PLAN[size]
    watched = [_watch(size, first_seed + k, days, (), sensitivity) for k in range(accounts)]
    count = sum(len(w.incidents) for w in watched)
    months = accounts * days / _MONTH
    eventful = {(k, i.first_detected_at) for k, w in enumerate(watched) for i in w.incidents}
    series = round(float(np.mean([w.series for w in watched])))
    row = f"| {series:,} | {accounts} | {months:.1f} | {count} | {_rate(count, months)} | {len(eventful)} of {accounts * days} |"
    print(f"sensitivity {sensitivity:.2g}: {row}", file=sys.stderr, flush=True)
    return row


def _rate(count: int, months: float) -> str:
    """A rate with its interval."""
    low, high = poisson(count, months)
    return f"{count / months:.2f} ({low:.2f} to {high:.2f})"


def _power_rows(size: int, first_seed: int) -> list[str]:
    """Losses one after the other, each in a channel of its own."""
    accounts, days = PLAN[size]
    delays: dict[str, list[float]] = {}
    for k in range(accounts):
        seed = first_seed + 1000 + k
        losses = planted(leaves_of(SIZES[size], seed), days, seed)
        watched = _watch(size, seed, days, losses, 2.0)
        for loss in losses:
            what = f"-{1 - loss.keeps:.0%} {loss.stage} of one " + ("segment" if loss.dimension else "channel")
            delays.setdefault(what, []).append(_delay(loss, watched.incidents))
    rows = []
    for what, found in sorted(delays.items()):
        shares = [share(sum(d <= within for d in found), len(found)) for within in _WITHIN]
        rows += [f"| {size:,} | {what} | {len(found)} | " + " | ".join(shares) + " |"]
        print(rows[-1], file=sys.stderr, flush=True)
    return rows


def planted(leaves: Leaves, days: int, seed: int) -> list[Loss]:
    """Half of one segment, and a fifth of a whole channel: of visits, and of orders alone; each kind in turn."""
    rng = np.random.default_rng([seed, 3])
    found: list[Loss] = []
    names = list(rng.permutation(leaves.channels))
    together = max(1, len(names) // 10)
    starts = [start for start in range(2, days - max(_WITHIN) - 1, 3) for _ in range(together)]
    for i, (name, start) in enumerate(zip(names, starts, strict=False)):
        loss = Loss(channel=str(name), start=HISTORY + start, keeps=0.8, stage="orders" if i // 2 % 2 else "visits")
        segments = [
            (dimension, value)
            for dimension, values in leaves.labels.items()
            for value in sorted(set(values))
            if 0.25 <= leaves.part(str(name), dimension, value) <= 0.6
        ]
        if i % 2 and segments:
            dimension, value = segments[int(rng.integers(len(segments)))]
            loss = replace(loss, keeps=0.5, dimension=dimension, value=value)
        found.append(loss)
    return found


def _delay(loss: Loss, incidents: Sequence[Incident]) -> float:
    """Days from the end of the first bad day to the first incident that names the channel's fall; infinite if none does."""
    start = datetime.combine(START + timedelta(days=loss.start), datetime.min.time(), UTC)
    own = [
        i.first_detected_at
        for i in incidents
        if i.first_detected_at >= start + timedelta(days=1)
        and any(
            f.key.channel == loss.channel
            and f.observed < f.expected
            and abs(f.start - start) <= timedelta(days=2)
            and f.shape is not Shape.MISSING
            for f in i.everything
        )
    ]
    return min(((at - start).days for at in own), default=float("inf"))


def _watch(size: int, seed: int, days: int, losses: Sequence[Loss], sensitivity: float) -> Watched:
    """Write one account and replay it; its incidents but those known at the start."""
    first = datetime.combine(START + timedelta(days=HISTORY), datetime.min.time(), UTC)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tables").mkdir()
        write(folder / "tables", SIZES[size], seed, START, HISTORY + days, losses)
        config = initialised([folder / "tables"], folder)
        text = config.read_text(encoding="utf-8")
        config.write_text(re.sub(r"sensitivity: \S+", f"sensitivity: {sensitivity:.4f}", text), encoding="utf-8")
        begun = time.perf_counter()
        app = open_app(config, throw_away=True)
        result = backtest.replay(app.watch, first + timedelta(days=1), first + timedelta(days=days + 1))
        app.close()
    incidents = tuple(i for i in result.incidents if not i.known_at_start)
    return Watched(series=result.series, incidents=incidents, seconds=time.perf_counter() - begun)


def line(incident: Incident) -> str:
    """One incident with its worst findings."""
    worst = "; ".join(
        f"{f.key} {f.shape} {f.start:%m-%d} {f.observed:.4g} for {f.expected:.4g} p={f.p_value:.1e}"
        for f in incident.findings[:3]
    )
    return f"{incident.first_detected_at:%m-%d} {incident.title} | {worst}"


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--size", type=int, choices=tuple(PLAN), action="append")
    arguments.add_argument("--seed", type=int, default=101)
    arguments.add_argument("--only", choices=PARTS, action="append")
    chosen = arguments.parse_args()
    print("\n".join(run(chosen.size or tuple(PLAN), chosen.seed, chosen.only or PARTS)))


if __name__ == "__main__":
    main()
