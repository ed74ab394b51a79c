"""Mailboxes by a provider's HTTP API: what all providers share. Each has its own module with the form it wants.

What they take they have taken for all recipients; whether it reaches a mailbox is told nobody at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from json import JSONDecodeError, loads
from typing import Any, Protocol

import structlog

from daemon.alerts.email import Letter
from daemon.destinations.contract import Again, Receipt
from daemon.destinations.mailbox import Mailbox
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.http_client import NotAllowed, NotSent, Reply, Unclear, request, retry_after

log = structlog.get_logger(__name__)

# A 429 without a usable Retry-After: Postmark, for one, documents none.
_USUAL_PENALTY = timedelta(seconds=60)
# Answers to a letter that may be taken in a lighter form.
_DISLIKED = (400, 413, 422)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of a provider's API; `content` is what `content_type` says."""

    url: str
    content: bytes = field(repr=False)
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Api(Protocol):
    """A provider."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def again(self) -> Again:
        """Whether it recognises what it has already taken."""

    def asked(self, letter: Letter, mailbox: Mailbox, key: str, /) -> Asked:
        """The request that sends a letter."""

    def taken(self, reply: Reply) -> str | None:
        """What the provider calls the message it took; None where this answer is no promise to send."""

    def remedy(self, reply: Reply, /) -> str:
        """What to do about a refusal; empty where its status says all that is known."""


@dataclass(frozen=True, kw_only=True)
class MailApiDestination:
    """Sends alerts through one provider."""

    mailbox: Mailbox
    api: Api

    @property
    def again(self) -> Again:
        """Whether the provider shows nothing twice."""
        return self.api.again

    def deliver(self, alert: Mapping[str, Any], key: str, _now: datetime, /) -> Receipt:
        """Send an alert. If the provider dislikes its form, send a lighter one in the same attempt, in the end bare text."""
        letter = self.mailbox.letter(alert, key)
        reply = self._post(letter, key)
        for form, lighter in self.mailbox.lighter(letter, alert, key):
            if reply.status not in _DISLIKED:
                break
            log.warning("mail_refused_form", destination=self.mailbox.name, status=reply.status, now=form)
            # Another body under the same key would be refused for that alone.
            reply = self._post(lighter, f"{key}-{form}")
        taken = self.api.taken(reply)
        if taken is not None:
            return Receipt(external_id=taken or None)
        raise self._failure(reply)

    def _post(self, letter: Letter, key: str) -> Reply:
        asked = self.api.asked(letter, self.mailbox, key)
        # Providers are asked by https; plain http is that of a stand-in on this machine, and nothing else takes it.
        stand_in = asked.url.startswith("http://")
        headers = {"content-type": asked.content_type, "accept": "application/json", **asked.headers}
        try:
            return request("POST", asked.url, headers=headers, content=asked.content, allow_private=stand_in)
        except (NotSent, NotAllowed) as error:
            raise DeliveryDelayed(f"{self._where}: {error}") from error
        except Unclear as error:
            raise DeliveryUnclear(f"{self._where}: {error}") from error

    def _failure(self, reply: Reply) -> DeliveryError:
        """Classes: reference the providers' pages, cross-read in django-anymail."""
        said, remedy, wait = f"({reply.status})", self.api.remedy(reply), retry_after(reply.headers)
        match reply.status:
            case status if status < 300 and remedy:
                return DeliveryRefused(f"{self._where} answered {said} and sends nothing: {remedy}")
            case status if status < 300:
                return DeliveryUnclear(
                    f"{self._where} answered {said} without promising to send: is that really its API?"
                )
            case 401 | 403:
                return DeliveryRefused(
                    f"{self._where} refused {said}: {remedy or 'is the key right, and may it send mail as `sender`?'}"
                )
            case 429:
                return DeliveryDelayed(
                    f"{self._where} asks us to wait {said}", wait if wait is not None else _USUAL_PENALTY
                )
            case 408 | 409 | 425:
                return DeliveryDelayed(f"{self._where} did not take the message now {said}", wait)
            case status if status < 500:
                return DeliveryRefused(
                    f"{self._where} refused the message {said}: {remedy or 'are `sender` and `to` allowed there?'}"
                )
        return DeliveryDelayed(f"{self._where} is out of order {said}", wait)

    @property
    def _where(self) -> str:
        return f'{self.api.title} destination "{self.mailbox.name}"'


def answered(reply: Reply) -> dict[str, Any]:
    """The JSON object of an answer; empty where it is none."""
    try:
        found = loads(reply.text)
    except (JSONDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
