"""Figures that fill up for days, replayed as they could be seen: false incidents, real drops, and what is taken back.

Each generated account is replayed twice: as its conversions became known, and as if all had been known at once. An
incident of a quiet account that only the first replay has is the doing of immature periods.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.intervals import poisson, share
from benchmarks.late_accounts import CHANNELS, FAMILIES, HISTORY, START, WATCHED, Account, Drop, Shortfall, write
from benchmarks.replayed import replay
from benchmarks.results import headline

SEEDS = (41, 42)
_PARTS = (0.25, 0.4, 0.6)
# Drops begin so many days after the first look, and so many days lie between them.
_FIRST, _APART = 24, 12
# How far the periods of one trouble may lie apart in the two replays, in days.
_NEAR = 3


@dataclass(kw_only=True)
class Found:
    """What the replays of some accounts gave. delays: days from a drop's first look to its incident, None: never."""

    weeks: float = 0.0
    immature: list[str] = field(default_factory=list)
    at_once: int = 0
    delays: list[tuple[float, int, int | None, int | None]] = field(default_factory=list)  # part, days, late, at once
    wrongly_retracted: int = 0
    errors: int = 0
    told_errors: int = 0
    retracted: int = 0


def run(seeds: Sequence[int] = SEEDS, families: Sequence[str] = tuple(FAMILIES)) -> list[str]:
    """The measures over all families, and a table by family."""
    total, rows = Found(), []
    for family in families:
        own = Found()
        for seed in seeds:
            _quiet(Account(seed=seed, family=family), own)
            _dropping(_with_drops(seed, family), own)
            _corrected(_with_errors(seed, family), own)
        rows.append(_row(family, own))
        _add(total, own)
    low, high = poisson(len(total.immature), total.weeks)
    lines = [
        "## Late and restated data",
        "",
        headline(
            "incidents caused by immature periods, per account-week",
            "0",
            f"{len(total.immature) / total.weeks:.2f} ({low:.2f} to {high:.2f})",
        ),
        headline(
            "drops of 25 to 60 % in figures that fill up, found at age 1 day",
            "as if known at once",
            f"{share(sum(d[2] == 0 for d in total.delays), len(total.delays))}, at once "
            f"{share(sum(d[3] == 0 for d in total.delays), len(total.delays))}",
        ),
        headline(
            "passing errors of the source told, and taken back once it corrected them",
            "all told ones",
            f"{share(total.retracted, total.told_errors)}; of {total.errors} {total.told_errors} told",
        ),
        headline("real drops taken back", "0", f"{total.wrongly_retracted} of {len(total.delays)}"),
        "",
        f"{len(seeds)} accounts a family and kind, {WATCHED // 7} weeks each; in brackets the same with all figures known at once.",
        "",
        "| lags | weeks | immature | false at once | -25 %, day 1 | -40 %, day 1 | -60 %, day 1 | within 3 days | retracted |",
        "|---|---|---|---|---|---|---|---|---|",
        *rows,
        "",
    ]
    return lines + [f"- {words}" for words in total.immature]


def _row(family: str, own: Found) -> str:
    cells = []
    for part in _PARTS:
        some = [d for d in own.delays if d[0] == part]
        cells.append(f"{sum(d[2] == 0 for d in some)} ({sum(d[3] == 0 for d in some)}) of {len(some)}")
    soon = [
        sum(delay is not None and delay <= 2 for delay in delays)
        for delays in zip(*(d[2:] for d in own.delays), strict=True)
    ]
    return (
        f"| {family} | {own.weeks:.0f} | {len(own.immature)} | {own.at_once} | {' | '.join(cells)} | "
        f"{soon[0]} ({soon[1]}) of {len(own.delays)} | {own.retracted} of {own.told_errors} |"
    )


def _add(total: Found, own: Found) -> None:
    for name, value in vars(own).items():
        setattr(total, name, getattr(total, name) + value)


def _replayed(account: Account, *, at_once: bool) -> list[dict[str, Any]]:
    first = START + timedelta(days=HISTORY)
    with tempfile.TemporaryDirectory() as folder:
        table = write(account, Path(folder), at_once=at_once)
        answer, _ = replay([table], first, first + timedelta(days=WATCHED))
    incidents: list[dict[str, Any]] = answer["incidents"]
    return incidents


def _quiet(account: Account, found: Found) -> None:
    late, at_once = _replayed(account, at_once=False), _replayed(account, at_once=True)
    found.weeks += WATCHED / 7
    found.at_once += len(at_once)
    for incident in late:
        if not any(_same(incident, other) for other in at_once):
            found.immature.append(
                f"{account.family} {account.seed}: {incident['first_detected_at'][:10]} {incident['title']}"
            )


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two incidents tell of the same channel's trouble at the same time."""
    days = [date.fromisoformat(i["started_at"][:10]) for i in (one, other)]
    places = [{f["channel"] for f in i["findings"]} for i in (one, other)]
    return abs((days[0] - days[1]).days) <= _NEAR and bool(places[0] & places[1])


def _with_drops(seed: int, family: str) -> Account:
    rng = np.random.default_rng([seed, 7])
    starts = range(HISTORY + _FIRST, HISTORY + WATCHED - 6, _APART)
    return Account(
        seed=seed + 1000,
        family=family,
        drops=tuple(
            Drop(
                channel=str(rng.choice(list(CHANNELS))),
                start=start + int(rng.integers(3)),
                days=int(rng.choice([1, 4])),
                part=_PARTS[(k + seed) % len(_PARTS)],
            )
            for k, start in enumerate(starts)
        ),
    )


def _dropping(account: Account, found: Found) -> None:
    late, at_once = _replayed(account, at_once=False), _replayed(account, at_once=True)
    for drop in account.drops:
        told = [_told(incidents, drop.channel, drop.start, drop.days) for incidents in (late, at_once)]
        delays = [_delay(incident, drop.start) for incident in told]
        found.delays.append((drop.part, drop.days, delays[0], delays[1]))
        found.wrongly_retracted += told[0] is not None and told[0]["status"] == "retracted"


def _told(incidents: list[dict[str, Any]], channel: str, start: int, days: int) -> dict[str, Any] | None:
    """The first incident with a fall of a conversion figure of the channel in these days."""
    begin, end = (START + timedelta(days=d) for d in (start, start + days))
    for incident in sorted(incidents, key=lambda i: str(i["first_detected_at"])):
        for finding in incident["findings"]:
            since = date.fromisoformat(finding["start"][:10])
            until = date.fromisoformat((finding["end"] or "2100-01-01")[:10])
            place = finding["channel"] in (channel, None)
            seen = date.fromisoformat(incident["first_detected_at"][:10])
            falls = finding["observed"] < finding["expected"]
            if place and falls and since < end and until > begin and seen > begin:
                return incident
    return None


def _delay(incident: dict[str, Any] | None, start: int) -> int | None:
    if incident is None:
        return None
    seen = date.fromisoformat(incident["first_detected_at"][:10])
    return (seen - (START + timedelta(days=start + 1))).days


def _with_errors(seed: int, family: str) -> Account:
    rng = np.random.default_rng([seed, 8])
    days = range(HISTORY + _FIRST, HISTORY + WATCHED - 8, _APART)
    return Account(
        seed=seed + 2000,
        family=family,
        shortfalls=tuple(
            Shortfall(channel=str(rng.choice(list(CHANNELS)[:2])), day=day, looks=2, part=0.7) for day in days
        ),
    )


def _corrected(account: Account, found: Found) -> None:
    incidents = _replayed(account, at_once=False)
    for short in account.shortfalls:
        found.errors += 1
        told = _told(incidents, short.channel, short.day, 1)
        if told is not None:
            found.told_errors += 1
            found.retracted += told["status"] == "retracted"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--families", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    wanted = parser.parse_args()
    print("\n".join(run(wanted.seeds, wanted.families)))


if __name__ == "__main__":
    main()
