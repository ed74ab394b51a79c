"""Incidents and what is known about them: plain values, passed between the pure parts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.outputs import Severity
from detectors.finding import Finding


class Status(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    RESOLVED = "resolved"
    RETRACTED = "retracted"


class Change(StrEnum):
    """What happened to an incident in a cycle, and so why a message goes out."""

    OPENED = "opened"
    WORSE = "worse"
    GROWN = "grown"
    BETTER = "better"
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    REOPENED = "reopened"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A ranked explanation in plain words. `supporting` and `against` are sentences with their numbers in."""

    id: str
    title: str
    probability: float
    supporting: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownChange:
    """Something that was changed, as a feed tells it. whole_day: only its day is known, and `at` is its midnight.

    kind: one that causes understand (config/kinds.py), or the feed's own word. channel None: it concerns all.
    """

    feed: str
    at: datetime
    whole_day: bool = False
    kind: str
    title: str
    channel: str | None = None
    who: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A segment that carries the change: dimension -> values (also `channel`), and its share of the change."""

    segment: tuple[tuple[str, tuple[str, ...]], ...]
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Observed minus expected real money from the incident's start to `to`; negative = lost.

    `value`, `lower`, `upper` are None when no revenue is known. A recording fault loses records, not money: then
    `value` is 0 and `recorded_value` says what is missing in the record. `spend_at_risk_per_day` is media spend that
    leads into what is broken. `month_value` is what it comes to by `month_end` at the present pace, while it is open.
    """

    kpi: str
    unit: str
    to: datetime
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    recorded_value: float | None = None
    per_day: float | None = None
    spend_at_risk_per_day: float | None = None
    month_end: datetime | None = None
    month_value: float | None = None
    month_lower: float | None = None
    month_upper: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One line of a KPI tree: counts and money per period, rates as they are.

    kpi: a role, with what people call it. depth: 0 for the KPI whose change is split. contribution: to that KPI's change over
    the incident's time, in its unit; share: as a part of it. steady: it did not move by as much as would matter.
    """

    kpi: str
    title: str = ""
    unit: str = ""  # `%`: kept as a fraction, spoken as percent
    depth: int
    observed: float
    expected: float
    contribution: float
    share: float
    steady: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """How a KPI's change splits over what it is made of, depth first, and the path to the deepest factor that moved.

    channels: of which it is the sum; empty: the whole business.
    """

    channels: tuple[str, ...]
    segment: tuple[tuple[str, str], ...]
    factors: tuple[Factor, ...]
    path: tuple[str, ...]

    @property
    def of_path(self) -> tuple[Factor, ...]:
        """The lines of the path, from the top down."""
        return tuple(next(f for f in self.factors if f.kpi == kpi and f.depth == i) for i, kpi in enumerate(self.path))


class ShiftKind(StrEnum):
    """What did not change, whatever else did."""

    SUBSTITUTION = "substitution"  # the total: what some channels or segments lost others gained
    MIX = "mix"  # the rates: only who came


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A change that is only one of parts, by the numbers, in one plain sentence. kpi: whose change, by name."""

    kind: ShiftKind
    kpi: str
    words: str


class Verdict(StrEnum):
    """What an incident was, by the judgement of a person."""

    REAL = "real"
    EXPECTED = "expected"
    DATA_FAULT = "data_fault"
    NEW_NORMAL = "new_normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What people said of an incident, as far as it still holds. Empty names: nobody did."""

    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    muted_by: str = ""
    muted_until: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    verdict: Verdict | None = None
    verdict_by: str = ""
    comment: str = ""  # the newest
    newest: int = 0  # id of the newest reply that is taken in


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A message in which a beginning was told together with others, when, and to which destinations."""

    id: str
    at: datetime
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Findings that belong together, over time. `findings` come worst first; consequences are left out."""

    id: str
    status: Status
    severity: Severity
    title: str
    first_detected_at: datetime
    started_at: datetime
    ended_at: datetime | None
    findings: tuple[Finding, ...]
    causes: tuple[Cause, ...] = ()
    causes_at_open: tuple[Cause, ...] = ()
    where: tuple[Where, ...] = ()
    impact: Impact | None = None
    consequences: tuple[Finding, ...] = ()  # derived KPIs that moved because of the findings: tracked, not told
    tree: Tree | None = None  # what its KPI is made of, and what of that moved
    steady: tuple[str, ...] = ()  # sentences: what verifiably did not move
    shifts: tuple[Shift, ...] = ()  # what only moved from part to part
    together: tuple[str, ...] = ()  # ids of two causes at once, where those are likelier than any one alone
    decides: tuple[str, ...] = ()  # sentences: what would tell its two likeliest causes apart
    changes: tuple[KnownChange, ...] = ()  # what was changed around its start, the nearest first
    calm_periods: int = 0  # periods in a row, up to now, in which its worst series were back in range
    known_at_start: bool = False  # began before channelwatch first saw the series: summarised, never sent
    grew_at: datetime | None = None  # when it was last seen to be clearly larger than before
    new_base: bool = False  # resolved while it lasted, because its level had become the normal one
    told_size: float = 0.0  # relative change of its worst total when people were last told
    told_newest: float = 0.0  # the largest size of a newest period that people were told of
    told_channels: int = 0  # channels that carried it then
    told_everywhere: bool = False  # the message named no channel: it was said of the whole business
    newest_size: float = (
        0.0  # relative change of its newest periods, where they are clearly further off than it was before
    )
    told_severity: Severity | None = None  # how much it mattered then
    told_to: tuple[str, ...] = ()  # destinations that heard of it by itself
    listed: tuple[Listed, ...] = ()  # lists in which others heard of it
    subject: str = ""  # what a mailbox calls it: the same in every message, so that they stay together
    said: Said = Said()  # made anew from the replies whenever it is read
    earlier_replies: int = 0  # replies up to this id spoke of an earlier time: it came back since
    held_back: Change | None = None  # what a mute kept from people; told when the silence is over
    updated_at: datetime | None = None

    @property
    def is_mix(self) -> bool:
        """Whether its worst KPI is a rate that stands in every part: then it is nowhere."""
        return any(s.kind is ShiftKind.MIX and s.kpi == self.findings[0].key.kpi for s in self.shifts)

    @property
    def may_speak(self) -> bool:
        """Whether people know of it as open, so that they are told when it stands differently, or still."""
        is_open = self.status is Status.OPEN and self.said.closed_at is None
        return is_open and not self.known_at_start and not self.is_unheard

    @property
    def is_unheard(self) -> bool:
        """Whether it began or came back in silence: nobody knows of it, so nobody is told of its end."""
        return self.held_back in (Change.OPENED, Change.REOPENED)

    @property
    def told_causes(self) -> tuple[Cause, ...]:
        """The likeliest cause, or the two that are at work at once."""
        two = sorted((c for c in self.causes if c.id in self.together), key=lambda c: self.together.index(c.id))
        return tuple(two) or self.causes[:1]

    @property
    def everything(self) -> tuple[Finding, ...]:
        """All that is off, consequences included."""
        return (*self.findings, *self.consequences)
