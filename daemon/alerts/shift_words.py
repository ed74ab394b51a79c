"""The sentences for what only moved from part to part, with their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.settings import Settings
from daemon.alerts.dates import each
from daemon.alerts.numbers import share, signed
from daemon.alerts.story import ChannelFace, KpiFace, channel_faces, kpi_faces
from daemon.alerts.titles import channel_title, in_sentence, kpi_title, listed, segment_title
from daemon.alerts.untrusted import clean, quoted
from detectors.cadence import Cadence
from detectors.panel import SeriesKey
from detectors.segments.mix import Mix
from detectors.segments.substitution import Substitution


@dataclass(frozen=True, kw_only=True)
class Speech:
    """What people call things, and how long a period is."""

    channels: dict[str, ChannelFace]
    kpis: dict[str, KpiFace]
    cadence: Cadence

    @classmethod
    def of(cls, settings: Settings, cadence: Cadence) -> "Speech":
        """As configured."""
        return cls(channels=channel_faces(settings), kpis=kpi_faces(settings), cadence=cadence)

    def kpi(self, name: str) -> str:
        """A KPI's title inside a sentence."""
        return in_sentence(self.kpis[name].title if name in self.kpis else kpi_title(name))

    def channel(self, name: str) -> str:
        """A channel's title."""
        return self.channels[name].title if name in self.channels else channel_title(name)


def substitution_sentence(of: Substitution, speech: Speech) -> str:
    """`Orders moved from paid search to organic search: -41 and +39 a day; the total stands.`"""
    kpi = of.losers[0].kpi
    title, unit = speech.kpi(kpi), speech.kpis[kpi].unit if kpi in speech.kpis else ""
    amounts = f"{signed(of.lost, unit)} and {signed(of.gained, unit)} {each(speech.cadence)}"
    stands = "the total stands" if of.whole else "together they stand"
    return (
        f"{title[:1].upper()}{title[1:]} moved from {_places(of.losers, speech)} to {_places(of.gainers, speech)}: "
        f"{amounts}; {stands}."
    )


def mix_sentence(of: Mix, kpi: str, below: str, dimension: str, speech: Speech, moved: str = "") -> str:
    """`The mix moved, not the rate: within every device the conversion rate stands; mobile's part of sessions rose from 40 % to 62 %.`

    moved: by how much the rate did, where the headline does not say it; it then comes first.
    """
    title = speech.kpi(kpi)
    lead = f"{title[:1].upper()}{title[1:]} {moved}: the mix" if moved else "The mix"
    within = f"within every {clean(dimension.replace('_', ' '))} {'it' if moved else f'the {title}'} stands"
    within += " or went the other way" if of.opposite else ""
    part = speech.channel(of.part) if dimension == "channel" else quoted(of.part)
    way = "rose" if of.now > of.before else "fell"
    return (
        f"{lead} moved, not the rate: {within}; {part}'s part of {speech.kpi(below)} "
        f"{way} from {share(of.before)} to {share(of.now)}."
    )


def _places(keys: Sequence[SeriesKey], speech: Speech) -> str:
    """Channels by their titles; values of a dimension by theirs, with the channel where there is one."""
    if len({k.channel for k in keys}) == 1 and keys[0].segment:
        dimension = keys[0].segment[0][0]
        values = tuple(k.segment[0][1] for k in keys)
        more = f" and {len(values) - 2} more" if len(values) > 3 else ""
        return segment_title(dimension, values[:2] if more else values) + more
    return listed([speech.channel(k.channel or "") for k in keys])
