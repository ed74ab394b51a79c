"""Periods outside their expected range: a spike or dip, and what stays outside becomes a step."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt
from numpy.typing import NDArray

from detectors.finding import Shape
from detectors.panel import Floats
from detectors.series.evidence import Candidate, Evidence
from detectors.series.together import limits


@dataclass(frozen=True, kw_only=True)
class Spike:
    """Runs of periods on one side. `member` p-value makes a period part of a run; the threshold makes the run news."""

    share: Annotated[float, Gt(0)] = 0.4  # of the false-alarm budget
    member: Annotated[float, Gt(0)] = 0.01
    gap: Annotated[int, Ge(0)] = 1  # periods back in range that do not end a run
    step_from: Annotated[int, Ge(2)] = 3  # periods from which a run is called a step
    look_back: Annotated[int, Ge(1)] = 60

    def needed(self, seen: Evidence, begin: int) -> Floats:
        """[series x periods from `begin` on] the p-values below which a single period is news."""
        limit = np.where(seen.direction != 0, 2.0, 1.0) * self.share * seen.threshold
        stake = seen.stake[:, begin:]
        p_value = np.where(seen.open & seen.right_side, seen.p_value, np.nan)[:, begin:]
        return limits(p_value / stake, limit, seen.place) * stake

    def candidates(self, seen: Evidence) -> list[Candidate]:
        """Report runs that touch the judged periods and hold a period beyond the threshold."""
        begin = max(seen.origin, seen.first - self.look_back)
        p_value = np.where(seen.open & seen.right_side, seen.p_value, np.nan)[:, begin:]
        beyond = p_value < self.needed(seen, begin)
        found = []
        for row in np.flatnonzero(beyond.any(axis=1)):
            p, z = seen.p_value[row, begin:], seen.z[row, begin:]
            for sign in (1, -1):
                member = ((p < self.member) | beyond[row]) & (np.sign(z) == sign) & seen.open[row, begin:]
                for start, end in runs(member, np.isfinite(p), self.gap):
                    run = slice(start, end + 1)
                    if end + begin < seen.first or not (beyond[row, run] & member[run]).any():
                        continue
                    news = p[run][member[run]]
                    last = end + begin
                    going_on = not np.isfinite(p[end + 1 :]).any()
                    shape = (
                        (Shape.SPIKE if sign > 0 else Shape.DIP)
                        if len(news) < self.step_from
                        else (Shape.STEP_UP if sign > 0 else Shape.STEP_DOWN)
                    )
                    found.append(
                        Candidate(int(row), shape, start + begin, None if going_on else last + 1, float(news.min()))
                    )
        return found


def runs(member: NDArray[np.bool_], known: NDArray[np.bool_], gap: int) -> list[tuple[int, int]]:
    """First and last index of each run; unknown periods and up to `gap` known ones in a row do not part it."""
    runs: list[tuple[int, int]] = []
    misses = 0
    for i in np.flatnonzero(known | member):
        if member[i]:
            if runs and misses <= gap:
                runs[-1] = (runs[-1][0], int(i))
            else:
                runs.append((int(i), int(i)))
            misses = 0
        else:
            misses += 1
    return runs
