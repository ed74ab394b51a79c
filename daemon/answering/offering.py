"""The ways to answer that a message offers, made while it is delivered: links are secrets, and the outbox keeps none.

Deterministic by the delivery's key and the alert's instant: a retry sends the same bytes.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from config.answering import Answering
from config.destinations.slack import Slack
from config.outputs import Destination as Settings
from config.outputs import Inbox, Terminal
from daemon.alerts.alert import Answer
from daemon.answering.tickets import issued, signed
from daemon.destinations.contract import Again, Destination, Receipt
from daemon.model import Change
from daemon.replies import Kind

PAGE = "a"
"""The part of a link's path before its token."""

_WAS_IT = "Was it real?"
_LABELS = {
    Kind.ACK: "Acknowledge",
    Kind.MUTE: "Mute",
    Kind.FEEDBACK: _WAS_IT,
    Kind.RESOLVE: "Close",
}


def offering(name: str, to: Destination, settings: Settings, answering: Answering | None) -> Destination:
    """The destination with ways to answer in what it delivers; the same where there are none."""
    match settings:
        case Terminal() | Inbox():  # a journal and a state, which must hold no secret
            return to
        case Slack() if settings.hears_clicks:
            return Offering(name=name, to=to, answering=None)
    return to if answering is None else Offering(name=name, to=to, answering=answering)


@dataclass(frozen=True, kw_only=True)
class Offering:
    """A destination whose messages can be answered: by links, or (answering None) by buttons that it hears itself."""

    name: str
    to: Destination
    answering: Answering | None = field(repr=False)

    @property
    def again(self) -> Again:
        """As of the destination itself."""
        return self.to.again

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime) -> Receipt:
        """Deliver an alert with the ways to answer it."""
        answers = [asdict(self._answer(kind, label, alert, key)) for kind, label in offered(alert).items()]
        return self.to.deliver({**alert, "answers": answers} if answers else alert, key, now)

    def _answer(self, kind: Kind, label: str, alert: Mapping[str, Any], key: str) -> Answer:
        if self.answering is None:
            return Answer(kind=str(kind), label=label)
        secret = self.answering.keys[0]
        # What waited over a weekend has links that are as fresh as any.
        at = max(datetime.fromisoformat(instant) for instant in (alert["at"], alert.get("due")) if instant)
        token = signed(issued(kind, str(alert["incident_id"]), self.name, at, key, secret), secret)
        return Answer(kind=str(kind), label=label, url=f"{self.answering.url}/{PAGE}/{token}")


def offered(alert: Mapping[str, Any]) -> dict[Kind, str]:
    """What can be said to an alert, by what it is called there. Notes, digests and what was taken back have no answer."""
    if not alert.get("record") or not alert.get("at") or alert.get("change") == Change.RETRACTED:
        return {}
    return {Kind.FEEDBACK: _WAS_IT} if alert.get("change") == Change.RESOLVED else dict(_LABELS)
