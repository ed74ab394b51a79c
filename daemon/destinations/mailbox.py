"""What every mail destination shares: whose mail it is, and from a stored alert to a finished letter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import formataddr
from typing import Any

import structlog

from config.destinations.addresses import split
from daemon.alerts import email
from daemon.alerts.alert import Alert
from daemon.alerts.email import Letter
from daemon.alerts.plain import REPEAT
from daemon.destinations.drawing import Draw, drawn

log = structlog.get_logger(__name__)

_NAME = "channelwatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """The destination's name, who writes, and to whom."""

    name: str
    sender_name: str
    sender: str
    to: tuple[str, ...]
    draw: Draw | None = None

    @property
    def sender_full(self) -> str:
        """`channelwatch <alerts@example.com>`."""
        return formataddr((self.sender_name, self.sender))

    @property
    def domain(self) -> str:
        """The sender's domain."""
        return self.sender.rpartition("@")[2].lower()

    def letter(self, alert: Mapping[str, Any], key: str, *, pictured: bool = True) -> Letter:
        """The letter for one alert; the bare headline where the alert cannot be laid out."""
        try:
            words = Alert.from_dict(alert)
            picture = drawn(self.draw, words) if pictured else None
            return email.layout(words, key, self.domain, picture)
        except Exception:
            log.exception("layout_failed", destination=self.name, incident=alert.get("incident_id"))
            incident = str(alert.get("incident_id"))
            repeat = f"{REPEAT} " if alert.get("possible_repeat") else ""
            headline = str(alert.get("headline") or f"Incident {incident}")
            return email.bare(repeat + headline, incident, key, self.domain)

    def lighter(self, letter: Letter, alert: Mapping[str, Any], key: str) -> Iterator[tuple[str, Letter]]:
        """What may be taken where a letter is refused for its form: without its picture, then as bare text."""
        if letter.picture is not None:
            yield "unpictured", self.letter(alert, key, pictured=False)
        if letter.html:
            yield "plain", replace(letter, html="", picture=None, picture_id="")


def mailbox(name: str, sender: str, to: list[str], draw: Draw | None) -> Mailbox:
    """From settings, which were checked."""
    sender_name, address = split(sender)
    return Mailbox(name=name, sender_name=sender_name or _NAME, sender=address, to=tuple(to), draw=draw)
