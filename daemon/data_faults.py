"""Data problems beyond their usual lateness, as findings: what someone must act on is an incident with a data cause."""

from collections.abc import Mapping, Sequence

import numpy as np

from daemon.judging import View
from daemon.sources.problems import DataProblem
from detectors.finding import Finding, Shape
from detectors.panel import Floats

# A data fault is seen, not inferred: this stands where a p-value is asked for.
_CERTAIN = 1e-12

_SHAPE: Mapping[str, Shape] = {
    "late": Shape.MISSING,
    "missing": Shape.MISSING,
    "partial": Shape.MISSING,
    "duplicate": Shape.DUPLICATE,
    "frozen": Shape.FLATLINE,
    "restated": Shape.RESTATED,
}
# The KPI that stands for a table whose data are at fault: what people ask for first.
_MAIN_ROLES = (
    "backoffice_revenue",
    "revenue",
    "store_revenue",
    "call_revenue",
    "backoffice_orders",
    "orders",
    "leads",
    "bookings",
    "sessions",
    "calls",
    "footfall",
    "sent",
    "spend",
    "clicks",
    "impressions",
)


def fault_findings(problems: Sequence[DataProblem], views: Mapping[str, View]) -> list[Finding]:
    """One finding for each channel (or the business) of each overdue problem, on its main KPI."""
    return [
        finding
        for problem in problems
        if problem.overdue and problem.check in views and problem.periods
        for finding in _findings(problem, views[problem.check])
    ]


def _findings(problem: DataProblem, view: View) -> list[Finding]:
    axis = view.snapshot.panel.axis
    channels = (
        [problem.channel]
        if problem.channel is not None
        else list(dict.fromkeys(k.channel for k in view.snapshot.panel.keys if not k.segment))
    )
    start = max(axis.position(problem.since), 0)
    end = len(axis) if problem.until is None else min(axis.position(problem.until), len(axis))
    found = []
    for channel in channels:
        rows = [i for i, k in enumerate(view.snapshot.panel.keys) if k.channel == channel and not k.segment]
        if not rows or end <= start:
            continue
        row = min(rows, key=lambda i: _rank(view.snapshot.roles[i]))
        expected, lower, upper = (
            _mean(x[row]) for x in (view.expectation.expected, view.expectation.lower, view.expectation.upper)
        )
        found.append(
            Finding(
                key=view.snapshot.panel.keys[row],
                shape=_SHAPE[problem.kind],
                start=problem.since,
                end=problem.until,
                expected=expected,
                lower=lower,
                upper=upper,
                observed=_mean(view.snapshot.reported[row, start:end]),
                p_value=_CERTAIN,
            )
        )
    return found


def _rank(role: str) -> int:
    return _MAIN_ROLES.index(role) if role in _MAIN_ROLES else len(_MAIN_ROLES)


def _mean(values: Floats) -> float:
    """Mean of the newest known values: an expectation of a period without data is that of those before it."""
    known = values[np.isfinite(values)][-7:]
    return float(known.mean()) if len(known) else 0.0
