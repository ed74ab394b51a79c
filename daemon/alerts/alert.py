"""An alert: the finished words for one change of an incident. Destinations lay it out and never reword it.

It is stored with its delivery, so that a retry sends the same bytes: `to_dict` and `from_dict` are exact opposites.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from config.outputs import Severity
from daemon.alerts.untrusted import for_machines, seen
from daemon.model import Change

# Raised when a stored alert of an older release could be misread.
SCHEMA = 1

_ICONS = {Severity.CRITICAL: "🔴", Severity.WARNING: "⚠️", Severity.INFO: "ℹ️"}
_OVER = {Change.RESOLVED: ("✅", "Resolved"), Change.RETRACTED: ("↩️", "Withdrawn")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A place to go: what it is called and its https address."""

    label: str
    url: str

    def __post_init__(self) -> None:
        _clean(self, ("label", "url"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A way to answer: `kind` is the reply's (ack, mute, feedback, resolve). url: a page of ours; empty: a button that the
    destination itself hears.
    """

    kind: str
    label: str
    url: str = ""

    def __post_init__(self) -> None:
        _clean(self, ("label", "url"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The series behind the headline, oldest period first; None = unknown.

    `days` are the local dates or times at which periods start, as ISO text. `marked_from` and `marked_to` are the first
    and last position that is off, both included; None: nothing is marked. Values are in `unit`, as they are spoken.
    """

    title: str
    days: tuple[str, ...]
    observed: tuple[float | None, ...]
    expected: tuple[float | None, ...] = ()
    lower: tuple[float | None, ...] = ()
    upper: tuple[float | None, ...] = ()
    unit: str = ""
    where: str = ""
    period: str = "day"  # the cadence, as it is spoken
    marked_from: int | None = None
    marked_to: int | None = None
    caption: str = ""  # the picture in words, with its numbers

    def __post_init__(self) -> None:
        _clean(self, ("title", "unit", "where", "caption"))

    def is_marked(self, position: int) -> bool:
        """Whether the period at `position` is one of those that are off."""
        return (
            self.marked_from is not None
            and self.marked_to is not None
            and self.marked_from <= position <= self.marked_to
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A list with a heading, in a message about many things."""

    heading: str
    lines: tuple[str, ...]

    def __post_init__(self) -> None:
        _clean(self, ("heading", "lines"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message. Text is cleaned here, whoever wrote it, and not escaped; an empty string or tuple means there is nothing to say."""

    incident_id: str
    change: Change
    severity: Severity
    headline: str  # what, how much, where, since when
    subject: str = ""  # what and where, alone; the same in every message about the incident, so that they stay together
    size: str = ""  # how much, alone: "-41 %"; the next message compares with it
    scope: str = ""  # where, alone
    news: str = ""  # an update: what changed since people were last told
    numbers: str = ""  # observed against expected
    cause: str = ""  # after "Likely:"; see cause_label
    cause_label: str = "Likely"
    impact: str = ""  # after "Money:"
    items: tuple[str, ...] = ()  # a summary's list
    parts: tuple[Part, ...] = ()  # a digest's lists
    why: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    action: str = ""  # after "Then:"
    owners: tuple[str, ...] = ()  # from configuration, so they may mention people
    links: tuple[Link, ...] = ()
    chart: Chart | None = None
    sparkline: str = ""  # two lines of equal-width text: the periods, and marks below those that are off
    facts: tuple[str, ...] = ()  # first seen, data to
    said: tuple[str, ...] = ()  # who looks at it already, who asked for silence, what people called it
    answers: tuple[Answer, ...] = ()  # how to answer; made while it is delivered, for links are secrets
    silent: bool = False  # changes what was sent, where that can be changed, and is no message of its own
    at: str = ""  # ISO instant at which the alert was made
    due: str = ""  # ISO instant until which it waits at its destination; empty: it goes at once
    record: dict[str, Any] | None = None  # the incident in numbers, for machines; plain JSON values
    possible_repeat: bool = False  # an earlier attempt may have arrived
    overtakes: tuple[dict[str, str], ...] = ()  # key and time of messages that may be there, whose place this one takes

    def __post_init__(self) -> None:
        _clean(self, [f.name for f in fields(self) if f.name not in _AS_THEY_ARE])
        object.__setattr__(self, "sparkline", for_machines(self.sparkline))

    @property
    def icon(self) -> str:
        """A sign that differs by shape, not by colour alone."""
        return _OVER[self.change][0] if self.change in _OVER else _ICONS[self.severity]

    @property
    def word(self) -> str:
        """The same as one word: Critical, Warning, Info, Resolved or Withdrawn."""
        return _OVER[self.change][1] if self.change in _OVER else self.severity.capitalize()

    @property
    def foot(self) -> tuple[str, ...]:
        """What stands below: the facts, and what people said."""
        return (*self.facts, *self.said)

    @property
    def is_over(self) -> bool:
        """Whether nobody has to act any more, so that nobody is mentioned."""
        return self.change in _OVER

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with the schema's version."""
        return {"schema": SCHEMA, **asdict(self), "change": str(self.change), "severity": str(self.severity)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Alert":
        """The alert that `to_dict` wrote, also after a trip through JSON.

        Raises:
            ValueError: it was written by a release that this one cannot read.
        """
        values = dict(stored)
        if (schema := values.pop("schema", None)) != SCHEMA:
            raise ValueError(
                f"a stored alert has schema {schema}, this release reads {SCHEMA}: finish its delivery with the release that wrote it"
            )
        chart = values.pop("chart")
        return cls(
            **{
                **_tuples(values),
                "change": Change(values["change"]),
                "severity": Severity(values["severity"]),
                "links": tuple(Link(**link) for link in values["links"]),
                "parts": tuple(Part(**_tuples(part)) for part in values.get("parts", ())),
                "answers": tuple(Answer(**answer) for answer in values.get("answers", ())),
                "chart": None if chart is None else Chart(**_tuples(chart)),
            }
        )


# What is no sentence: names for machines, and a picture whose signs stand in columns, on two lines.
_AS_THEY_ARE = frozenset({"incident_id", "at", "sparkline"})


def _clean(value: Any, names: Iterable[str]) -> None:
    """One line without unseen characters in each of these texts and lists of texts."""
    for name in names:
        match getattr(value, name):
            case StrEnum():
                continue
            case str() as text:
                object.__setattr__(value, name, seen(text))
            case (str(), *_) as lines:
                object.__setattr__(value, name, tuple(seen(line) for line in lines))


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON knows lists only."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
