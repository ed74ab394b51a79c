"""Whatever else people read, through the Apprise library: title and text alone, no id, no key, no edit.

It is an extra, loaded when a destination of the kind is built. It makes its own connections, without redirects, and what it
logs names tokens and addresses: none of that leaves it but the number of a service's refusal.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from config.destinations.apprise import Apprise
from config.outputs import Severity
from daemon.alerts import apprise as layouts
from daemon.alerts.alert import Alert
from daemon.alerts.plain import REPEAT
from daemon.destinations.contract import Again, Receipt
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear

log = structlog.get_logger(__name__)

# Some services are asked several times for one message; longer than this, and the others would wait.
SECONDS = 45.0
# A service that says 429 to Apprise, which does not tell for how long.
_USUAL_PENALTY = timedelta(seconds=60)
_STATUS = re.compile(r"\berror=(\d{3})\b")
_KINDS = {Severity.CRITICAL: "failure", Severity.WARNING: "warning", Severity.INFO: "info"}


@dataclass(frozen=True, kw_only=True)
class AppriseDestination:
    """Sends alerts to one service. `library` is the module, `service` what it made of the URL."""

    name: str
    library: Any = field(repr=False)
    service: Any = field(repr=False)
    seconds: float = SECONDS
    again: Again = Again.BLIND

    def deliver(self, alert: Mapping[str, Any], _key: str, _now: datetime, /) -> Receipt:
        """Send an alert as plain text."""
        note, kind = self._note(alert)
        sender = self.library.Apprise(asset=self.service.asset)
        sender.add(self.service)
        result = sender.notify(
            title=note.title, body=note.body, notify_type=kind, body_format="text", timeout=self.seconds
        )
        if result:
            return Receipt()
        raise self._failure(_status(result))

    @property
    def title(self) -> str:
        """What people call the service."""
        return str(self.service.service_name)

    def _note(self, alert: Mapping[str, Any]) -> tuple[layouts.Note, str]:
        try:
            words = Alert.from_dict(alert)
            return layouts.layout(words), "success" if words.is_over else _KINDS[words.severity]
        except Exception:
            log.exception("layout_failed", destination=self.name, incident=alert.get("incident_id"))
            repeat = f"{REPEAT} " if alert.get("possible_repeat") else ""
            headline = str(alert.get("headline") or f"Incident {alert.get('incident_id')}")
            return layouts.headline(repeat + headline), "warning"

    def _failure(self, status: int) -> DeliveryError:
        """A number where the service answered; 0 where nobody can tell whether it got anything."""
        where, said = f'{self.title} destination "{self.name}"', f"({status})"
        if status == 429:
            return DeliveryDelayed(f"{where} asks us to wait {said}", _USUAL_PENALTY)
        if 300 <= status < 500 and status not in (408, 409, 425):
            return DeliveryRefused(f"{where} refused the message {said}: is everything in its url still right?")
        if status:
            return DeliveryDelayed(f"{where} is out of order {said}")
        return DeliveryUnclear(f"{where} did not say whether it took the message: is it reached from here?")


def connect(name: str, settings: Apprise) -> AppriseDestination:
    """A destination for these settings; the URL is never shown.

    Raises:
        DeliveryRefused: Apprise is not installed, or knows no such service.
    """
    logging.getLogger("apprise").propagate = False
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # it writes paths, which hold tokens
    try:
        import apprise
    except ImportError:
        raise DeliveryRefused(
            f'destination "{name}": kind: apprise needs the package apprise: pip install apprise where channelwatch is installed'
        ) from None
    asset = apprise.AppriseAsset(
        app_id="channelwatch",
        app_desc="channelwatch",
        app_url="",
        image_url_mask="",  # pictures of its own, from its own site
        image_url_logo="",
        http_redirects=False,
        async_mode=False,
        pgp_autogen=False,
        pem_autogen=False,
        allow_templates=False,
    )
    service: Any = apprise.Apprise.instantiate(settings.url.get_secret_value(), asset=asset)
    if service is None:
        raise DeliveryRefused(
            f'destination "{name}": Apprise knows no such service, or the url lacks something: https://appriseit.com/services'
        )
    if (
        service.overflow_mode == apprise.OverflowMode.UPSTREAM
    ):  # whatever is too long: cut it, rather than have it refused
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
    return AppriseDestination(name=name, library=apprise, service=service)


def _status(result: Any) -> int:
    """The number with which the service refused, as Apprise logged it."""
    said = (str(entry.message) for service in result for attempt in service for entry in attempt)
    found = [int(match.group(1)) for words in said if (match := _STATUS.search(words))]
    return found[-1] if found else 0
