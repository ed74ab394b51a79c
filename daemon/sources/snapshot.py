"""A check's series as they could be seen at one instant."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from daemon.calendar import KnownEvent
from daemon.calendar_masks import masks
from daemon.sources.problems import DataProblem
from detectors.panel import Bools, Floats, Panel
from detectors.series.development import Step
from detectors.series.known import Masks


@dataclass(frozen=True, kw_only=True)
class LeafTable:
    """The finest segments of one KPI, for localisation.

    channels: [leaves] ("" for the whole business); values: for each dimension the leaves' values.
    top, bottom: [leaves x periods], or [leaves] when summed: the KPI's sums above and below the line. `bottom` is None
    for counts and amounts; a ratio is factor * top / bottom, a level top / bottom. NaN = unknown.
    """

    channels: NDArray[np.str_]
    dimensions: tuple[str, ...]
    values: tuple[NDArray[np.str_], ...]
    top: Floats
    bottom: Floats | None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What was known at `now`: never later rows, never later corrections.

    roles: [series] role of each series' KPI. problems: what is wrong with the data.
    untrusted: [series x periods] late, missing, partial, repeated or damaged; these values are NaN in the panel.
    reported: [series x periods] what the table says, also where it cannot be trusted. looks: how often the source was looked at
    so far, 0 where nobody knows. development: the steps by which the newest periods grew, from their first look on.
    """

    check: str
    now: datetime
    zone: ZoneInfo
    panel: Panel
    roles: tuple[str, ...]
    problems: tuple[DataProblem, ...]
    untrusted: Bools
    reported: Floats
    looks: int
    development: Callable[[], Iterator[Step]]
    leaf_table: Callable[[str, str | None], LeafTable]

    def leaves(self, kpi: str, channel: str | None, start: int, end: int) -> LeafTable:
        """The finest segments of a KPI summed over the panel's periods start .. end - 1; unknown periods are left out.

        channel: None for all channels of the check.
        """
        table = self.leaf_table(kpi, channel)
        bottom = None if table.bottom is None else _total(table.bottom[:, start:end])
        return LeafTable(
            channels=table.channels,
            dimensions=table.dimensions,
            values=table.values,
            top=_total(table.top[:, start:end]),
            bottom=bottom,
        )

    def has_values(self, period: int) -> bool:
        """Whether any series has a value in a period."""
        return bool(~np.isnan(self.panel.values[:, period]).all())

    def calendar(self, events: Sequence[KnownEvent], closing: Collection[str] = ()) -> Masks:
        """What known events say about these series. closing: channels that a public holiday may close."""
        return masks(events, self.panel, closing)


def _total(values: Floats) -> Floats:
    known = ~np.isnan(values)
    total: Floats = np.where(known.any(axis=1), np.where(known, values, 0.0).sum(axis=1), np.nan)
    return total
