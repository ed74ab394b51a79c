"""How often does this series see such an hour? Rises of hours by the series' own record, with return periods.

Prices of an auction jump and mentions of a brand come in bursts: hours far above the expectation hang together, and their
sizes have heavier tails than errors that fit the rest. So what is rare is told by peaks over a threshold: hours above it that
lie close are one burst, its peak is its size, and sizes are Pareto, of an index that the series' own bursts tell (Hill,
*Annals of Statistics* 1975). A gamma prior for the index makes the chance of a larger one a Lomax of the logarithm, which
knows how few bursts it was learned from; and nothing is rarer than it was. What was told counts as well: a burst that
comes each week is no rarer for it.
Sizes are in usual hours of the series: three times a night is no burst.
"""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Lt

from detectors.finding import Shape
from detectors.panel import Floats
from detectors.series.evidence import Candidate, Evidence
from detectors.series.middle import median
from detectors.series.spike import runs

# Days at the beginning of the record that do not count: levels are still guesses.
_GUESSES = 3
# A record of weeks knows what comes once in so many days.
_MONTH = 30


@dataclass(frozen=True, kw_only=True)
class Bursts:
    """Peaks over the quantile `above` of the series' own past, as rare as the budget asks."""

    share: Annotated[float, Gt(0)] = 0.35  # of the false-alarm budget
    day: Annotated[int, Ge(1)] = 24  # periods; what lies further apart is two bursts
    above: Annotated[float, Gt(0), Lt(1)] = 0.95
    # Before it knows its own, a series begins with so many bursts of such a tail (1 / Pareto index).
    prior: Annotated[float, Gt(0)] = 4.0
    tail: Annotated[float, Gt(0)] = 0.5
    step_from: Annotated[int, Ge(2)] = 3  # periods from which a burst is called a step

    def judged(self, candidates: list[Candidate], seen: Evidence) -> list[Candidate]:
        """Bursts that reach into the judged periods, and the candidates: last the rises of single hours that are usual."""
        rates = self._rates(seen)
        most = 1.0 / (_MONTH * self.day)

        def is_usual(one: Candidate) -> bool:
            known = rates[one.row, one.start : one.stop]
            known = known[~np.isnan(known)]
            is_rise = one.shape in (Shape.SPIKE, Shape.STEP_UP) and not one.summed
            return is_rise and len(known) > 0 and bool(known.min() > most)

        usual = [replace(one, usual=True) for one in candidates if is_usual(one)]
        return [*self._rare(rates, seen), *(one for one in candidates if not is_usual(one)), *usual]

    def _rare(self, rates: Floats, seen: Evidence) -> list[Candidate]:
        """Bursts that come less often than is accepted."""
        limit = np.where(seen.direction >= 0, self.share * seen.bursts, 0.0)[:, None] * seen.stake
        over, news = (np.isfinite(rates) & seen.open), (rates < limit) & seen.open
        found = []
        for row in np.flatnonzero(news[:, seen.first :].any(axis=1)):
            known = np.isfinite(seen.z[row])
            for start, end in runs(over[row], known, gap=1):
                burst = slice(start, end + 1)
                if end >= seen.first and news[row, burst].any():
                    stop = end + 1 if known[end + 1 :].any() else None
                    shape = Shape.SPIKE if int(over[row, burst].sum()) < self.step_from else Shape.STEP_UP
                    found.append(Candidate(int(row), shape, start, stop, float(np.nanmin(rates[row, burst]))))
        return found

    def _rates(self, seen: Evidence) -> Floats:
        """How often bursts at least as large begin [series x periods], a period; infinite: no burst; NaN: nothing is known."""
        size = _sizes(seen)
        known = np.isfinite(size)
        size[np.cumsum(known, axis=1) <= _GUESSES * self.day] = np.nan
        told = (seen.since >= 0)[:, None] & (np.arange(size.shape[1]) >= seen.since[:, None])
        usual = np.where(np.isfinite(seen.parts.observed) & ~told, size, np.nan)[:, : seen.first]
        rates = np.full(size.shape, np.nan)
        for row in np.flatnonzero(np.isfinite(usual).any(axis=1)):
            threshold = float(np.nanquantile(usual[row], self.above))
            if threshold > 0:
                rates[row] = self.rates(size[row], threshold)
        return rates

    def rates(self, size: Floats, threshold: float) -> Floats:
        """The same of one series, by the bursts before each."""
        rates = np.where(np.isfinite(size), np.inf, np.nan)
        over = np.flatnonzero(size > threshold)
        if not len(over):
            return rates
        begins = np.diff(over, prepend=-1 - self.day) > self.day
        before = np.cumsum(begins) - 1
        logs = np.log(size[over] / threshold)
        peaks = np.maximum.reduceat(logs, np.flatnonzero(begins))
        watched = np.cumsum(np.isfinite(size))[over[begins]][before]
        often = (before + 0.5) / watched  # Jeffreys' prior of a rate
        larger = 1.0 + logs / (self.prior * self.tail + np.r_[0.0, np.cumsum(peaks)][before])
        earlier = np.arange(len(peaks)) < before[:, None]
        seen = ((peaks >= logs[:, None]) & earlier).sum(axis=1) / watched
        rates[over] = np.maximum(often * larger ** -(self.prior + before), seen)
        return rates


def _sizes(seen: Evidence) -> Floats:
    """What came beyond the expectation, in usual hours of the series; of levels in their unit."""
    parts = seen.parts
    times = parts.multiplies[:, None]
    size = np.where(times, parts.whole / parts.level - parts.shape, parts.whole - parts.level - parts.shape)
    size = size * parts.weight / median(parts.weight[:, : seen.first])[:, None]  # a ratio of few tells of few
    return np.where(np.isfinite(size), size, np.nan)
