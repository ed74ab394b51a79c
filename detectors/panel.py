"""A panel: many series of one cadence on one time axis. Bad input is refused here, once, for everyone."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from detectors.cadence import Cadence

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Instants = NDArray[np.datetime64]


class KpiType(StrEnum):
    """What kind of number a KPI is; it decides the noise model."""

    COUNT = "count"
    AMOUNT = "amount"
    RATIO = "ratio"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """Names one series: a KPI of a channel (None: the whole business) or of a segment below it.

    `check` is the check that delivers it; `segment` holds (dimension, value) pairs in order of dimension.
    """

    check: str
    channel: str | None
    kpi: str
    segment: tuple[tuple[str, str], ...] = ()

    @property
    def depth(self) -> int:
        """0 for the business, 1 for a channel, 2 for a segment."""
        return (0 if self.channel is None else 1) if not self.segment else 2

    def __str__(self) -> str:
        where = ", ".join(f"{d}={v}" for d, v in self.segment)
        return f"{self.channel or 'business'} {self.kpi}" + (f" [{where}]" if where else "")


@dataclass(frozen=True, slots=True)
class Axis:
    """The periods of a panel, oldest first, without holes.

    local: [periods] datetime64[s], the wall clock at which each period starts in the check's zone (weekdays, months).
    edges: [periods + 1] datetime64[s] in UTC; period i is the half-open interval [edges[i], edges[i + 1]).
    """

    cadence: Cadence
    local: Instants
    edges: Instants

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.local) + 1:
            raise ValueError(f"{len(self.local)} periods need {len(self.local) + 1} edges, got {len(self.edges)}")

    def __len__(self) -> int:
        return len(self.local)

    def start(self, period: int) -> datetime:
        """The UTC instant at which a period starts; `len(axis)` gives the end of the last one."""
        moment: datetime = self.edges[period].astype("datetime64[s]").astype(datetime)
        return moment.replace(tzinfo=UTC)

    def position(self, instant: datetime) -> int:
        """Index of the period that contains an aware instant (may lie outside 0 .. len - 1)."""
        moment = np.datetime64(instant.astimezone(UTC).replace(tzinfo=None), "s")
        return int(np.searchsorted(self.edges, moment, side="right")) - 1


@dataclass(frozen=True, kw_only=True)
class Panel:
    """values and exposure: [series x periods]; NaN = unknown.

    `exposure` is a ratio's denominator, NaN for other types. A ratio's value is factor * numerator / exposure, with
    `factor` [series] (1000 for CPM, else 1). `types` has one KpiType for each series.
    """

    axis: Axis
    keys: tuple[SeriesKey, ...]
    types: tuple[KpiType, ...]
    values: Floats
    exposure: Floats
    factor: Floats

    def __post_init__(self) -> None:
        shape = (len(self.keys), len(self.axis))
        if self.values.shape != shape or self.exposure.shape != shape:
            raise ValueError(f"values {self.values.shape} and exposure {self.exposure.shape} must be {shape}")
        if len(self.types) != shape[0] or self.factor.shape != shape[:1]:
            raise ValueError("one type and one factor for each series")
        if np.isinf(self.values).any() or np.isinf(self.exposure).any():
            raise ValueError("values must be finite or NaN")

    def rows(self, chosen: list[int]) -> "Panel":
        """The panel of the chosen series, in that order."""
        return Panel(
            axis=self.axis,
            keys=tuple(self.keys[i] for i in chosen),
            types=tuple(self.types[i] for i in chosen),
            values=self.values[chosen],
            exposure=self.exposure[chosen],
            factor=self.factor[chosen],
        )
