"""What sort of number each series is, and how noisy sampling alone makes it.

A count of 3 scatters by 1.7 whatever happens; a ratio of 9 clicks says next to nothing. This floor is known without
any history, so it is taken from the kind of number and never learned.
"""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Bools, Floats, Ints, KpiType, Panel
from detectors.series.middle import median


@dataclass(frozen=True, kw_only=True)
class Nature:
    """multiplies: the season and changes are factors (counts, amounts, ratios), else sums (levels).

    counted: a count, or a ratio whose numerator is one. trials [series x periods]: exposure / factor of such a ratio,
    1 for counts. bounded: a share of its exposure (binomial). precision [series x periods]: usual / present exposure of
    other ratios. born: index of the first period with something in it. unit: natural scale of levels.
    """

    values: Floats
    multiplies: Bools
    counted: Bools
    bounded: Bools
    trials: Floats
    precision: Floats
    born: Floats
    unit: Floats
    least: Floats

    def some(self, rows: Ints) -> "Nature":
        """The nature of the chosen series."""
        return Nature(**{name: array[rows] for name, array in vars(self).items()})


def nature(panel: Panel, first: int, resting: Bools | None = None) -> Nature:
    """Classify the series by what they showed before period `first`.

    resting [series x periods]: their timetable says so; nothing is known of such periods.
    """
    types = np.array([str(t) for t in panel.types])
    ratio, count = types == KpiType.RATIO, types == KpiType.COUNT
    multiplies = types != KpiType.LEVEL
    values = panel.values.copy()
    past = values[:, max(0, first - 180) : first]
    negative = (past < 0).any(axis=1)  # refunds, margins: no logarithm
    multiplies &= ~negative
    exposure = np.where(panel.exposure > 0, panel.exposure, np.nan)
    numerator = values * exposure / panel.factor[:, None]
    before = numerator[:, max(0, first - 180) : first]
    seen = np.isfinite(before)
    whole = np.abs(before - np.round(before)) <= 1e-6 * np.maximum(1.0, np.abs(before))
    counted = multiplies & (
        count | (ratio & (seen.sum(axis=1) > 0) & ((whole | ~seen).sum(axis=1) >= 0.95 * seen.shape[1]))
    )
    bounded = counted & ratio & (panel.factor == 1) & ~(before > exposure[:, max(0, first - 180) : first]).any(axis=1)
    trials = np.where((counted & ratio)[:, None], exposure / panel.factor[:, None], 1.0)
    usual = median(exposure[:, max(0, first - 56) : first])[:, None]
    precision = np.where((ratio & ~counted)[:, None], np.maximum(0.5, usual / exposure), 1.0)
    values[ratio[:, None] & np.isnan(exposure) & (values == 0)] = np.nan  # nothing happened: no ratio
    if resting is not None:
        values[resting] = np.nan
    started = np.where(multiplies[:, None] & ~ratio[:, None], values > 0, np.isfinite(values))
    born = np.where(started.any(axis=1), started.argmax(axis=1), values.shape[1]).astype(np.float64)
    values[np.arange(values.shape[1])[None, :] < born[:, None]] = np.nan
    typical = median(np.where(past > 0, past, np.nan))
    spread = median(np.abs(np.diff(past, axis=1)) if first > 1 else np.full_like(values[:, :1], np.nan))
    unit = np.where(
        multiplies,
        1.0,
        np.where(spread > 0, spread, np.maximum(1e-9, 0.01 * np.abs(np.nan_to_num(_middle_or_first(past, values))))),
    )
    least = np.where(
        counted, 0.05 / np.nan_to_num(median(trials[:, :first]), nan=1.0), 1e-3 * np.where(typical > 0, typical, 1.0)
    )
    return Nature(
        values=values,
        multiplies=multiplies,
        counted=counted,
        bounded=bounded,
        trials=np.nan_to_num(trials, nan=1.0),
        precision=np.nan_to_num(precision, nan=1.0),
        born=born,
        unit=unit,
        least=np.nan_to_num(least, nan=1e-9),
    )


def sampling(expected: Floats, trials: Floats, counted: Bools, bounded: Bools) -> Floats:
    """Relative variance that sampling alone gives: 1 / expected events, less the share of a binomial."""
    events = np.maximum(expected * trials, 1e-9)
    share = np.where(bounded, np.minimum(expected, 0.999), 0.0)
    return np.where(counted, (1.0 - share) / events, 0.0)


def _middle_or_first(past: Floats, values: Floats) -> Floats:
    """The median of the past, or the first value of what began later."""
    known = np.isfinite(values)
    first = values[np.arange(len(values)), known.argmax(axis=1)]
    middle = median(past)
    return np.where(np.isfinite(middle), middle, first)
