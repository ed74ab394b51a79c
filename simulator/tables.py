"""A reported table: periods x cells, one array per column."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from simulator.chance import Array
from simulator.world import Cells, Mask


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table as it stands when everything has arrived; NaN means that a measure does not apply."""

    name: str
    period: str
    """Name of the period column: date or week_start."""
    periods: tuple[date, ...]
    cells: Cells
    columns: Mapping[str, Array]
    present: Mask
    """Where a row exists."""
    ready_days: int = 1
    """Days from a period's start until the first pull that has it."""
    maturing: Mapping[str, Array] | None = None
    """Columns that grow for weeks, with the mean delay in days of each cell."""
    restated: frozenset[str] = frozenset()
    """Columns that web analytics restates for some days."""
    seen_at: Mapping[int, float] = field(default_factory=dict)
    """Share of the restated columns that a pull of an age sees; all of them later."""

    def age(self, row: int, pull: date) -> int:
        """Return how many pulls have had the chance to see a period, 0 if none."""
        return max(0, (pull - self.periods[row]).days - self.ready_days + 1)

    def first_row(self, pull: date, window: int) -> int:
        """Return the oldest row that a pull still looks at."""
        oldest = pull - timedelta(days=window)
        return next((row for row, day in enumerate(self.periods) if day >= oldest), len(self.periods))


DECIMALS: Mapping[str, int] = {
    "spend": 2,
    "revenue": 2,
    "avg_wait_s": 1,
    "avg_position": 2,
    "p75_load_ms": 0,
    "error_rate": 5,
    "payment_success_rate": 4,
    "crash_rate": 5,
    "grps": 1,
}
"""Decimals in the files; every other column is a whole number."""
