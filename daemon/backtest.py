"""Replays history through the real cycle, with a throw-away state, never looking ahead."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from daemon import answers
from daemon.alerts.alert import Alert
from daemon.cycle import run_cycle
from daemon.errors import SourceUnavailable
from daemon.judging import View
from daemon.model import Incident
from daemon.periods import ticks
from daemon.store import incidents as stored
from daemon.store import judged
from daemon.watch import Watch
from detectors.pace import FIRST_PERIODS

_COLUMNS = ("channel", "kpi", "segment", "period", "now", "observed", "expected", "lower", "upper", "p_value")


@dataclass(kw_only=True)
class Replay:
    """What a backtest found: incidents as they stand at the end, and how much was judged."""

    cycles: int = 0
    incidents: list[Incident] = field(default_factory=list)
    series: int = 0
    channel_series: int = 0
    alerts: list[Alert] = field(default_factory=list)


def replay(
    watch: Watch,
    start: datetime,
    end: datetime,
    *,
    expectations: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Replay:
    """Run one cycle for each moment in [start, end) at which a check has a period to judge.

    Raises:
        SourceError: a table cannot be read.
    """
    result = Replay()
    moments = list(ticks(watch.settings, start, end))
    with _writer(expectations) as write:
        for i, (now, checks) in enumerate(moments):
            due = watch.with_unjudged_periods(checks, now)
            if due:
                before = _judged_until(watch)
                report = run_cycle(watch, due, now)
                for reason in report.unreadable.values():
                    raise SourceUnavailable(reason)
                result.alerts += [alert for alert, _ in report.alerts]
                result.cycles += len(due)
                for check in due:
                    write(watch.views[check], before.get(check), now)
            progress(i + 1, len(moments))
    with watch.store.reading() as connection:
        result.incidents = sorted(stored.recent(connection), key=lambda i: (i.first_detected_at, i.id))
    keys = [k for view in watch.views.values() for k in view.panel.keys]
    result.series, result.channel_series = len(keys), sum(k.depth < 2 for k in keys)
    return result


def answer(result: Replay, watch: Watch) -> dict[str, Any]:
    """The JSON of `backtest`. What was already off at first sight stands apart: it was never sent one by one."""

    def of(known_at_start: bool) -> list[dict[str, Any]]:
        return [
            answers.incident(i, watch.zone, causes_at_open=True)
            for i in result.incidents
            if i.known_at_start is known_at_start
        ]

    return {
        "cycles": result.cycles,
        "series": result.series,
        "channel_series": result.channel_series,
        "incidents": of(known_at_start=False),
        "known_at_start": of(known_at_start=True),
    }


def _judged_until(watch: Watch) -> dict[str, datetime]:
    with watch.store.reading() as connection:
        return judged.last_of_all(connection)


@contextmanager
def _writer(path: Path | None) -> Iterator[Callable[[View, datetime | None, datetime], None]]:
    """Gives a function that writes one row per judged period; it does nothing when there is no file."""
    if path is None:
        yield lambda _view, _since, _now: None
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        yield lambda view, since, now: rows.writerows(_rows(view, since, now))


def _rows(view: View, since: datetime | None, now: datetime) -> Iterator[tuple[Any, ...]]:
    """The periods that this cycle judged first; a KPI that settles later is behind by as much."""
    axis, of = view.panel.axis, view.expectation
    first = axis.position(since) if since else max(len(axis) - FIRST_PERIODS, 0)
    older = len(axis) - of.p_value.shape[1]
    known = np.isfinite(of.p_value) & np.isfinite(view.panel.values[:, older:])
    for row, key in enumerate(view.panel.keys):
        segment = ";".join(f"{d}={v}" for d, v in key.segment)
        behind = int(view.settle[row])
        for period in range(max(first - behind, older), len(axis) - behind):
            newest = period - older
            if known[row, newest]:
                yield (
                    key.channel or "",
                    key.kpi,
                    segment,
                    str(axis.local[period])[:16].removesuffix("T00:00"),
                    now.isoformat(),
                    float(view.panel.values[row, period]),
                    *(round(float(x[row, newest]), 6) for x in (of.expected, of.lower, of.upper)),
                    float(of.p_value[row, newest]),
                )
