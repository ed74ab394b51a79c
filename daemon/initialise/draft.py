"""What is worked out about tables on the way to a configuration: plain values."""

from dataclasses import dataclass

from config.business import Channel, Kpi
from config.context import CalendarFile
from config.inputs import Check, Dimension
from config.sources import FilesSource
from daemon.initialise.profile import Profile
from detectors.cadence import Cadence
from detectors.panel import KpiType


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A column that holds a KPI. `channel`: this column's own; `role` None: the vocabulary does not know it."""

    column: str
    name: str
    role: str | None
    type: KpiType
    channel: str | None = None
    divide_by: float = 1.0
    is_money: bool = False  # by its name, where no role tells


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What each column of a table is for. `channels`: None in it = the whole business."""

    profile: Profile
    period: str
    period_format: str | None
    cadence: Cadence
    observed_at: str | None
    channel_column: str | None
    channels: tuple[str | None, ...]
    dimensions: dict[str, Dimension]
    measures: tuple[Measure, ...]
    unused: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A configuration before it is written. Comments are keyed by the check they stand above."""

    timezone: str
    currency: str
    currency_known: bool
    channels: dict[str, Channel]
    kpis: dict[str, Kpi]
    sources: dict[str, FilesSource]
    checks: dict[str, Check]
    comments: dict[str, tuple[str, ...]]
    calendar: tuple[CalendarFile, ...]
    calendar_comments: tuple[str, ...]
    notes: tuple[str, ...]
