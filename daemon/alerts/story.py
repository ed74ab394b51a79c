"""What an alert is made from: the incident, what happened to it, and what people call the things in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from config.business import Channel, ChannelKind, Kpi
from config.settings import Settings
from daemon.alerts.alert import Alert, Link
from daemon.alerts.dates import DAY
from daemon.alerts.numbers import quantity
from daemon.alerts.titles import channel_title, kpi_title
from daemon.alerts.untrusted import clean
from daemon.model import Change, Incident
from daemon.transition import Why
from detectors.cadence import Cadence
from detectors.panel import KpiType, SeriesKey

# How people say a KPI's value.
Spoken = Callable[[str, float | None], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFace:
    """How a channel appears to people. `link` may hold {campaign} and other dimensions."""

    title: str
    kind: ChannelKind
    owner: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiFace:
    """How a KPI appears to people. `unit` "%" on a KPI kept as a fraction is shown as percent."""

    title: str
    type: KpiType
    unit: str = ""
    role: str | None = None
    pair: tuple[str, str] | None = None  # of a gap between two sources: the titles of what is compared

    @property
    def adds_up(self) -> bool:
        """Whether several channels may be summed, and a number says `a day`."""
        return self.type in (KpiType.COUNT, KpiType.AMOUNT)

    def scale(self, size: float | None) -> float:
        """100 when a percentage is kept as a fraction: a ratio always is, a level when its usual `size` says so."""
        if self.unit != "%":
            return 1.0
        return 100.0 if self.type is KpiType.RATIO or (size is not None and abs(size) <= 1.5) else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The recent periods of one series, oldest first; None = unknown."""

    starts: tuple[datetime, ...]
    observed: tuple[float | None, ...]
    expected: tuple[float | None, ...] = ()
    lower: tuple[float | None, ...] = ()
    upper: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything `compose` needs.

    data_to: end of the newest judged period. cadence: of the check of the first finding. reporting: for a KPI, the channels that report it (default: all), so that
    "all channels" is true. series: recent periods of what `scope.focus` chose; without them there is no chart. planned: the
    event whose lift is missing.
    """

    incident: Incident
    change: Change
    now: datetime
    zone: ZoneInfo
    currency: str
    data_to: datetime
    cadence: Cadence = DAY
    channels: Mapping[str, ChannelFace] = field(default_factory=dict)
    kpis: Mapping[str, KpiFace] = field(default_factory=dict)
    reporting: Mapping[str, frozenset[str]] = field(default_factory=dict)
    series: Mapping[SeriesKey, Series] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    previous: Alert | None = None
    reason: Why | None = None
    planned: str = ""

    def channel(self, name: str) -> ChannelFace:
        """The channel's face; one that the configuration does not name gets its name."""
        return self.channels.get(name) or ChannelFace(title=channel_title(name), kind=ChannelKind.PRODUCT)

    def kpi(self, name: str) -> KpiFace:
        """The KPI's face, likewise."""
        return self.kpis.get(name) or KpiFace(title=kpi_title(name), type=KpiType.LEVEL)


def channel_faces(settings: Settings) -> dict[str, ChannelFace]:
    """The faces of the configured channels."""
    return {name: _channel(name, channel) for name, channel in settings.channels.items()}


def kpi_faces(settings: Settings) -> dict[str, KpiFace]:
    """The faces of the configured KPIs; a KPI without a unit gets it from its type and parts."""
    return {
        name: KpiFace(
            title=clean(kpi.title) if kpi.title else kpi_title(name),
            type=kpi.type,
            unit=_unit(kpi, settings.kpis, settings.currency),
            role=kpi.role,
            pair=_pair(kpi, settings.kpis),
        )
        for name, kpi in settings.kpis.items()
    }


def spoken(settings: Settings) -> Spoken:
    """A function from a KPI's name and value to how people say it: `2.48 %`, `12,500 EUR`."""
    faces = kpi_faces(settings)

    def say(kpi: str, value: float | None) -> str:
        face = faces.get(kpi) or KpiFace(title=kpi, type=KpiType.COUNT)
        return quantity(None if value is None else value * face.scale(value), face.unit)

    return say


def _channel(name: str, channel: Channel) -> ChannelFace:
    return ChannelFace(
        title=clean(channel.title) if channel.title else channel_title(name),
        kind=channel.kind,
        owner=channel.owner,
        link=channel.link,
    )


def _pair(kpi: Kpi, kpis: Mapping[str, Kpi]) -> tuple[str, str] | None:
    if kpi.across is None or kpi.numerator is None or kpi.denominator is None:
        return None
    above, below = (clean(kpis[part].title or kpi_title(part)) for part in (kpi.numerator, kpi.denominator))
    return above, below


def _unit(kpi: Kpi, kpis: Mapping[str, Kpi], currency: str) -> str:
    if kpi.unit is not None:
        return kpi.unit
    if kpi.type is KpiType.AMOUNT:
        return currency
    if kpi.type is KpiType.LEVEL:
        return "%" if (kpi.role or "").endswith(("_rate", "_share")) else ""
    above, below = kpis.get(kpi.numerator or ""), kpis.get(kpi.denominator or "")
    if kpi.across is not None and above is not None and below is not None and above.type is below.type:
        return "%" if kpi.factor == 1 else ""
    if above is None or below is None or KpiType.AMOUNT is below.type:
        return ""
    if above.type is KpiType.AMOUNT:
        return currency
    return "%" if kpi.factor == 1 else ""
