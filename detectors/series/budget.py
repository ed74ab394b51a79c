"""Who may use up how much of the false alerts that people accept, and the threshold that follows for each series.

A weighted Bonferroni rule over the whole cycle (Genovese, Roeder and Wasserman, *Biometrika* 2006), parents before children: of
what one reader accepts in a month, totals may use one half and the segments below them the other; within a half each series gets
a part in proportion to its weight, and each of its periods the same p-value. As expectations add up whatever the series have
to do with each other, and as weights come from earlier periods alone, no more false findings are to be expected in a month than
were accepted, however many series there are. Weights leave the budget to those that can speak: the gates keep what is faint
from being told, so it does not need a part of its own.
"""

import numpy as np

from detectors.cadence import Cadence
from detectors.panel import Bools, Floats, KpiType, Panel

# A series that hardly passes the gates keeps this part of a full weight, so that nothing is ever out of sight.
_LEAST = 0.02
# Who watches a handful of series wants to hear less often of each than a long list would allow: no series takes more, but for
# what its own record tells (bursts.py). Other tails are extrapolated from what is usual, and those of few are not well known.
_MOST = 0.1
_DAYS = 28 / 30.44  # the newest part of a month that tells what is usual
_FEWEST = 4  # periods at least


def usual(panel: Panel, before: int) -> tuple[Floats, Floats]:
    """How much each series had lately, before a period: events (infinite where it counts none), and volume to compare parts by.

    Events are a count's values and a ratio's denominators; the volume is what adds up over segments: values, a ratio's
    numerators; NaN for levels, and where nothing is known.
    """
    window = slice(max(0, before - max(_FEWEST, round(panel.axis.cadence.periods_per_month * _DAYS))), max(before, 0))
    types = np.array([str(t) for t in panel.types])
    ratio, count = types == KpiType.RATIO, types == KpiType.COUNT
    values, exposure = panel.values[:, window], panel.exposure[:, window]
    mean, trials = _mean(values), _mean(exposure)
    events = np.where(ratio, trials, np.where(count, mean, np.inf))
    volume = np.where(ratio, _mean(values * exposure), np.abs(mean))
    return np.where(np.isfinite(events), events, np.inf), np.where(types == KpiType.LEVEL, np.nan, volume)


def weights(events: Floats, min_volume: Floats, part: Floats, min_change: Floats) -> Floats:
    """How much of a part each series needs, 0 to 1, by the gates that it must pass.

    part: what a segment makes of its channel (NaN: a total, or not known): what makes less of it than `min_change` cannot
    lose enough to be told.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        heard = np.fmin(1.0, events / min_volume) * np.fmin(1.0, part / min_change)
    weight: Floats = np.clip(np.where(np.isnan(heard), 1.0, heard) ** 2, _LEAST, 1.0)
    return weight


def claims(weight: Floats, segment: Bools, readers: Bools) -> Floats:
    """What each reader's totals and segments weigh together, [readers x 2]. readers: [readers x series] who hears of what."""
    halves = np.stack([np.where(segment, 0.0, weight), np.where(segment, weight, 0.0)])
    summed: Floats = readers.astype(np.float64) @ halves.T
    return summed


def parts(weight: Floats, segment: Bools, readers: Bools, claimed: Floats) -> Floats:
    """The part of the accepted false alerts that each series may use up, by what all checks claim together [readers x 2].

    Of what several readers hear the smallest part holds, so that the promise holds for each of them. A half that nobody
    claims is left to the other.
    """
    half = np.where((claimed > 0).all(axis=1), 0.5, 1.0)
    with np.errstate(divide="ignore"):
        each = np.where(claimed > 0, half[:, None] / claimed, np.inf)  # of a weight of 1
    own = np.where(readers, each[:, segment.astype(np.int64)], np.inf)
    smallest: Floats = weight * own.min(axis=0, initial=1.0)
    return smallest


def thresholds(part: Floats, cadence: Cadence, sensitivity: Floats, most: float = _MOST) -> Floats:
    """The p-values below which periods are news: a part (`most` at most) of `sensitivity` false alerts a month [series each]."""
    p_value: Floats = np.clip(np.minimum(part, most) * sensitivity / cadence.periods_per_month, 1e-12, 0.2)
    return p_value


def _mean(values: Floats) -> Floats:
    known = np.isfinite(values)
    count = known.sum(axis=1)
    mean: Floats = np.where(count > 0, np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
    return mean
