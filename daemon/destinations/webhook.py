"""Any program that takes JSON: each alert as a signed POST (Standard Webhooks). The delivery's key is the message's id.

The same id comes with every attempt of one alert, so a receiver that remembers ids shows nothing twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr

from config.destinations.webhook import Webhook
from daemon.alerts import document
from daemon.alerts.alert import Alert
from daemon.destinations.contract import Again, Receipt
from daemon.destinations.signature import key_of, signed
from daemon.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUnclear
from daemon.http_client import NotAllowed, NotSent, Reply, Unclear, request, retry_after
from daemon.respite import Wait

log = structlog.get_logger(__name__)

# A 429 without a usable Retry-After.
_USUAL_PENALTY = timedelta(seconds=60)
# Answers to a document that may be taken in a smaller form.
_DISLIKED = (400, 413, 422)


@dataclass(frozen=True, kw_only=True)
class WebhookDestination:
    """Posts alerts to one address."""

    name: str
    url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)
    allow_private: bool = False
    again: Again = Again.KEYED

    def deliver(self, alert: Mapping[str, Any], key: str, now: datetime) -> Receipt:
        """Post an alert, signed for this attempt. If the whole of it is disliked, post its headline in the same attempt."""
        reply = self._post(self._body(alert), key, now)
        if reply.status in _DISLIKED:
            log.warning("webhook_refused_document", destination=self.name, status=reply.status)
            reply = self._post(_least(alert), key, now)
        if 200 <= reply.status < 300:
            return Receipt()
        raise self._failure(reply.status, retry_after(reply.headers))

    def _post(self, body: bytes, key: str, now: datetime) -> Reply:
        headers = {"content-type": "application/json", **signed(self.keys, key, now, body)}
        try:
            return request("POST", self.url, headers=headers, content=body, allow_private=self.allow_private)
        except NotAllowed as error:
            raise DeliveryRefused(f"{self._where}: {error}") from error
        except NotSent as error:
            raise DeliveryDelayed(f"{self._where}: {error}") from error
        except Unclear as error:
            raise DeliveryUnclear(f"{self._where}: {error}") from error

    def _body(self, alert: Mapping[str, Any]) -> bytes:
        try:
            return document.layout(Alert.from_dict(alert))
        except Exception:
            log.exception("layout_failed", destination=self.name, incident=alert.get("incident_id"))
            return _least(alert)

    def _failure(self, status: int, wait: Wait | None) -> DeliveryError:
        """https://github.com/standard-webhooks/standard-webhooks: 410 is for ever, 429 and 503 say when."""
        said = f"({status})"
        match status:
            case 410:
                return DeliveryRefused(
                    f"{self._where} is gone {said}: its owner wants no more; remove it from `destinations` and `routes`"
                )
            case 429:
                return DeliveryDelayed(
                    f"{self._where} asks us to wait {said}", wait if wait is not None else _USUAL_PENALTY
                )
            case 401 | 403:
                return DeliveryRefused(
                    f"{self._where} refused the signature or the address {said}: is `secret` the same there?"
                )
            case 408 | 409 | 425:
                return DeliveryDelayed(f"{self._where} did not take the message now {said}", wait)
            case status if status < 400:
                return DeliveryRefused(f"{self._where} points elsewhere {said}: write the address it leads to")
            case status if status < 500:
                return DeliveryRefused(f"{self._where} refused the message {said}: its own log says why")
        return DeliveryDelayed(f"{self._where} is out of order {said}", wait)

    @property
    def _where(self) -> str:
        return f'webhook destination "{self.name}"'


def connect(name: str, settings: Webhook) -> WebhookDestination:
    """A destination for these settings.

    Raises:
        DeliveryRefused: the address or a secret can never work.
    """
    url = settings.url.get_secret_value().strip()
    if not _is_address(url, settings.allow_private):
        raise DeliveryRefused(
            f'destination "{name}": url must be an https:// address without user name'
            + ("" if settings.allow_private else "; plain http is only for private networks, with allow_private: true")
        )
    given = {"secret": settings.secret, "previous_secret": settings.previous_secret}
    keys = tuple(_key(name, field, secret) for field, secret in given.items() if secret is not None)
    return WebhookDestination(name=name, url=url, keys=keys, allow_private=settings.allow_private)


def _least(alert: Mapping[str, Any]) -> bytes:
    return document.headline(str(alert.get("incident_id")), str(alert.get("headline") or "An incident"))


def _key(name: str, field: str, secret: SecretStr) -> bytes:
    try:
        return key_of(secret.get_secret_value())
    except ValueError as error:
        raise DeliveryRefused(
            f'destination "{name}": {field} {error}; make one with: echo "whsec_$(openssl rand -base64 32)"'
        ) from None


def _is_address(url: str, allow_private: bool) -> bool:
    try:
        parts = urlsplit(url)
        named, _ = parts.username is not None, parts.port
    except ValueError:
        return False
    schemes = ("https", "http") if allow_private else ("https",)
    return bool(parts.hostname) and not named and parts.scheme in schemes and url.isprintable() and " " not in url
