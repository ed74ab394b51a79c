"""How often a KPI is reported, and the season that comes with it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Unit(StrEnum):
    """The calendar unit of a cadence."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


# Units of which a day has several.
INTRADAY = (Unit.MINUTE, Unit.HOUR)
# Periods per season: the shortest cycle that marketing data repeat at each cadence.
_SEASON = {Unit.HOUR: 168, Unit.DAY: 7, Unit.WEEK: 52, Unit.MONTH: 12, Unit.QUARTER: 4, Unit.YEAR: 1}
_PER_MONTH = {
    Unit.MINUTE: 43_830.0,
    Unit.HOUR: 730.5,
    Unit.DAY: 30.44,
    Unit.WEEK: 4.348,
    Unit.MONTH: 1.0,
    Unit.QUARTER: 1 / 3,
    Unit.YEAR: 1 / 12,
}


@dataclass(frozen=True, slots=True)
class Cadence:
    """One period's length: `count` units (only minutes are ever counted in more than one)."""

    unit: Unit
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `day`, `week`, `hour` or `15 minutes`.

        Raises:
            ValueError: the text names no cadence.
        """
        number, _, word = text.strip().rpartition(" ")
        try:
            cadence = cls(Unit(word.rstrip("s")), int(number or 1))
        except ValueError:
            raise ValueError(f"{text!r} is no cadence: write day, week, month, hour or e.g. 15 minutes") from None
        if cadence.count < 1 or (cadence.count > 1 and cadence.unit is not Unit.MINUTE):
            raise ValueError(f"{text!r} is no cadence: only minutes can be counted, e.g. 15 minutes")
        return cadence

    def __str__(self) -> str:
        return self.unit if self.count == 1 else f"{self.count} {self.unit}s"

    @property
    def season(self) -> int:
        """Periods in one season: 7 for days, 52 for weeks, 168 for hours, one week of minutes."""
        if self.unit is Unit.MINUTE:
            return max(1, 7 * 1440 // self.count)
        return _SEASON[self.unit]

    @property
    def periods_per_month(self) -> float:
        """Mean number of periods in a calendar month, the unit in which false alerts are promised."""
        return _PER_MONTH[self.unit] / self.count
