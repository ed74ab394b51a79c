"""What detectors see of a panel: expectations, errors and p-values; and what they answer."""

from dataclasses import dataclass, fields

import numpy as np

from detectors.finding import Shape
from detectors.panel import Bools, Floats, Ints
from detectors.series.occasions import Occasions
from detectors.series.regularity import Rhythms


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What sums over several periods are made of, [series x periods] unless said otherwise; NaN: unknown, or no part of it.

    level: the level that the past expects at each period, without the season; shape: the season, a factor on it or, where
    nothing multiplies [series], a term; sigma: expected scale of the relative error (of the difference); weight: what
    a value counts for in a sum: the trials of a ratio. whole: observed with past incidents. counted [series]: sums are counts
    of events.
    """

    observed: Floats
    whole: Floats
    level: Floats
    shape: Floats
    sigma: Floats
    weight: Floats
    multiplies: Bools
    counted: Bools

    def since(self, begin: int) -> "Parts":
        """Those from period `begin` on."""
        newest = {f.name: getattr(self, f.name) for f in fields(self)}
        return Parts(**{name: a[:, begin:] if a.ndim == 2 else a for name, a in newest.items()})


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All [series x periods] unless said otherwise; NaN = unknown or not judged.

    z: error in calibrated sigmas (a normal's scale); lasting: the same without what cannot be part of a lasting
    change; stake: part of a period's accepted false alarms that this look may use up; share: part of each innovation
    that entered the level; centre: expectation; bare: observed without the season, in sigmas; open: periods that may
    be reported. threshold, bursts (that of the series' own record), direction [series]; since [series]: first period
    of the incident that is open, or negative. rhythms, runs [series]: how it comes and goes, and that it does not.
    change: log factor against what would be without known events. partly: how far a known lasting change of a part of
    the series may move it (relative), 0 elsewhere. whole, adds_up, good_up [series]: no segment; a count or amount;
    its rise is good news. place [series]: its channel.
    occasions: the known events, where they are told apart. parts: what sums over several periods are made of.
    """

    first: int
    origin: int
    observed: Floats
    bare: Floats
    centre: Floats
    z: Floats
    lasting: Floats
    p_value: Floats
    stake: Floats
    sigma: Floats
    share: Floats
    learned: Bools
    open: Bools
    breaks: Bools
    since: Ints
    threshold: Floats
    bursts: Floats
    direction: Floats
    rhythms: Rhythms
    runs: Bools
    change: Floats
    partly: Floats
    whole: Bools
    adds_up: Bools
    good_up: Bools
    place: Ints
    occasions: Occasions | None
    parts: Parts

    @property
    def right_side(self) -> Bools:
        """[series x periods] whether an error lies on the side that is asked for."""
        side: Bools = (self.direction[:, None] == 0) | (np.sign(self.z) == self.direction[:, None])
        return side


@dataclass(frozen=True, slots=True)
class Candidate:
    """Periods [start, stop) of a row that look wrong; `stop` None: going on.
    base: the level at its start judges. summed: they were looked at as one sum, and have its volume.
    spread: log factor up to which the expectation is uncertain by itself, where its interval does not tell it.
    usual: the series sees such periods often, so that it is no news.
    """

    row: int
    shape: Shape
    start: int
    stop: int | None
    p_value: float
    base: bool = False
    spread: float | None = None
    summed: bool = False
    usual: bool = False
