"""A PagerDuty service by Events API v2 (https://developer.pagerduty.com/docs/events-api-v2-overview).

All events of an incident bear the same key, so PagerDuty makes one incident of them, however often one is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog

from config.destinations.pagerduty import PagerDuty
from config.outputs import Severity
from daemon.alerts import pagerduty
from daemon.alerts.alert import Alert
from daemon.destinations.contract import Again, Receipt
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.http_client import NotAllowed, NotSent, Reply, Unclear, request, retry_after
from daemon.model import Change

log = structlog.get_logger(__name__)

ENDPOINTS = {"us": "https://events.pagerduty.com/v2/enqueue", "eu": "https://events.eu.pagerduty.com/v2/enqueue"}

# A 429 without a usable Retry-After; its limit is counted by the minute.
_USUAL_PENALTY = timedelta(seconds=60)
_LONGEST_KEY = 255


@dataclass(frozen=True, kw_only=True)
class PagerDutyDestination:
    """Sends events to one service."""

    name: str
    routing_key: str = field(repr=False)
    endpoint: str
    again: Again = Again.KEYED

    def deliver(self, alert: Mapping[str, Any], _key: str, _now: datetime, /) -> Receipt:
        """Page, or end a page. An event that is refused is sent again in the same attempt as nothing but its headline."""
        incident = _dedup_key(str(alert.get("incident_id")))
        event = self._event(alert, incident)
        if event is None:
            log.info("pagerduty_not_paged", destination=self.name, change=alert.get("change"))
            return Receipt()
        reply = self._post(event)
        if reply.status in (400, 413) and event["event_action"] == "trigger":
            log.warning("pagerduty_refused_event", destination=self.name, status=reply.status)
            reply = self._post(_least(alert, incident))
        if reply.status == 202:
            return Receipt(external_id=incident)
        raise self._failure(reply)

    def _event(self, alert: Mapping[str, Any], incident: str) -> dict[str, Any] | None:
        try:
            return pagerduty.layout(Alert.from_dict(alert), incident)
        except Exception:
            log.exception("layout_failed", destination=self.name, incident=alert.get("incident_id"))
        if alert.get("change") in (Change.RESOLVED, Change.RETRACTED):
            return {"event_action": "resolve", "dedup_key": incident}
        return _least(alert, incident)

    def _post(self, event: Mapping[str, Any]) -> Reply:
        # Plain http is that of a stand-in on this machine, and nothing else takes it.
        stand_in = self.endpoint.startswith("http://")
        body = {"routing_key": self.routing_key, **event}
        try:
            return request("POST", self.endpoint, json=body, allow_private=stand_in)
        except (NotSent, NotAllowed) as error:
            raise DeliveryDelayed(f"{self._where}: {error}") from error
        except Unclear as error:
            raise DeliveryUnclear(f"{self._where}: {error}") from error

    def _failure(self, reply: Reply) -> DeliveryError:
        """202 is taken, 400 never will be, 429 and 5xx may be later: its own table."""
        said, wait = f"({reply.status})", retry_after(reply.headers)
        match reply.status:
            case status if status < 300:
                return DeliveryUnclear(f"{self._where} answered {said} without taking it: is that really PagerDuty?")
            case status if status < 400:
                return DeliveryRefused(f"{self._where} points elsewhere {said}: is `region` right?")
            case 429:
                return DeliveryDelayed(
                    f"{self._where} asks us to wait {said}", wait if wait is not None else _USUAL_PENALTY
                )
            case 408 | 409 | 425:
                return DeliveryDelayed(f"{self._where} did not take the event now {said}", wait)
            case status if status < 500:
                return DeliveryRefused(
                    f"{self._where} refused the event {said}: is `routing_key` the service's integration key for "
                    "Events API v2, and `region` that of the account?"
                )
        return DeliveryDelayed(f"{self._where} is out of order {said}", wait)

    @property
    def _where(self) -> str:
        return f'PagerDuty destination "{self.name}"'


def connect(name: str, settings: PagerDuty, endpoint: str | None = None) -> PagerDutyDestination:
    """A destination for these settings; another endpoint is a test's."""
    key = settings.routing_key.get_secret_value().strip()
    return PagerDutyDestination(name=name, routing_key=key, endpoint=endpoint or ENDPOINTS[settings.region])


def _dedup_key(incident_id: str) -> str:
    """What all events of an incident share; PagerDuty takes 255 characters."""
    key = f"channelwatch-{incident_id}"
    return (
        key
        if len(key) <= _LONGEST_KEY and key.isprintable()
        else f"channelwatch-{sha256(key.encode(errors='replace')).hexdigest()}"
    )


def _least(alert: Mapping[str, Any], incident: str) -> dict[str, Any]:
    severity = str(alert.get("severity"))
    known = severity if severity in set(Severity) else str(Severity.WARNING)
    return pagerduty.least(str(alert.get("headline") or f"Incident {alert.get('incident_id')}"), known, incident)
