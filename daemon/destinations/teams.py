"""A Microsoft Teams channel by a Workflow's webhook: one card per alert; nothing can be updated in place.

`Accepted` means that the Workflow has begun: what becomes of it stands in its own run history, and is told nobody. There is
no idempotency key: an unclear attempt may have arrived.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from json import JSONDecodeError, loads
from typing import Any

import structlog

from config.destinations.teams import Teams
from daemon.alerts import teams
from daemon.alerts.alert import Alert
from daemon.alerts.plain import REPEAT
from daemon.destinations.contract import Again, Receipt
from daemon.destinations.pace import Pace
from daemon.destinations.quota import Quota
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.http_client import NotSent, Reply, Unclear, post_json, retry_after
from daemon.store import Store

log = structlog.get_logger(__name__)

# Microsoft names no limit for Workflows; that of the connectors before them was 100 an hour.
MOST, WITHIN = 100, timedelta(hours=1)
# A 429 without a usable Retry-After.
_USUAL_PENALTY = timedelta(seconds=60)
# What the old connectors said of Teams in the body of a 200, and what Workflows may pass on.
_TOLD_STATUS = re.compile(r"\bHTTP error ([45]\d\d)\b")
# Microsoft's own error words; anything else in a body may be anybody's text and is not repeated.
_ERROR_WORD = re.compile(r"[A-Za-z]{2,60}")


@dataclass(frozen=True, kw_only=True)
class TeamsDestination:
    """Posts alerts to one Workflow."""

    name: str
    url: str = field(repr=False)
    pace: Pace
    quota: Quota
    again: Again = Again.BLIND

    def deliver(self, alert: Mapping[str, Any], _key: str, now: datetime, /) -> Receipt:
        """Post an alert. If the card is refused, post bare lines of text in the same attempt: news comes before looks."""
        self.quota.claim(now)
        rich, plain = self._messages(alert)
        reply = self._post(rich)
        if _status(reply) in (400, 413):
            log.warning("teams_refused_card", destination=self.name, status=_status(reply))
            reply = self._post(plain)
        if 200 <= _status(reply) < 300:
            return Receipt()
        raise self._failure(reply)

    def _messages(self, alert: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The card, and lines of text; the bare headline where the alert cannot be laid out."""
        try:
            words = Alert.from_dict(alert)
            return teams.layout(words), teams.plain(words)
        except Exception:
            log.exception("layout_failed", destination=self.name, incident=alert.get("incident_id"))
            repeat = f"{REPEAT} " if alert.get("possible_repeat") else ""
            least = teams.headline(repeat + str(alert.get("headline") or f"Incident {alert.get('incident_id')}"))
            return least, least

    def _post(self, message: Mapping[str, Any]) -> Reply:
        self.pace.wait()
        try:
            return post_json(self.url, message)
        except NotSent as error:
            raise DeliveryDelayed(f"{self._where}: {error}") from error
        except Unclear as error:
            raise DeliveryUnclear(f"{self._where}: {error}") from error

    def _failure(self, reply: Reply) -> DeliveryError:
        word = _word(reply)
        said = f"({_status(reply)} {word})" if word and word not in self.url else f"({_status(reply)})"
        wait = retry_after(reply.headers)
        match _status(reply):
            case status if status < 400:
                return DeliveryRefused(f"{self._where} points elsewhere {said}: copy the Workflow's address again")
            case 400 | 413:
                return DeliveryRefused(f"{self._where} refused even plain text {said}: is the Workflow switched on?")
            case 401 | 403:
                return DeliveryRefused(
                    f"{self._where} refused the address {said}: copy it again; the Workflow must be open to anyone"
                )
            case 429:
                return DeliveryDelayed(
                    f"{self._where} asks us to wait {said}", wait if wait is not None else _USUAL_PENALTY
                )
            case 408 | 409 | 425:
                return DeliveryDelayed(f"{self._where} did not take the message now {said}", wait)
            case status if status < 500:
                return DeliveryRefused(
                    f"{self._where} is gone {said}: was the Workflow deleted, or has its owner left? A co-owner keeps it alive"
                )
            case 502 | 504:  # the Workflow ran, or not, and did not answer in time
                return DeliveryUnclear(f"{self._where} gave no answer of its own {said}", wait)
        return DeliveryDelayed(f"{self._where} is out of order {said}", wait)

    @property
    def _where(self) -> str:
        return f'Teams destination "{self.name}"'


def connect(
    name: str, settings: Teams, pace: Pace, store: Store, names: Sequence[str] | None = None
) -> TeamsDestination:
    """A destination for these settings; the URL is never shown. names: all destinations of the same Workflow."""
    quota = Quota(store=store, destinations=[name] if names is None else names, most=MOST, within=WITHIN)
    return TeamsDestination(name=name, url=settings.url.get_secret_value(), pace=pace, quota=quota)


def _status(reply: Reply) -> int:
    """What became of it: Teams' own refusal may stand in the body of a 200, "... returned HTTP error 413 with ..."."""
    told = _TOLD_STATUS.search(reply.text) if 200 <= reply.status < 300 else None
    return reply.status if told is None else int(told.group(1))


def _word(reply: Reply) -> str:
    """The code of an error as Azure says it: {"error": {"code": "WorkflowTriggerIsNotEnabled", ...}}."""
    try:
        word = loads(reply.text)["error"]["code"]
    except (JSONDecodeError, RecursionError, KeyError, TypeError, IndexError):
        return ""
    return word if isinstance(word, str) and _ERROR_WORD.fullmatch(word) else ""
