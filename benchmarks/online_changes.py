"""Annotated changes of level, told as they happen: through `init` and `backtest`, one period after another.

Months keep their dates; all other series (years, no dates, odd steps) run as days, a point a day. A change counts as
reported when an incident is first told from 5 points before it (annotators differ by as much) to 7 after. A false report
is an incident that was neither told in that time of any annotator's change nor dated within 5 points of one.
"""

import csv
import json
import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.intervals import bootstrap, rate, wilson
from benchmarks.replayed import kept, replay
from benchmarks.results import headline

_MARGIN, _WITHIN = 5, 7
# So many points must have been seen before a series is judged at all.
_HISTORY = 28
_FIRST_DAY = date(2018, 1, 1)
_CHANCE_DRAWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One series. changes, reported: pairs of an annotator and a change after enough history, and those told in time."""

    name: str
    points: int
    changes: int
    reported: int
    chance: float
    early: int
    reports: int
    false: int


def run(data: Path, at_once: int = 2, keep: Path | None = None) -> list[str]:
    """The share of changes reported in time and the false reports, with each series below."""
    folder = data / "tcpd"
    annotations = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
    with ThreadPoolExecutor(at_once) as pool:
        found = list(
            pool.map(partial(_told, annotations=annotations, keep=keep), sorted((folder / "series").glob("*.json")))
        )
    false, points = [t.false for t in found], [t.points / 100 for t in found]
    low, high = rate(false, points)
    chance = sum(t.chance for t in found) / max(sum(t.changes for t in found), 1)
    return [
        "## Annotated changes, told as they happen (TCPD)",
        "",
        headline(
            "Annotated changes reported within 7 periods of onset",
            "as many as can be",
            f"{_share(found)}; by chance {chance:.2f}",
        ),
        headline(
            "False reports of a change per 100 periods",
            "as few as can be",
            f"{sum(false) / sum(points):.2f} ({low:.2f} to {high:.2f}), {sum(false)} in all",
        ),
        "",
        f"Counted for each annotator; {sum(t.early for t in found)} changes lie before judging begins ({_HISTORY} periods).",
        "",
        "| series | periods | changes (over annotators) | reported | reports | false |",
        "|---|---|---|---|---|---|",
        *(f"| {t.name} | {t.points} | {t.changes} | {t.reported} | {t.reports} | {t.false} |" for t in found),
        "",
    ]


def _told(file: Path, annotations: dict[str, dict[str, list[int]]], keep: Path | None) -> Told:
    series = json.loads(file.read_text(encoding="utf-8"))
    values = series["series"][0]["raw"]
    days = _days(series["time"], len(values))
    answer, _ = kept(keep and keep / file.name, lambda: _replayed(file.stem, days, values))
    incidents = [(bisect_left(days, _day(i["first_detected_at"])) - 1, _dated(days, i)) for i in answer["incidents"]]
    truth = [list(points) for points in annotations[file.stem].values()]
    judged = [c for points in truth for c in points if c >= _HISTORY]
    reported = sum(any(_in_time(told, c) for told, _ in incidents) for c in judged)
    return Told(
        name=file.stem,
        points=len(values),
        changes=len(judged),
        reported=reported,
        chance=len(judged) * _chance([told for told, _ in incidents], len(values)),
        early=sum(len(points) for points in truth) - len(judged),
        reports=len(incidents),
        false=sum(
            not any(_in_time(told, c) or abs(dated - c) <= _MARGIN for points in truth for c in points)
            for told, dated in incidents
        ),
    )


def _replayed(name: str, days: Sequence[date], values: Sequence[float | None]) -> tuple[dict[str, Any], float]:
    with TemporaryDirectory() as folder:
        table = Path(folder) / f"{name}.csv"
        with table.open("w", newline="", encoding="utf-8") as out:
            rows = csv.writer(out)
            rows.writerow(("date", "value"))
            rows.writerows((day, "" if value is None else value) for day, value in zip(days, values, strict=True))
        return replay([table], days[0], days[-1] + (days[-1] - days[-2]) + timedelta(days=2))


def _days(time: dict[str, Any], points: int) -> list[date]:
    if time.get("format") == "%Y-%m":
        return [date.fromisoformat(f"{month}-01") for month in time["raw"]]
    return [_FIRST_DAY + timedelta(days=i) for i in range(points)]


def _in_time(told: int, change: int) -> bool:
    return change - _MARGIN <= told <= change + _WITHIN


def _dated(days: Sequence[date], incident: dict[str, Any]) -> int:
    return bisect_right(days, _day(incident["started_at"])) - 1


def _chance(told: Sequence[int], points: int) -> float:
    """The probability that a change at a random place would be reported."""
    rng = random.Random(1)
    places = [rng.randint(min(_HISTORY, points - 1), points - 1) for _ in range(_CHANCE_DRAWS)]
    return sum(any(_in_time(t, place) for t in told) for place in places) / _CHANCE_DRAWS


def _share(found: Sequence[Told]) -> str:
    def share(some: Sequence[Told]) -> float:
        return sum(t.reported for t in some) / max(sum(t.changes for t in some), 1)

    low, high = bootstrap(share, found)
    hits, of = sum(t.reported for t in found), sum(t.changes for t in found)
    by_wilson = "{:.2f} to {:.2f}".format(*wilson(hits, of))
    return f"{hits} of {of} = {share(found):.2f} ({low:.2f} to {high:.2f}; as independent changes {by_wilson})"


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date()
