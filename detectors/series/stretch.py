"""Lasting changes of hours, seen in sums: what came in the last 2, 3, 4 ... 72 hours against what should have come.

An hour holds few events, an evening many. Each sum is compared with the level as it was when its first hour began, so
that a level which follows the series cannot absorb the change meanwhile. Busy hours weigh more because more is
expected in them. How far such sums stray by themselves (hours hang together, levels wander) the series' own past sums
of the same length tell, drawn towards those of the panel: scan statistics with a learned variance.
"""

from dataclasses import dataclass, field
from typing import Annotated, Self

import numpy as np
from annotated_types import Ge, Gt

from detectors.finding import Shape
from detectors.panel import Bools, Floats
from detectors.series.calibrate import Calibration, blend, count_p_values
from detectors.series.evidence import Candidate, Evidence, Parts
from detectors.series.middle import median
from detectors.series.tails import Learning, learn, p_values

# A sum holds this much of its usual volume, or nothing is said of it.
_ENOUGH = 0.6
# Hours count as at most so many sigmas, so that one of them is no lasting change.
_MOST = 3.5


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Sums over the newest `lengths` periods."""

    share: Annotated[float, Gt(0)] = 0.35  # of the false-alarm budget
    lengths: tuple[int, ...] = (2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72)
    lengths_tried: Annotated[float, Ge(1)] = 4.0  # independent ones that they amount to
    prior: Annotated[float, Gt(0)] = 6.0  # stretches of the series' own past that weigh as much as the panel's
    lean: Annotated[float, Gt(0)] = 0.4  # part of the change that the newest third must still show
    calibration: Calibration = field(default_factory=Calibration)
    # Sums overlap: neighbours tell the same.
    learning: Learning = field(
        default_factory=lambda: Learning(degrees=30.0, degrees_spread=0.03, trust=0.5, scale=1.0)
    )

    @classmethod
    def by_the_hour(cls, periods: int) -> Self:
        """The lengths in hours, of so many periods each."""
        hours = cls()
        return cls(lengths=tuple(periods * h for h in hours.lengths))

    def candidates(self, seen: Evidence) -> list[Candidate]:
        """Report changes under way at a judged period."""
        begin = min(seen.origin, seen.first)  # older periods have no genuine expectation
        parts, judged = seen.parts.since(begin), seen.first - begin
        sums = _Sums.of(parts, judged)
        limit = np.where(seen.direction != 0, 2.0, 1.0) * self.share * seen.threshold
        best = np.full(seen.open[:, seen.first :].shape, np.inf)
        length, sign = np.zeros(best.shape, dtype=np.int64), np.zeros(best.shape)
        for hours in self.lengths:
            if judged < 4 * hours:
                break  # the past holds too few such sums to tell how they scatter
            change, p = self._judged(sums, parts, hours, judged)
            p = p * self.lengths_tried
            still = _still(sums, hours, change, self.lean)[:, judged:]
            better = (p < best) & still
            best, length = np.where(better, p, best), np.where(better, hours, length)
            sign = np.where(better, np.sign(change[:, judged:]), sign)
        news = (best < limit[:, None]) & seen.open[:, seen.first :]
        found = []
        for row in np.flatnonzero(news.any(axis=1)):
            t = int(np.flatnonzero(news[row])[-1])
            until, hours = t + seen.first, int(length[row, t])
            start = begin + _beginning(parts, int(row), t + judged, hours)
            shape = Shape.STEP_UP if sign[row, t] > 0 else Shape.STEP_DOWN
            going_on = not np.isfinite(seen.z[row, until + 1 :]).any()
            stop = None if going_on else until + 1
            least = float(best[row][news[row] & (sign[row] == sign[row, t])].min())
            found.append(Candidate(int(row), shape, start, stop, least, base=True, summed=True))
        return found

    def _judged(self, sums: "_Sums", parts: Parts, hours: int, first: int) -> tuple[Floats, Floats]:
        """The change of the sum that ends at each period, and its p-value at the judged ones."""
        change, variance, events = sums.last(hours)
        # Sums of what multiplies lean upwards; their cube roots, here to second order, hardly do (Wilson and Hilferty, PNAS 1931).
        even = change - np.where(parts.multiplies[:, None], np.minimum(change, 1.5) ** 2 / 3.0, 0.0)
        z = even / np.sqrt(variance)
        past = z[:, hours : first - hours]
        few = parts.counted & (median(events) < hours * self.calibration.small_count)
        group = parts.multiplies + 2.0 * parts.counted + 4.0 * few
        wider = _unsteadiness(past, group, hours, self.prior)
        z = z / np.sqrt(wider)[:, None]
        told = (past / np.sqrt(wider)[:, None])[:, :: max(1, hours // 4)]
        tail = learn(told, np.stack([group, np.zeros_like(group)], axis=1).astype(np.int64), self.learning)
        judged = slice(first, None)
        p = p_values(z[:, judged], tail)
        events = events[:, judged]
        small = parts.counted[:, None] & (events < self.calibration.large_count) & (p < 0.1) & np.isfinite(events)
        if small.any():
            relative = (variance * wider[:, None])[:, judged][small]
            exact = count_p_values(((1.0 + change[:, judged]) * events)[small], events[small], relative)
            p[small] = blend(exact, p[small], events[small], self.calibration)
        return change, np.where(np.isfinite(p), p, np.inf)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Running sums, [series x periods + 1]: observed and usual (by a level of one), its variance, and what is usual with what is unknown."""

    observed: Floats
    usual: Floats
    variance: Floats
    whole: Floats
    level: Floats
    times: Bools

    @classmethod
    def of(cls, parts: Parts, first: int) -> "_Sums":
        """Sums over time; the level is a middle (far hours teach it little), so the past tells how far means lie from it."""
        times = parts.multiplies[:, None]
        scale = parts.level
        known = np.isfinite(parts.observed) & np.isfinite(parts.level) & np.isfinite(parts.sigma)
        centre = np.where(times, parts.level * parts.shape, parts.level + parts.shape)
        reach = _MOST * parts.sigma * np.where(times, centre, 1.0)
        near = np.clip(parts.observed, centre - reach, centre + reach)
        # Each value counts by what it can tell: counts by their events, the others by their noise.
        weight = np.where(
            parts.counted[:, None], parts.weight, 1.0 / (parts.sigma**2 * np.where(times, parts.shape, 1.0))
        )
        usual = np.where(times, parts.shape, 1.0) * weight
        noise = usual * parts.sigma
        value = np.where(times, near, near - parts.shape) * weight
        seen, due = (np.where(known, a, 0.0)[:, :first].sum(axis=1) for a in (value, usual * scale))
        mean = np.where(
            parts.multiplies,
            seen / np.maximum(due, 1e-12),
            (seen - due) / np.maximum(np.where(known, usual, 0.0)[:, :first].sum(axis=1), 1e-12),
        )[:, None]
        mean = np.where(known[:, :first].any(axis=1, keepdims=True), mean, times.astype(np.float64))
        return cls(
            observed=_run(value, known),
            usual=_run(usual, known),
            variance=_run(noise**2, known),
            whole=_run(usual, np.isfinite(usual)),
            level=np.where(times, parts.level * mean, parts.level + mean),
            times=parts.multiplies,
        )

    def last(self, hours: int) -> tuple[Floats, Floats, Floats]:
        """For the `hours` up to each period: relative change (or difference), its variance, and what was expected."""
        observed, usual, variance, whole = (
            _over(a, hours) for a in (self.observed, self.usual, self.variance, self.whole)
        )
        level = np.full(self.level.shape, np.nan)
        level[:, hours - 1 :] = self.level[:, : self.level.shape[1] - hours + 1]
        safe = np.where(usual > _ENOUGH * whole, usual, np.nan)
        change = observed / safe
        change = np.where(self.times[:, None], change / level - 1.0, change - level)
        return change, variance / safe**2, level * safe


def _run(values: Floats, known: Bools) -> Floats:
    """Running sum of what is known, from 0 on."""
    return np.cumsum(np.pad(np.where(known, values, 0.0), ((0, 0), (1, 0))), axis=1)


def _over(running: Floats, hours: int) -> Floats:
    """Sums of the newest so many periods, NaN where there are not as many."""
    sums = np.full((len(running), running.shape[1] - 1), np.nan)
    sums[:, hours - 1 :] = running[:, hours:] - running[:, :-hours]
    return sums


def _unsteadiness(past: Floats, group: Floats, hours: int, prior: float) -> Floats:
    """How much wider the sums of each series scatter than independent hours would, squared."""
    known = np.isfinite(past)
    square = np.where(known, np.minimum(np.nan_to_num(past) ** 2, 25.0), 0.0)
    count = known.sum(axis=1)
    own = square.sum(axis=1) / np.maximum(count, 1)
    wider = np.ones(len(past))
    for g in np.unique(group):
        rows = group == g
        pool = square[rows].sum() / max(count[rows].sum(), 1) if count[rows].any() else 2.0
        stretches = count[rows] / hours
        wider[rows] = (stretches * own[rows] + prior * pool) / (stretches + prior)
    floored: Floats = np.maximum(wider, 0.5)
    return floored


def _still(sums: _Sums, hours: int, change: Floats, lean: float) -> Bools:
    """Whether the newest third of the hours still shows it."""
    newest = max(2, hours // 3)
    if newest >= hours:
        return np.ones(change.shape, dtype=np.bool_)
    usual, observed = _over(sums.usual, newest), _over(sums.observed, newest)
    level = np.full(sums.level.shape, np.nan)
    level[:, hours - 1 :] = sums.level[:, : sums.level.shape[1] - hours + 1]
    part = observed / np.where(usual > 0, usual, np.nan)
    part = np.where(sums.times[:, None], part / level - 1.0, part - level)
    still: Bools = part * np.sign(change) > lean * np.abs(change)
    return still


def _beginning(parts: Parts, row: int, until: int, hours: int) -> int:
    """The likeliest first period of a change by so much as the last `hours` show, looked for half as far again."""
    first = max(0, until - hours - hours // 2 + 1)
    span = slice(first, until + 1)
    level, shape = parts.level[row, until - hours + 1], parts.shape[row, span]
    multiplies = bool(parts.multiplies[row])
    error = (
        parts.observed[row, span] / (level * shape) - 1.0 if multiplies else parts.observed[row, span] - level - shape
    )
    told = np.where(np.isfinite(error) & np.isfinite(parts.sigma[row, span]), 1.0 / parts.sigma[row, span] ** 2, 0.0)
    error = np.clip(np.nan_to_num(error), -_MOST * parts.sigma[row, span], _MOST * parts.sigma[row, span])
    newest = slice(len(error) - hours, None)
    size = float((told * error)[newest].sum() / max(told[newest].sum(), 1e-12))
    gain = np.nan_to_num(told * size * (error - size / 2.0))
    return first + int(np.argmax(np.cumsum(gain[::-1])[::-1]))
