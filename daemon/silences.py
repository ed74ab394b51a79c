"""Silences: what of all that is found nobody is told for a while, by whom and why. Pure.

One concept for each thing: an incident is muted (`incidents mute`), what may come is silenced; what is never to be told is a
matter of tuning. A silence keeps an incident from people while every series of it fits: it is found, explained and followed all
the same, told when the silence is over if it lasts, and its end is told to whoever heard of it before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from config.outputs import Severity
from config.silences import PlannedSilence
from config.tune import matches
from detectors.panel import SeriesKey

_BUSINESS = "business"  # how silences, routes and overrides call measures without a channel
_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One silence. name: its number, or its place in the configuration; begun: from when on it holds, None: it is written there.

    ended_by: who ended it before its time.
    """

    name: str
    channel: str | None = None
    kpi: str | None = None
    segment: dict[str, str] = field(default_factory=dict)
    max_severity: Severity = Severity.CRITICAL
    until: datetime
    author: str
    reason: str
    begun: datetime | None = None
    ended_by: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether it has begun, and is not over."""
        return now < self.until and (self.begun is None or self.begun <= now)

    def fits(self, key: SeriesKey, severity: Severity) -> bool:
        """Whether it keeps a series of an incident of this severity from people."""
        values = dict(key.segment)
        return (
            _RANK[severity] <= _RANK[self.max_severity]
            and (self.channel is None or matches(self.channel, key.channel or _BUSINESS))
            and (self.kpi is None or matches(self.kpi, key.kpi))
            and all(d in values and matches(pattern, values[d]) for d, pattern in self.segment.items())
        )

    @property
    def what(self) -> str:
        """What it silences: `paid_* orders campaign=brand*, up to warning`."""
        parts = [self.channel, self.kpi, *(f"{d}={v}" for d, v in self.segment.items())]
        most = "" if self.max_severity is Severity.CRITICAL else f", up to {self.max_severity}"
        return " ".join(part for part in parts if part) + most

    def why(self, zone: ZoneInfo) -> str:
        """The reason that is kept with what it silenced."""
        until = f"{self.until.astimezone(zone):%Y-%m-%d %H:%M}"
        return f"silence {self.name} of {self.author} until {until}: {self.reason}"


def planned(written: Iterable[PlannedSilence], zone: ZoneInfo) -> list[Silence]:
    """The silences of a configuration."""
    return [
        Silence(
            name=f"silences[{index}]",
            channel=of.channel,
            kpi=of.kpi,
            segment=dict(of.segment),
            max_severity=of.max_severity,
            until=of.ends_at(zone),
            author=of.author,
            reason=of.reason,
        )
        for index, of in enumerate(written)
    ]


def silencing(silences: Sequence[Silence], keys: Sequence[SeriesKey], severity: Severity) -> tuple[Silence, ...]:
    """Those by which an incident is silent; none unless every series of it is silenced by some."""
    # What is off for the whole business because a channel is, is no other trouble.
    keys = [key for key in keys if key.channel is not None] or keys
    by = [next((s for s in silences if s.fits(key, severity)), None) for key in keys]
    found = dict.fromkeys(s.name for s in by if s is not None)
    return tuple(s for s in silences if s.name in found) if by and None not in by else ()
