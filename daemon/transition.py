"""What a look makes of an incident: its next state, the change, and the named reason of it, told or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from daemon.model import Change, Incident

# How the reason of a look begins at which there was news, and a silence kept it from people.
NOT_TOLD = "not told, "
SUMMED = "told in one message with others, since many began at once"
ENDS = (Change.RESOLVED, Change.RETRACTED)
BY_ITS_LIST = "told with its list, once all of that is over"


class Why(StrEnum):
    """The reason of a transition, stored with it."""

    FIRST_SEEN = "first seen"
    BEFORE_START = "began before channelwatch first saw it"
    NEW_SERIES = "more channels or KPIs joined"
    LARGER = "the change grew"
    BECAME_CRITICAL = "it has become critical"
    MUTE_OVER = "it still stands as a mute ends"
    SMALLER = "the change shrank by half"
    GOES_ON = "goes on unchanged"
    CALM = "back in range"
    NOT_YET_CALM = "one period back in range, waiting for the next"
    NEW_BASE = "the new level is the normal one now"
    OLD_LEVEL = "back at the level of before"
    DATA_ARRIVED = "the data arrived"
    RESTATED = "the source corrected the numbers"
    CAME_BACK = "the same trouble came back"
    BY_HAND = "closed by a person"
    WORSE_AFTER_CLOSED = "clearly worse than when a person closed it"
    NO_NEWS = "no new period was judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """The next state of an incident, what changed, and why. silence: by what people are kept from hearing of it.

    Of those that are told, once `hearing` has decided: to: destinations that hear of it; begins: those of them for whom it is a
    beginning, of which newcomers never heard of the incident; held: destination -> why it waits there for the digest; summed:
    destinations that are told of it in one message with others.
    """

    incident: Incident
    change: Change
    why: Why
    silence: str = ""
    to: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    newcomers: tuple[str, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    summed: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why, or why it was not told, and where not: as its history keeps it."""
        if self.silence:
            return f"{NOT_TOLD}{self.silence} ({self.why})"
        why = f"{self.why}; {SUMMED}, at {', '.join(self.summed)}" if self.summed else str(self.why)
        if self.change in ENDS and self.incident.listed:
            why = (
                f"{why}; {BY_ITS_LIST}, at {', '.join(dict.fromkeys(n for of in self.incident.listed for n in of.to))}"
            )
        if not self.held:
            return why
        kept: dict[str, list[str]] = {}
        for name, words in self.held.items():
            kept.setdefault(words, []).append(name)
        said = "; ".join(f"{words}, at {', '.join(names)}" for words, names in kept.items())
        return f"{why}; {NOT_TOLD}{said}" if self.to or self.summed else f"{NOT_TOLD}{said} ({why})"
