"""Days of the month that are unlike the others: month ends, paydays. Only where half a year of forecasts shows it.

Month ends may also be less steady than other days, once up and once down: what is left of a budget is spent, or saved.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from detectors.cadence import Unit
from detectors.panel import Axis, Bools, Floats, Ints

# Days that are told apart: the first and last ones, and those on which people are often paid.
_FIRST, _LAST, _PAY = 3, 3, (15, 25, 26, 27, 28)
# Days of a month end, over which budgets are brought to what they should be; errors beyond so many sigmas count as so many.
_CLOSING, _MOST = 5, 4.0


@dataclass(frozen=True, kw_only=True)
class MonthDays:
    """When a day of the month is believed to be different."""

    months: Annotated[int, Ge(3)] = 6  # that must have shown it
    sure: Annotated[float, Gt(0)] = 3.5  # sigmas of the mean of those months
    steady_months: Annotated[float, Gt(0)] = 2.0  # ordinary month ends that count beside those seen

    def effects(self, change: Floats, sigma: Floats, axis: Axis, first: int) -> tuple[Floats, Bools]:
        """[series x periods] log factors of such days, 0 elsewhere, each learned from earlier months alone; and the days
        from before they were believed, whose errors say nothing about others.

        change: log factors of past forecasts, NaN where they teach nothing. first: the first period that is judged.
        """
        found, unlike = np.zeros(change.shape), np.zeros(change.shape, dtype=np.bool_)
        if axis.cadence.unit is not Unit.DAY:
            return found, unlike
        kinds = _kinds(axis)
        for kind in np.unique(kinds[kinds > 0]):
            days = np.flatnonzero(kinds == kind)
            effect = self._learned(change[:, days], sigma[:, days])
            believed = (effect[:, days <= first] != 0).any(axis=1)
            found[:, days], unlike[:, days] = effect, believed[:, None] & (effect == 0)
        return found, unlike

    def unsteadiness(self, change: Floats, sigma: Floats, axis: Axis) -> Floats:
        """[series x periods] how many times wider errors are on month ends, from 1; learned from earlier months alone."""
        wider = np.ones(change.shape)
        if axis.cadence.unit is not Unit.DAY:
            return wider
        days = axis.local.astype("datetime64[D]")
        month = days.astype("datetime64[M]")
        closing = ((month + 1).astype("datetime64[D]") - days).astype(np.int64) <= _CLOSING
        square = np.square(np.clip(change / sigma, -_MOST, _MOST))
        total = number = np.full(len(change), self.steady_months)
        for one in np.unique(month[closing]):
            columns = np.flatnonzero(closing & (month == one))
            wider[:, columns] = np.sqrt(np.maximum(total / number, 1.0))[:, None]
            known = np.isfinite(square[:, columns])
            seen = known.any(axis=1)
            mean = np.where(known, square[:, columns], 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
            total = total + np.where(seen, mean, 0.0)
            number = number + seen
        return wider

    def _learned(self, change: Floats, sigma: Floats) -> Floats:
        """The effect that the months before each one show."""
        known = np.isfinite(change) & np.isfinite(sigma)
        value = np.where(known, change, 0.0)
        number, total, square, noise = (
            _before(part) for part in (known.astype(np.float64), value, value**2, np.where(known, sigma**2, 0.0))
        )
        at_least = np.maximum(number, 1.0)
        mean = total / at_least
        spread = np.maximum(square / at_least - mean**2, noise / at_least)
        certainty = np.abs(mean) * np.sqrt(number / np.maximum(spread, 1e-12))
        believed = (number >= self.months) & (certainty >= self.sure)
        effect: Floats = np.where(believed, mean * (1.0 - 1.0 / np.maximum(certainty, 1.0) ** 2), 0.0)
        return effect


def _before(values: Floats) -> Floats:
    """Sums over the columns before each one."""
    total: Floats = np.cumsum(values, axis=1) - values
    return total


def _kinds(axis: Axis) -> Ints:
    """Each day's kind by a number, 0 for ordinary ones."""
    days = axis.local.astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    number = (days - month.astype("datetime64[D]")).astype(np.int64) + 1
    left = ((month + 1).astype("datetime64[D]") - days).astype(np.int64)
    kinds = np.where((number <= _FIRST) | np.isin(number, _PAY), number, 0)
    return np.asarray(np.where(left <= _LAST, 100 + left, kinds), dtype=np.int64)
