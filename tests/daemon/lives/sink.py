"""A destination in memory that may fail in every way there is, and remembers what people see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from daemon.destinations import Again, Receipt
from daemon.errors import DeliveryDelayed, DeliveryRefused, DeliveryUnclear
from daemon.model import Change


class Mood(StrEnum):
    """What a destination does with the next message."""

    WELL = "takes it"
    DOWN = "cannot be reached"
    REFUSES = "says no for ever"
    DEAF = "takes nothing, and its answer is lost"
    MUTE = "takes it, and its answer is lost"
    KILLS_BEFORE = "the program ends before it is sent"
    KILLS_AFTER = "the program ends when it has been taken"


class Killed(BaseException):
    """The program ends here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What people see. change: as its words tell it; is_marked: it says that it may be a repeat."""

    incident: str
    change: Change
    key: str
    severity: str
    is_marked: bool
    facts: tuple[str, ...]


@dataclass(kw_only=True)
class Sink:
    """`stays`: how it is until told otherwise; `next`: how it meets the next messages, one after the other."""

    again: Again
    stays: Mood = Mood.WELL
    next: list[Mood] = field(default_factory=list)
    seen: list[Message] = field(default_factory=list)

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime, /) -> Receipt:
        mood = self.next.pop(0) if self.next else self.stays
        match mood:
            case Mood.DOWN:
                raise DeliveryDelayed("it is down")
            case Mood.REFUSES:
                raise DeliveryRefused("it says no")
            case Mood.DEAF:
                raise DeliveryUnclear("no answer")
            case Mood.KILLS_BEFORE:
                raise Killed
        self._take(alert, key)
        if mood is Mood.MUTE:
            raise DeliveryUnclear("no answer")
        if mood is Mood.KILLS_AFTER:
            raise Killed
        return Receipt(external_id=key)

    def _take(self, alert: Mapping[str, Any], key: str) -> None:
        is_known = any(message.key == key for message in self.seen)
        if is_known and (self.again is Again.KEYED or (self.again is Again.LOOKS and alert["possible_repeat"])):
            return
        self.seen.append(
            Message(
                incident=alert["incident_id"],
                change=Change(alert["change"]),
                key=key,
                severity=alert["severity"],
                is_marked=alert["possible_repeat"],
                facts=tuple(alert["facts"]),
            )
        )
