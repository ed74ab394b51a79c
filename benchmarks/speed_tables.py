"""Tables of any number of series as Parquet: channels, campaigns, five figures a row, weekly and daily seasons."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Five columns and the six ratios that `init` makes of them.
_KPIS = 11
_LEAVES_OF_A_CHANNEL = 90
_LEAVES_OF_ONE_FIGURE = 199
_LAST = np.datetime64("2025-12-31", "h")
# Periods after the end that can be asked for.
_MORE = 2


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a table is. `figures`: five, or one in each row, so that there are more rows for as many series."""

    series: int
    periods: int
    hourly: bool = False
    figures: int = 5

    @property
    def channels(self) -> int:
        """How many channels."""
        return max(1, round(self.series / (self._kpis * (self._most_leaves + 1))))

    @property
    def leaves(self) -> int:
        """How many campaigns in each channel."""
        return max(1, round(self.series / self.channels / self._kpis) - 1)

    @property
    def step(self) -> timedelta:
        """One period."""
        return timedelta(hours=1) if self.hourly else timedelta(days=1)

    @property
    def due(self) -> datetime:
        """When the last of `periods` is due."""
        last: datetime = (_LAST - np.timedelta64(24, "h")).astype(datetime)
        return last.replace(tzinfo=UTC) + (timedelta(minutes=30) if self.hourly else timedelta(hours=9))

    @property
    def _kpis(self) -> int:
        return _KPIS if self.figures > 1 else 1

    @property
    def _most_leaves(self) -> int:
        return _LEAVES_OF_A_CHANNEL if self.figures > 1 else _LEAVES_OF_ONE_FIGURE


def write(path: Path, size: Size, *, more: int = 0, seed: int = 1) -> None:
    """Write the table, with up to two periods more than `size` says; what was there before stays as it was."""
    import duckdb

    unit = "h" if size.hourly else "D"
    end = (_LAST - np.timedelta64(24, "h")).astype(f"datetime64[{unit}]")
    periods = end + np.arange(-size.periods, _MORE)
    leaves = size.channels * size.leaves
    given = {
        "moment": np.repeat(periods, leaves).astype("datetime64[us]"),
        "number": np.tile(np.arange(leaves), len(periods)),
        **_figures(periods.astype("datetime64[h]").astype(np.int64), leaves, size.hourly, seed),
    }
    rows = (size.periods + more) * leaves
    given = {name: array[:rows] for name, array in given.items()}
    when = "moment" if size.hourly else "CAST(moment AS DATE)"
    named = f"'channel_' || number // {size.leaves} AS channel, 'campaign_' || number AS campaign"
    figures = ", ".join(list(given)[2 : 2 + size.figures])
    with duckdb.connect() as connection:
        connection.register("given", given)
        connection.execute("SET threads = 1")
        connection.execute(f"COPY (SELECT {when} AS date, {named}, {figures} FROM given) TO '{path}' (FORMAT parquet)")


def _figures(hours: Ints, leaves: int, hourly: bool, seed: int) -> dict[str, Floats | Ints]:
    """Visits, orders, revenue, cost and clicks of all leaves, period by period. hours: since 1970, of each period."""
    chance = np.random.default_rng(seed)
    size = np.exp(chance.normal(5.0, 1.0, leaves))
    week = np.exp(0.25 * chance.normal(size=(7, leaves)))
    growth = 0.0003 * chance.normal(size=leaves)
    usual = size * week[hours // 24 % 7] * np.exp(growth * ((hours - hours[0]) / 24)[:, None])
    if hourly:
        usual *= (1.0 + 0.8 * np.sin((hours % 24 - 9) * np.pi / 12))[:, None]
    busy = usual * chance.gamma(100.0, 0.01, usual.shape)
    sessions = chance.poisson(busy)
    orders = chance.binomial(sessions, 0.04)
    figures = {
        "sessions": sessions,
        "orders": orders,
        "revenue": np.round(orders * chance.gamma(20.0, 3.0, usual.shape), 2),
        "cost": np.round(busy * chance.gamma(50.0, 0.01, usual.shape), 2),
        "clicks": chance.poisson(2.0 * busy),
    }
    return {name: figure.ravel() for name, figure in figures.items()}
