"""Data problems beyond their usual lateness, as findings: what someone must act on is an incident with a data cause."""

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np

from config.settings import Settings
from daemon.judging import View
from daemon.sources.health import DataProblem
from detectors.finding import Finding, Shape

# A data fault is seen, not inferred: this stands where a p-value is asked for.
_CERTAIN = 1e-12

_SHAPE: Mapping[str, Shape] = {
    "late": Shape.MISSING, "missing": Shape.MISSING, "partial": Shape.MISSING, "duplicate": Shape.DUPLICATE,
    "frozen": Shape.FLATLINE, "restated": Shape.RESTATED,
}
# The KPI that stands for a table whose data are at fault: what people ask for first.
_MAIN_ROLES = ("backoffice_revenue", "revenue", "store_revenue", "call_revenue", "backoffice_orders", "orders", "leads",
               "bookings", "sessions", "calls", "footfall", "sent", "spend", "clicks", "impressions")


def fault_findings(problems: Sequence[DataProblem], views: Mapping[str, View], settings: Settings) -> list[Finding]:
    """One finding for each channel (or the business) of each overdue problem, on its main KPI."""
    return [finding for problem in problems if problem.overdue and problem.check in views and problem.periods
            for finding in _findings(problem, views[problem.check], settings)]


def _findings(problem: DataProblem, view: View, settings: Settings) -> list[Finding]:
    panel, axis = view.panel, view.snapshot.panel.axis
    channels = [problem.channel] if problem.channel is not None else list(dict.fromkeys(
        k.channel for k in panel.keys if not k.segment))
    starts = sorted(problem.starts)
    first, last = axis.position(starts[0]), axis.position(starts[-1])
    found = []
    for channel in channels:
        rows = [i for i, k in enumerate(panel.keys) if k.channel == channel and not k.segment]
        if not rows:
            continue
        row = min(rows, key=lambda i: _rank(view.roles[i]))
        window = slice(first, min(last + 1, len(panel.axis)))
        expected = _mean(view.expectation.expected[row, window])
        found.append(Finding(
            key=panel.keys[row], shape=_SHAPE[problem.kind], start=starts[0],
            end=None if last + 1 >= len(axis) else axis.start(last + 1),
            observed=problem.ratio * expected, expected=expected,
            lower=_mean(view.expectation.lower[row, window]), upper=_mean(view.expectation.upper[row, window]),
            p_value=_CERTAIN))
    return found


def _rank(role: str) -> int:
    return _MAIN_ROLES.index(role) if role in _MAIN_ROLES else len(_MAIN_ROLES)


def _mean(values: np.ndarray) -> float:  # type: ignore[type-arg]
    known = float(np.nanmean(values)) if np.isfinite(values).any() else 0.0
    return known if isfinite(known) else 0.0
