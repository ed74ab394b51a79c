"""The checks that a table becomes: one, or two where some columns belong to channels and others to the business."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.vocabulary import channel_named
from daemon.initialise.draft import Measure, Reading
from detectors.cadence import Unit


@dataclass(frozen=True, kw_only=True)
class Part:
    """A check to be: some measures of a table."""

    name: str
    reading: Reading
    measures: tuple[Measure, ...]

    @property
    def has_own_channels(self) -> bool:
        """Whether each column belongs to a channel of its own."""
        return self.measures[0].channel is not None

    @property
    def channel_column(self) -> str | None:
        """The column that names the channel of each row."""
        return None if self.has_own_channels else self.reading.channel_column

    @property
    def channels(self) -> tuple[str | None, ...]:
        """Whose numbers these are; None: the whole business."""
        if self.has_own_channels:
            return tuple(dict.fromkeys(m.channel for m in self.measures))
        return self.reading.channels if self.channel_column else self.reading.channels[:1]

    @property
    def is_fine(self) -> bool:
        """Whether it reports within the day."""
        return self.reading.cadence.unit in (Unit.HOUR, Unit.MINUTE)

    def channels_of(self, measure: Measure) -> tuple[str | None, ...]:
        """The channels for which a column delivers."""
        return (measure.channel,) if measure.channel else self.channels


def in_order(readings: Sequence[Reading]) -> list[Part]:
    """All checks: broad tables name their KPIs first, single channels next, then the business; hours and minutes last."""
    parts = [part for reading in _with_channel_names(readings) for part in _parts(reading)]
    return sorted(parts, key=_rank)


def _rank(part: Part) -> tuple[bool, int, str]:
    breadth = 0 if part.channel_column else 1 if part.has_own_channels else 2 if part.channels[0] else 3
    return part.is_fine, breadth, part.name


def _parts(reading: Reading) -> list[Part]:
    own = tuple(m for m in reading.measures if m.channel is not None)
    rest = tuple(m for m in reading.measures if m.channel is None)
    name = reading.profile.table.name
    if own and rest:
        return [
            Part(name=name, reading=reading, measures=own),
            Part(name=f"{name}_business", reading=reading, measures=rest),
        ]
    return [Part(name=name, reading=reading, measures=reading.measures)]


def _with_channel_names(readings: Sequence[Reading]) -> list[Reading]:
    """Tables of one channel use the name that the channel columns of other tables use for it (Organic Search)."""
    spoken = {
        named: value
        for reading in readings
        if reading.channel_column is not None
        for value in reading.channels
        if value and (named := channel_named(value))
    }
    return [
        reading
        if reading.channel_column is not None
        else replace(reading, channels=tuple(spoken.get(c, c) if c else None for c in reading.channels))
        for reading in readings
    ]
