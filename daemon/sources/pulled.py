"""What databases and APIs are asked for, and what they answer: rows of a window of time, to be kept as observations."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from detectors.cadence import Cadence

Cell = str | int | float | bool | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The periods that start in [since, until): aware instants, on the wall clock of the check's zone."""

    since: datetime
    until: datetime
    zone: ZoneInfo
    cadence: Cadence


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a source says against its own answer: sampled, cut, thresholded. Told as a data problem of the check."""

    kind: Literal["partial", "late"]
    detail: str


@dataclass(frozen=True, kw_only=True)
class Rows:
    """An answer. `rows` may be read once, and may ask for more while it is read; `notices` are complete at its end.

    Reading raises SourceUnavailable (later it may work) or SourceRejected (somebody must change something).
    """

    columns: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]
    notices: list[Notice] = field(default_factory=list)
