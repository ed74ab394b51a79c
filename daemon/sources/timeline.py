"""Wall clock to periods and back: floors, counts, and the UTC edges of periods in a zone.

Every local day has 24 hours here. The hour that the clock skips in spring has no length (its two edges are equal); the
hour that it repeats in autumn is one period of two hours. So a weekly season is always 168 hours, as the data have it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.inputs import Check
from config.settings import Settings
from detectors.cadence import Cadence, Unit
from detectors.panel import Axis, Instants

Indices = NDArray[np.int64]

_SECONDS = {Unit.MINUTE: 60, Unit.HOUR: 3600, Unit.DAY: 86_400, Unit.WEEK: 604_800}
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
# 1970-01-01, where datetime64 counts from, was a Thursday.
_EPOCH_WEEKDAY = 3


def zone_of(check: Check, settings: Settings) -> ZoneInfo:
    """The zone in which a check's periods start and end: its own, else its channel's, else that of the configuration."""
    channel = settings.channels.get(check.channel) if check.channel else None
    return ZoneInfo(check.timezone or (channel.timezone if channel else None) or settings.timezone)


def week_start(local: Instants) -> int:
    """The weekday (0 = Monday) on which most of the periods start: the data's own first day of the week."""
    if not len(local):
        return 0
    days = (local.astype("datetime64[D]").astype(np.int64) + _EPOCH_WEEKDAY) % 7
    return int(np.bincount(days, minlength=7).argmax())


def number(local: Instants, cadence: Cadence, weekday: int = 0) -> Indices:
    """The running number of the period that holds each wall-clock time; neighbours differ by one."""
    if cadence.unit in _MONTHS:
        return local.astype("datetime64[M]").astype(np.int64) // _MONTHS[cadence.unit]
    return (local.astype("datetime64[s]").astype(np.int64) - _origin(cadence, weekday)) // (
        _SECONDS[cadence.unit] * cadence.count
    )


def start(numbers: Indices, cadence: Cadence, weekday: int = 0) -> Instants:
    """The wall-clock time at which each period starts."""
    if cadence.unit in _MONTHS:
        return (numbers * _MONTHS[cadence.unit]).astype("datetime64[M]").astype("datetime64[s]")
    return (numbers * (_SECONDS[cadence.unit] * cadence.count) + _origin(cadence, weekday)).astype("datetime64[s]")


def _origin(cadence: Cadence, weekday: int) -> int:
    """Seconds from 1970 to the start of period 0: weeks start on their own weekday."""
    return ((weekday - _EPOCH_WEEKDAY) % 7) * 86_400 if cadence.unit is Unit.WEEK else 0


def to_utc(local: Instants, zone: ZoneInfo) -> Instants:
    """Wall clock to UTC; of a repeated hour the first, and a skipped time as if the clock had not been changed yet."""
    return _converted(local, lambda t: t.replace(tzinfo=zone).astimezone(UTC))


def to_local(instants: Instants, zone: ZoneInfo) -> Instants:
    """UTC to the wall clock."""
    return _converted(instants, lambda t: t.replace(tzinfo=UTC).astimezone(zone))


def _converted(times: Instants, convert: Callable[[datetime], datetime]) -> Instants:
    unique, back = np.unique(times.astype("datetime64[s]"), return_inverse=True)
    moments = [convert(t).replace(tzinfo=None) for t in unique.tolist()]
    return np.array(moments, dtype="datetime64[s]")[back]


def axis(first: int, count: int, cadence: Cadence, zone: ZoneInfo, weekday: int = 0) -> Axis:
    """`count` periods from number `first` on."""
    local = start(np.arange(first, first + count + 1), cadence, weekday)
    edges = to_utc(local, zone)
    # Times within a skipped hour would lie behind their successors.
    edges = np.minimum.accumulate(edges[::-1])[::-1]
    return Axis(cadence=cadence, local=local[:-1], edges=edges)


def moment(instant: datetime) -> np.datetime64:
    """An aware instant as UTC datetime64[s]."""
    return np.datetime64(instant.astimezone(UTC).replace(tzinfo=None), "s")


def wall(instant: datetime, zone: ZoneInfo) -> np.datetime64:
    """An aware instant on the wall clock of a zone."""
    return np.datetime64(instant.astimezone(zone).replace(tzinfo=None), "s")


def label(local: np.datetime64, cadence: Cadence) -> str:
    """How people write a period: its first day, with the time only where it matters."""
    return str(local.astype("datetime64[m]" if cadence.unit in (Unit.MINUTE, Unit.HOUR) else "datetime64[D]"))


def spoken(local: np.datetime64, cadence: Cadence) -> str:
    """The start of a period in a sentence: `Wed 7 Sep 2011`, with the time only where it matters."""
    start: datetime = local.astype("datetime64[s]").astype(datetime)
    time = f", {start:%H:%M}" if cadence.unit in (Unit.MINUTE, Unit.HOUR) else ""
    return f"{start:%a} {start.day} {start:%b %Y}{time}"
