"""A value that repeats, or a count stuck at zero, where that is improbable."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from detectors.finding import Shape
from detectors.panel import Bools, Floats
from detectors.series.evidence import Candidate, Evidence

# Counts below this are equal by chance.
_FEW = 10.0


@dataclass(frozen=True, kw_only=True)
class Flatline:
    """`repeats` equal values in a row, or `zeros` zeros, up to the newest period."""

    share: Annotated[float, Gt(0)] = 0.05  # of the false-alarm budget
    repeats: Annotated[int, Ge(2)] = 3
    zeros: Annotated[int, Ge(2)] = 2
    longer: Annotated[float, Gt(1)] = 2.0  # times its longest pause, before the rest of what comes and goes is news
    told: Annotated[float, Gt(1)] = 4.0  # times its longest pause, after which it has simply stopped

    def candidates(self, seen: Evidence) -> list[Candidate]:
        """Report runs of equal values that end at the newest known period."""
        observed = seen.observed
        n = observed.shape[1]
        limit = self.share * seen.threshold
        found = []
        for row in np.flatnonzero(_ends_flat(observed, seen.first)):
            values = observed[row]
            known = np.flatnonzero(np.isfinite(values))
            last = known[-1]
            differs = np.flatnonzero(values[known] != values[last])
            start = int(known[differs[-1] + 1]) if len(differs) else int(known[0])
            run = known[known >= start]
            before = values[known[known < start]][-180:]
            if last < seen.first or len(before) < 14 or (seen.runs[row] and not seen.open[row, last]):
                continue
            zero = bool(values[last] == 0)
            if not seen.runs[row]:
                p = self._long_pause(seen, int(row), len(run)) if zero else 1.0
                if p < limit[row] and seen.direction[row] <= 0:
                    found.append(Candidate(int(row), Shape.FLATLINE, start, None, p))
                continue
            if len(run) < (self.zeros if zero else self.repeats):
                continue
            if zero:
                same = (np.sum(before == 0) + 0.5) / (len(before) + 1.0)
                p = float(np.prod(np.fmin(1.0, np.nan_to_num(seen.p_value[row, run], nan=1.0)))) if same < 0.05 else 1.0
                p = max(p, float(same ** len(run)) * 1e-3)
            else:
                same = (np.sum(before[1:] == before[:-1]) + 1.0) / (len(before) + 1.0)
                same = 1.0 if _is_set(float(values[last])) else max(same, _same_by_chance(float(values[last])))
                p = float(same ** (len(run) - 1))
            if p < limit[row] and (not zero or seen.direction[row] <= 0):
                found.append(
                    Candidate(
                        int(row),
                        Shape.FLATLINE,
                        start,
                        None if last == n - 1 or not np.isfinite(values[last + 1 :]).any() else int(last) + 1,
                        p,
                    )
                )
        return found

    def _long_pause(self, seen: Evidence, row: int, length: int) -> float:
        """How improbable so long a pause is for a series that comes and goes: geometric beyond the longest so far."""
        longest, pauses = int(seen.rhythms.longest_pause[row]), int(seen.rhythms.pauses[row])
        if pauses < 3 or not self.longer * longest < length <= self.told * longest + self.zeros:
            return 1.0
        return float(np.exp(-(length - longest) / max(1.0, longest / np.log(pauses + 1.0))) / (pauses + 1.0))


def _same_by_chance(value: float) -> float:
    """How often two small counts are equal: of a Poisson with such a mean, about 1 / (2 sqrt(pi mean))."""
    few = 0 < value < _FEW and value == round(value)
    return 1.0 / (2.0 * float(np.sqrt(np.pi * value))) if few else 0.0


def _is_set(value: float) -> bool:
    """Whether somebody seems to have set the value (a budget of 750 a day that is spent to the last cent): round numbers say it."""
    return (value >= _FEW * 10 and float(f"{value:.1e}") == value) or (value >= _FEW and value % 50 == 0)


def _ends_flat(observed: Floats, first: int) -> Bools:
    """Rows whose newest two known values are equal (cheap screen over all series)."""
    n = observed.shape[1]
    tail = observed[:, max(0, min(first, n - 1) - 7) :]
    known = np.isfinite(tail)
    order = np.where(known, np.arange(tail.shape[1]), -1)
    newest = order.max(axis=1)
    second = np.where(order < newest[:, None], order, -1).max(axis=1)
    rows = np.arange(len(tail))
    return np.asarray((second >= 0) & (tail[rows, np.maximum(newest, 0)] == tail[rows, np.maximum(second, 0)]))
